"""Permissions of the schema: declared where a field or a type is, checked before any resolver runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)

from profilegraph.api.runtime.internals import field_definition, type_definition
from profilegraph.domain.access import Permission
from profilegraph.errors import Forbidden
from profilegraph.language.row_access import Access

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T", bound=type)
PERMISSION = "permission"
"""Metadata key of a field: the permission that it needs; None if everybody may ask for it."""
_ATTRIBUTE = "__required_permission__"


def requires(permission: Permission | None) -> Callable[[F], F]:
    """Return a decorator of a resolver, below that of its field: the permission that the field needs.

    None lets everybody who is authenticated ask for it. A field without the decorator needs what its
    type needs; each field of a root has one.
    """

    def decorate(resolve: F) -> F:
        resolve.__dict__[_ATTRIBUTE] = permission
        return resolve

    return decorate


def type_requires(permission: Permission) -> Callable[[T], T]:
    """Return a decorator of an object type: the permission that its fields need."""

    def decorate(kind: T) -> T:
        setattr(kind, _ATTRIBUTE, permission)
        return kind

    return decorate


def metadata_of(resolve: Callable[..., Any]) -> Mapping[str, Any]:
    """Return what a field's metadata keeps of its resolver's permission."""
    kept = vars(resolve)
    return {PERMISSION: kept[_ATTRIBUTE]} if _ATTRIBUTE in kept else {}


def required(kind: GraphQLObjectType, name: str) -> Permission | None:
    """Return the permission that a field of a type needs; None if it needs none of its own."""
    definition = field_definition(kind.fields[name])
    if definition is not None and PERMISSION in definition.metadata:
        found: Permission | None = definition.metadata[PERMISSION]
        return found
    return required_of_type(kind)


def required_of_type(kind: GraphQLObjectType) -> Permission | None:
    """Return the permission that the fields of a type need; None if the type declares none."""
    origin = getattr(type_definition(kind), "origin", None)
    found: Permission | None = getattr(origin, _ATTRIBUTE, None)
    return found


def declared(schema: GraphQLSchema) -> Iterator[tuple[str, str, Permission | None]]:
    """Yield the fields of the roots and the types that declare a permission: type, field, permission.

    A whole type stands as the field `*`.
    """
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    for root in roots:
        if root is not None:
            yield from ((root.name, name, required(root, name)) for name in root.fields)
    for name, kind in sorted(schema.type_map.items()):
        if isinstance(kind, GraphQLObjectType) and kind not in roots:
            permission = required_of_type(kind)
            if permission is not None:
                yield name, "*", permission


def undeclared(schema: GraphQLSchema) -> list[str]:
    """Return the fields of the roots that declare no permission."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return [
        f"{root.name}.{name}"
        for root in roots
        if root is not None
        for name, field in root.fields.items()
        if PERMISSION not in (getattr(field_definition(field), "metadata", None) or {})
    ]


def requirements(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> dict[Permission, tuple[str, FieldNode]]:
    """Return the permissions that an operation needs, each with a field that needs it.

    A field needs it whether or not a directive leaves it out. Each fragment is looked at once per
    type.
    """
    found: dict[Permission, tuple[str, FieldNode]] = {}
    root = schema.get_root_type(operation.operation)
    for kind, node in _fields(schema, root, operation.selection_set, fragments):
        if node.name.value.startswith("__") or not isinstance(kind, GraphQLObjectType):
            continue
        permission = required(kind, node.name.value)
        if permission is not None:
            found.setdefault(permission, (f"{kind.name}.{node.name.value}", node))
    return found


def refusals(
    needed: Mapping[Permission, tuple[str, FieldNode]], access: Access
) -> list[GraphQLError]:
    """Return an error for each permission that an operation needs and that is not granted."""
    return [
        _located(access.refusal(permission, field), permission, node)
        for permission, (field, node) in needed.items()
        if not access.permits(permission)
    ]


def _located(error: Forbidden, permission: Permission, node: FieldNode) -> GraphQLError:
    told = {"code": error.code, "permission": permission.value, "hint": error.hint}
    return GraphQLError(error.message, node, extensions=told)


def _fields(
    schema: GraphQLSchema,
    root: GraphQLCompositeType | None,
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Iterator[tuple[GraphQLCompositeType, FieldNode]]:
    stack = [(root, selections)]
    seen: set[tuple[str, str]] = set()
    while stack:
        kind, below = stack.pop()
        if kind is None:
            continue
        for one in below.selections:
            match one:
                case FieldNode():
                    yield kind, one
                    value = getattr(kind, "fields", {}).get(one.name.value)
                    if value is not None and one.selection_set is not None:
                        stack.append((_composite(get_named_type(value.type)), one.selection_set))
                case InlineFragmentNode(type_condition=condition):
                    inner = kind if condition is None else schema.get_type(condition.name.value)
                    stack.append((_composite(inner), one.selection_set))
                case FragmentSpreadNode(name=name):
                    fragment = fragments[name.value]
                    of = fragment.type_condition.name.value
                    if (name.value, of) not in seen:
                        seen.add((name.value, of))
                        stack.append((_composite(schema.get_type(of)), fragment.selection_set))


def _composite(kind: Any) -> GraphQLCompositeType | None:
    return kind if is_composite_type(kind) else None
