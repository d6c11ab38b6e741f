"""The platform's own commands: name, help text, and the module that implements each."""

from __future__ import annotations

from profilegraph.cli.terminal.deferred import DeferredCommand, DeferredGroup

_CLI = "profilegraph.cli"
COMMANDS = (
    DeferredCommand(
        "demo",
        f"{_CLI}.operations.demo:demo",
        "Start Neo4j, import 23,570 real customers, compute RFM, answer segments, and serve.",
    ),
    DeferredCommand(
        "doctor",
        f"{_CLI}.operations.doctor:doctor",
        "Check the settings, plugins, database, schema, taxonomies, stored records, index and server.",
    ),
    DeferredCommand(
        "import",
        f"{_CLI}.operations.import_:import_files",
        "Import rows; bad ones go to a reject file, and an interrupted import goes on when repeated.",
    ),
    DeferredCommand(
        "serve",
        f"{_CLI}.operations.serve:serve",
        "Serve the GraphQL API and GraphiQL; the log goes to standard error.",
    ),
    DeferredCommand(
        "db",
        f"{_CLI}.operations.db:app",
        "The embedded Neo4j: start, stop, status, reset, migrate.",
    ),
    DeferredCommand(
        "documents",
        f"{_CLI}.operations.documents:app",
        "Trusted documents: the operations that front ends send.",
    ),
    DeferredCommand(
        "audit",
        f"{_CLI}.operations.audit:app",
        "The audit log: who did what, when and to whom.",
    ),
    DeferredCommand(
        "duty",
        f"{_CLI}.operations.duty:app",
        "Duties: who plans, tags, cleans and restructures dimensions.",
    ),
    DeferredCommand("index", f"{_CLI}.operations.index:app", "The index that answers filters."),
    DeferredCommand("key", f"{_CLI}.operations.key:app", "API keys: who may use the API."),
    DeferredCommand(
        "model", f"{_CLI}.plugins.model:app", "Models: metrics and tags that plugins compute."
    ),
    DeferredCommand("plugin", f"{_CLI}.plugins.commands:app", "Plugins."),
    DeferredCommand(
        "role", f"{_CLI}.operations.role:app", "Roles: who may do what, with which customers."
    ),
    DeferredCommand(
        "schema", f"{_CLI}.operations.schema:app", "The schemas of the GraphQL API and of files."
    ),
    DeferredCommand(
        "segment", f"{_CLI}.segments.commands:app", "Segments: saved filters over customers."
    ),
    DeferredCommand(
        "settings",
        f"{_CLI}.operations.settings:app",
        "Currency, phone region and time zone, which the graph keeps: show, change.",
    ),
    DeferredCommand(
        "signin",
        f"{_CLI}.operations.signin:app",
        "Sign-in of employees with a browser: links, sessions.",
    ),
    DeferredCommand(
        "taxonomy",
        f"{_CLI}.taxonomies.changes:app",
        "Dimensions, tags, attributes, event types and metrics.",
    ),
)


class PlatformCommands(DeferredGroup):
    """The commands of the platform; what plugins bring is added beside them."""

    deferred = COMMANDS
