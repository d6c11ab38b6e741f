"""Settings of one deployment, read once from the environment and passed on as an argument."""

from __future__ import annotations

import ssl
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import truststore
from platformdirs import user_cache_path, user_data_path
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from profilegraph.errors import InvalidConfiguration
from profilegraph.setting_values import (
    issuer,
    known_region,
    known_zone,
    origins,
    pairs,
    site,
)

MEGABYTE = 1024 * 1024


DEPLOYMENT = frozenset({"currency", "phone_region", "timezone"})
"""Settings that the graph keeps from its first start on: a process must not be set to others."""


class DocumentsMode(StrEnum):
    """What becomes of documents that are not in the manifest."""

    OFF = "off"
    """They are answered."""
    LOG = "log"
    """They are answered, counted, and each is logged once."""
    ENFORCE = "enforce"
    """They are refused."""


class Settings(BaseSettings):
    """All that can be configured; each field says its variable's meaning and unit."""

    model_config = SettingsConfigDict(
        env_prefix="PROFILEGRAPH_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    neo4j_uri: str | None = Field(
        None,
        validation_alias=AliasChoices("neo4j_uri", "NEO4J_URI"),
        description="Bolt address of a Neo4j to use; without it the embedded one is started.",
    )
    neo4j_user: str = Field(
        "neo4j",
        validation_alias=AliasChoices("neo4j_user", "NEO4J_USER"),
        description="Who connects to that Neo4j.",
    )
    neo4j_password: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("neo4j_password", "NEO4J_PASSWORD"),
        description="Password of that user.",
    )
    neo4j_database: str = Field(
        "neo4j",
        validation_alias=AliasChoices("neo4j_database", "NEO4J_DATABASE"),
        description="Which database of that Neo4j.",
    )
    home: Path = Field(
        default_factory=lambda: user_data_path("profilegraph"),
        description="Folder of the embedded database, its logs and state.",
    )
    cache: Path = Field(
        default_factory=lambda: user_cache_path("profilegraph"),
        description="Folder of what can be fetched again: the database's jars.",
    )
    maven_mirror: str | None = Field(
        None, description="Base address of a Maven repository to fetch the jars from."
    )
    certificates: Path | None = Field(
        None,
        validation_alias=AliasChoices(
            "certificates",
            "PROFILEGRAPH_CERTIFICATES",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "PIP_CERT",
        ),
        description="File of certificates to trust beside the system's, for the jars that are fetched.",
    )
    bolt_port: int | None = Field(
        None, ge=1, le=65535, description="Port of the embedded database; a free one if left out."
    )
    heap_mb: int = Field(1024, ge=128, description="Java heap of the embedded database, megabytes.")
    page_cache_mb: int = Field(
        512, ge=8, description="Page cache of the embedded database, megabytes."
    )
    read_timeout: float = Field(10.0, gt=0, description="Longest read, seconds.")
    write_timeout: float = Field(60.0, gt=0, description="Longest write transaction, seconds.")
    bulk_timeout: float = Field(
        600.0,
        gt=0,
        description="Longest step of bulk work (imports, models, the demonstration), seconds.",
    )
    model_timeout: float = Field(
        600.0, gt=0, description="Longest computation of a model, seconds; it is ended then."
    )
    pool_size: int = Field(32, ge=1, description="Most Bolt connections of one process.")
    timezone: Annotated[str, AfterValidator(known_zone)] = Field(
        "UTC", description="Time zone in which a day begins and dates without a zone are read."
    )
    currency: str = Field(
        "CNY", pattern=r"^[A-Z]{3}$", description="The one currency in which amounts are kept."
    )
    phone_region: Annotated[str, AfterValidator(known_region)] = Field(
        "CN", description="Country of phone numbers without a country code."
    )
    index_memory: int = Field(
        1024,
        ge=0,
        description="Most memory of the index, megabytes; above it, and with 0, Cypher answers.",
    )
    watch_seconds: float = Field(
        1.0, gt=0, description="Pause between looks at what changed for live segments, seconds."
    )
    webhook_private: bool = Field(
        False,
        description="Whether webhooks may go to addresses that are not public, and by plain HTTP.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(origins)] = Field(
        (),
        description="Web sites whose pages may ask the API from a browser, with commas between,"
        " such as https://crm.example.com.",
    )
    public_url: Annotated[str | None, AfterValidator(site)] = Field(
        None,
        description="Address at which browsers reach the API, such as https://crm.example.com; by"
        " default that of each request.",
    )
    session_hours: float = Field(
        12.0, gt=0, le=24 * 365, description="Longest session of a browser, hours."
    )
    session_idle_minutes: float = Field(
        60.0, ge=5, description="Minutes without a request after which a session ends."
    )
    oidc_issuer: Annotated[str | None, AfterValidator(issuer)] = Field(
        None, description="Address of the OpenID Connect provider whose tokens are accepted."
    )
    oidc_client_id: str | None = Field(
        None, description="The id by which that provider knows this deployment."
    )
    oidc_client_secret: SecretStr | None = Field(
        None, description="The secret of that client; none for a public one."
    )
    oidc_audience: str | None = Field(
        None,
        description="Audience that bearer tokens must have been issued for; by default the client id.",
    )
    oidc_scopes: str = Field(
        "openid email profile", description="Scopes to ask for when a browser signs in."
    )
    oidc_employee_claim: str = Field(
        "email",
        description="Claim that is the key of the employee; `email` counts only if it is verified.",
    )
    oidc_roles_claim: str | None = Field(
        None,
        description="Claim that names roles, such as `groups` or `realm_access.roles`; without it, the"
        " roles are those of the employee.",
    )
    oidc_roles: Annotated[tuple[tuple[str, str], ...], NoDecode, BeforeValidator(pairs)] = Field(
        (),
        description="Which values of that claim are which roles, with commas between, such as"
        " crm-admins=admin,crm-sales=sales; all other values are ignored.",
    )
    subscriptions: int = Field(
        64, ge=1, description="Most subscriptions that one key has open, over all its connections."
    )
    request_points: float = Field(
        5_000.0,
        gt=0,
        description="Most points that one request may cost; a point is about a millisecond of a"
        " processor.",
    )
    points_per_minute: int = Field(
        60_000, ge=1, description="Most points that the requests of one key may cost in a minute."
    )
    requests_per_key: int = Field(
        24,
        ge=1,
        description="Most requests of one key that are executed at once, half of all; others wait.",
    )
    documents: Path | None = Field(
        None,
        description="Manifest of trusted documents, as `profilegraph documents manifest` writes it.",
    )
    documents_mode: DocumentsMode = Field(
        DocumentsMode.OFF,
        description="What becomes of documents that are not in the manifest: off answers, log also"
        " counts and logs them, enforce refuses.",
    )
    compiled_execution: bool = Field(
        True,
        description="Whether plain parts of a GraphQL request are read by compiled code; false leaves"
        " all of it to the GraphQL library.",
    )
    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port that the API listens on; 0 for any.")

    @property
    def index_bytes(self) -> int | None:
        """Return the most memory that the index may take; None where there is to be none."""
        return self.index_memory * MEGABYTE or None

    def trust(self) -> ssl.SSLContext:
        """Return whose certificates are taken: the system's, and those that are named.

        Raises InvalidConfiguration where the file that names them cannot be read.
        """
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.certificates:
            folder = self.certificates.is_dir()
            try:
                context.load_verify_locations(
                    cafile=None if folder else self.certificates,
                    capath=self.certificates if folder else None,
                )
            except (OSError, ssl.SSLError) as fault:
                raise InvalidConfiguration(
                    f"the certificates in {self.certificates} cannot be read: {fault}.",
                    hint="Name a file of certificates in PEM form in PROFILEGRAPH_CERTIFICATES, or unset"
                    " it (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and PIP_CERT are read too).",
                ) from fault
        return context


