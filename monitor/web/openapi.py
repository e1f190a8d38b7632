"""The description of the API, made of the table that makes its routes. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic.json_schema import models_json_schema

from monitor import __version__
from monitor.web.shapes import Fault, Shape

_SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What can be given behind the `?` of an address."""

    name: str
    description: str
    schema: Mapping[str, Any]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the API: its path with `{names}`, the view that answers, and what with."""

    path: str
    view: Callable[..., Shape]
    shape: type[Shape]
    parameters: tuple[Parameter, ...] = ()


def description(table: Sequence[Route], server: str) -> dict[str, Any]:
    """The table as OpenAPI 3.1; `server` is the address below which the paths lie."""
    shapes: dict[type[Shape], None] = dict.fromkeys((*(route.shape for route in table), Fault))
    _, schemas = models_json_schema([(shape, "serialization") for shape in shapes], ref_template=_SCHEMAS + "{model}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "terms-monitor",
            "version": __version__,
            "description": "The archive of watched terms, read-only. Times are RFC 3339 in UTC.",
        },
        "servers": [{"url": server}],
        "security": [{}, {"password": []}, {"token": []}],
        "paths": {route.path: {"get": _operation(route)} for route in table},
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "password": {"type": "http", "scheme": "basic"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", route.path)
    return {
        "operationId": route.view.__name__,
        "summary": (route.view.__doc__ or "").strip(),
        "parameters": [*map(_in_path, names), *map(_in_query, route.parameters)],
        "responses": {
            "200": _answer("What was asked for", route.shape),
            **({"404": _answer("There is no such record", Fault)} if names else {}),
            **({"400": _answer("A parameter cannot be read", Fault)} if route.parameters else {}),
            "503": _answer("The archive cannot be read now", Fault),
        },
    }


def _answer(description: str, shape: type[Shape]) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": _SCHEMAS + shape.__name__}}},
    }


def _in_path(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1} if name == "id" else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "schema": dict(parameter.schema),
    }
