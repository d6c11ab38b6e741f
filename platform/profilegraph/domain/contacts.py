"""Contact data: which identities reach somebody, and how they are shown to whoever may not see them."""

from __future__ import annotations

from profilegraph.domain.records.customers import Identity, IdentityKind

CONTACT_KINDS = frozenset(
    {
        IdentityKind.PHONE,
        IdentityKind.EMAIL,
        IdentityKind.WECOM_EXTERNAL_USER,
        IdentityKind.WECHAT_OPENID,
        IdentityKind.WECHAT_UNIONID,
        IdentityKind.DEVICE,
        IdentityKind.OTHER,
    }
)
"""The identities that reach a person, or may; those that registers and websites publish are not among them."""
MASK = "***"


def masked(identity: Identity) -> Identity:
    """Return an identity without what reaches somebody: `***`, with the domain of an e-mail address.

    Neither the length of the value nor a part of a number is kept, by which it could be guessed.
    """
    if identity.kind not in CONTACT_KINDS:
        return identity
    domain = identity.value.rpartition("@")[2] if identity.kind is IdentityKind.EMAIL else ""
    return identity.model_copy(update={"value": f"{MASK}@{domain}" if domain else MASK})
