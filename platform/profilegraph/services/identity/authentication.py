"""Authentication: who shows a key, a session or a token."""

from __future__ import annotations

from datetime import datetime

from profilegraph.domain.identity import AuthenticationMethod, Principal
from profilegraph.errors import Unauthenticated
from profilegraph.services.identity.keys import check_key
from profilegraph.services.identity.provider import IdentityProvider
from profilegraph.services.identity.sessions import check_session
from profilegraph.services.identity.tokens import TokenVerifier
from profilegraph.services.platform import Platform


async def authenticate(
    platform: Platform,
    tokens: TokenVerifier | None,
    method: AuthenticationMethod,
    secret: str,
    now: datetime,
) -> Principal:
    """Return who shows something; raises Unauthenticated, ProviderUnavailable."""
    match method:
        case AuthenticationMethod.API_KEY:
            return (await check_key(platform.database, secret, now)).principal
        case AuthenticationMethod.SESSION:
            return (await check_session(platform, secret, now)).principal
        case AuthenticationMethod.TOKEN:
            if tokens is None:
                raise Unauthenticated(
                    "the API key is unknown, expired or revoked.",
                    hint="Send `Authorization: Bearer pg_…`; `profilegraph key create` makes a key.",
                    reason="no key, and tokens are not accepted",
                )
            return await tokens.bearer(secret, now)


def token_verifier(platform: Platform) -> TokenVerifier | None:
    """Return what verifies tokens; None if no identity provider is set."""
    settings = platform.settings
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_client_secret
    provider = IdentityProvider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        None if secret is None else secret.get_secret_value(),
        settings.trust,
    )
    return TokenVerifier(provider, platform.database, settings)