def _complete(settings: Settings) -> None:
    """Raise InvalidConfiguration if only a part of a group of settings is there."""
    if settings.oidc_issuer and not settings.oidc_client_id:
        raise InvalidConfiguration(
            "PROFILEGRAPH_OIDC_ISSUER is set and PROFILEGRAPH_OIDC_CLIENT_ID is not.",
            hint="Set the client id: tokens that were issued for others must not be accepted.",
        )
    if bool(settings.oidc_roles_claim) != bool(settings.oidc_roles):
        raise InvalidConfiguration(
            "PROFILEGRAPH_OIDC_ROLES_CLAIM and PROFILEGRAPH_OIDC_ROLES need each other.",
            hint="Set both, or unset both: then the roles are those of the employee.",
        )


def load_settings(**overrides: Any) -> Settings:
    """Return the settings of the environment, with `overrides` put over them.

    Raises InvalidConfiguration that names each variable that cannot be used.
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as fault:
        raise InvalidConfiguration(
            "; ".join(f"{variable_of(str(e['loc'][0]))}: {e['msg']}" for e in fault.errors()),
            hint="Correct the environment variable, or unset it to use the default.",
        ) from fault
    _complete(settings)
    return settings


def variable_of(setting: str) -> str:
    """Return the environment variable of a setting."""
    name = setting.upper()
    return name if name.startswith("NEO4J_") else f"PROFILEGRAPH_{name}"


def data_folder(name: str) -> Path:
    """Return the folder `name` ("taxonomies", "schema" or "examples/cdnow") that ships with the package.

    An installed wheel carries a copy inside the package; a checkout uses its top-level folder.
    """
    installed = Path(__file__).parent / "_data" / name
    return installed if installed.is_dir() else Path(__file__).parents[2] / name
