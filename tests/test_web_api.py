"""The JSON API and its description: each holds the other to its word."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from web_site import client, site

from monitor.archive import Archive
from monitor.report.payload import change_json

KINDS = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


@pytest.fixture(scope="module")
def asking(shown: Path) -> FlaskClient:
    return client(shown)


@pytest.fixture(scope="module")
def described(asking: FlaskClient) -> dict[str, Any]:
    """The description of the API."""
    answer: dict[str, Any] = asking.get("/api/openapi.json").json
    return answer


def faults(value: Any, schema: dict[str, Any], schemas: dict[str, Any], place: str = "") -> list[str]:
    """Where a value is not what its schema says, by the words of JSON Schema that the description uses."""
    unknown = set(schema) - {
        "$ref",
        "anyOf",
        "type",
        "enum",
        "const",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "title",
        "description",
        "format",
    }
    assert not unknown, f"the checker does not know {unknown}"
    if "$ref" in schema:
        return faults(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, place)
    if "anyOf" in schema:
        found = [faults(value, each, schemas, place) for each in schema["anyOf"]]
        return [] if [] in found else found[0]
    kinds = KINDS[schema["type"]]
    if not isinstance(value, kinds) or (isinstance(value, bool) and schema["type"] != "boolean"):
        return [f"{place}: {value!r} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}: {value!r} is none of {schema['enum']}"]
    if schema.get("format") == "date-time" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value):
        return [f"{place}: {value!r} is no time in UTC"]
    if isinstance(value, list):
        return [
            fault
            for number, each in enumerate(value)
            for fault in faults(each, schema["items"], schemas, f"{place}[{number}]")
        ]
    if isinstance(value, dict):
        assert schema["additionalProperties"] is False
        lacking = [f"{place}: {name} is missing" for name in schema["required"] if name not in value]
        more = [f"{place}: {name} is not described" for name in value if name not in schema["properties"]]
        parts = [
            fault
            for name, each in value.items()
            if name in schema["properties"]
            for fault in faults(each, schema["properties"][name], schemas, f"{place}.{name}")
        ]
        return lacking + more + parts
    return []


def test_every_route_is_described(shown: Path, described: dict[str, Any]) -> None:
    """What is served below /api is in the description, and what is in the description is served."""
    rules = {rule.rule for rule in site(shown).url_map.iter_rules() if rule.rule.startswith("/api/")}
    served = {re.sub(r"<(?:id:)?(\w+)>", r"{\1}", rule).removeprefix("/api") for rule in rules} - {"/openapi.json"}
    assert served == set(described["paths"])


def test_the_description_is_openapi(described: dict[str, Any]) -> None:
    """It is OpenAPI 3.1: every reference leads somewhere, every name in a path is a parameter, every operation has its own id."""
    assert described["openapi"].startswith("3.1.")
    schemas = described["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described))) <= set(schemas)
    ids = [path["get"]["operationId"] for path in described["paths"].values()]
    assert len(ids) == len(set(ids))
    for path, operation in described["paths"].items():
        named = {each["name"] for each in operation["get"]["parameters"] if each["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path))
        assert operation["get"]["summary"]


def test_every_answer_is_what_its_schema_says(asking: FlaskClient, described: dict[str, Any], shown: Path) -> None:
    """Each route, asked for each page and for many records, answers in the shape that is described."""
    schemas = described["components"]["schemas"]
    pages = [(each["vendor"], each["page"]) for each in asking.get("/api/pages").json["items"]]
    for path, operation in described["paths"].items():
        schema = operation["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        named = [path.format(vendor=vendor, page=page, id=number) for vendor, page in pages for number in range(1, 9)]
        needed = [each["name"] for each in operation["get"]["parameters"] if each["in"] == "query" and each["required"]]
        query = "?" + "&".join(f"{name}=train" for name in needed)
        answers = [asking.get(f"/api{each}{query}") for each in sorted(set(named))]
        assert answers[0].status_code == 200
        for answer in answers:
            found = (
                schema
                if answer.status_code == 200
                else operation["get"]["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
            )
            assert (path, faults(answer.json, found, schemas)) == (path, [])


def test_the_checker_finds_faults(described: dict[str, Any], asking: FlaskClient) -> None:
    """The test above can fail: a field more, a field less, another type and a time without its zone are noticed."""
    schemas = described["components"]["schemas"]
    change = asking.get("/api/changes/1").json
    assert faults(change, schemas["Change"], schemas) == []
    for broken in (
        change | {"more": 1},
        {name: value for name, value in change.items() if name != "verdict"},
        change | {"id": "1"},
        change | {"verdict": "loud"},
        change | {"seen_at": "2026-01-01T00:00:00"},
    ):
        assert len(faults(broken, schemas["Change"], schemas)) == 1


@pytest.mark.parametrize("name", ["limit", "older", "topic", "verdict", "importance", "since", "until"])
def test_every_parameter_described_is_heeded(asking: FlaskClient, described: dict[str, Any], name: str) -> None:
    """A parameter that cannot be read is refused, so that it is not one which is passed over."""
    parameters = {each["name"] for each in described["paths"]["/changes"]["get"]["parameters"]}
    assert name in parameters
    assert asking.get(f"/api/changes?{name}=%21").status_code == 400


def test_filters_narrow_the_list(asking: FlaskClient) -> None:
    """Vendor, page, topic, importance and dates leave only what fits."""

    def ids(query: str) -> list[int]:
        return [each["id"] for each in asking.get(f"/api/changes?{query}").json["items"]]

    everything = ids("limit=200")
    assert 0 < len(ids("vendor=northwind&page=terms")) < len(ids("vendor=northwind")) < len(everything)
    assert 0 < len(ids("topic=training")) < len(everything)
    assert 0 < len(ids("importance=none")) < len(everything)
    assert set(ids("since=2026-01-01&limit=200")) | set(ids("until=2025-12-31&limit=200")) == set(everything)
    assert not set(ids("since=2026-01-01&limit=200")) & set(ids("until=2025-12-31&limit=200"))


def test_a_change_is_the_line_of_the_command(asking: FlaskClient, shown: Path) -> None:
    """The API and `monitor changes --json` tell a change in the same words."""
    with Archive(shown, mode="read") as archive:
        assert asking.get("/api/changes/3").json == json.loads(json.dumps(change_json(archive.change(3))))
