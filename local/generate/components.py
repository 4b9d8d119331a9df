"""A document of OpenAPI made shorter: what many routes say is told once, among the components."""

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import count
from typing import Any

Part = dict[str, Any]

# What API Gateway may answer on any route before, or in place of, a function.
GATEWAY = {400, 401, 403, 429, 500, 502, 504}
# What can be done with the id in an answer.
LINKS = ("get_record", "delete_record", "renormalize_record")
JSON = "application/json"
SCHEMAS = "#/components/schemas/"


def tidy(made: Part, problems: Mapping[str, Part], examples: Mapping[str, Any]) -> Part:
    """`made` with API Gateway's answers on every route, `problems` by name, and `examples` of a record by path."""
    components = made["components"]
    components["responses"] = dict(problems)
    components["parameters"], components["requestBodies"] = {}, {}
    components["links"] = {id: {"operationId": id, "parameters": {"id": "$response.body#/id"}} for id in LINKS}
    for path, operation in _operations(made):
        operation["responses"] = _answers(operation["responses"])
        _link(operation["responses"])
        if path in examples:
            operation["responses"]["200"]["content"][JSON]["examples"] = {"sample": {"value": examples[path]}}
        operation["parameters"] = [_parameter(components, one) for one in operation.get("parameters", [])]
        for schema in _bodies(operation):
            _share_options(components, schema)
        if "requestBody" in operation:
            operation["requestBody"] = _request(components, operation["requestBody"])
    for schema in components["schemas"].values():
        _explain(schema)
    _inherit(components["schemas"])
    _prune(made)
    return made


def _operations(made: Part) -> Iterator[tuple[str, Part]]:
    for path, methods in made["paths"].items():
        for operation in methods.values():
            yield path, operation


def _answers(responses: Part) -> Part:
    """A route's own answers, and references to the problems that it may end in.

    Powertools adds a 422 of its own to every route that it validates; the functions answer 400 in its place.
    """
    own = {
        status: answer for status, answer in responses.items() if not _body(answer) & {"Problem", "HTTPValidationError"}
    }
    problems = GATEWAY | {int(status) for status, answer in responses.items() if "Problem" in _body(answer)}
    return own | {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(problems)}


def _link(responses: Part) -> None:
    """Say what can be done with the id of a record that was just made or accepted."""
    for response in responses.values():
        if any(name.endswith(("Record", "Pending", "UploadForm")) for name in _body(response)):
            response["links"] = {id: {"$ref": f"#/components/links/{id}"} for id in LINKS}


def _body(response: Part) -> set[str]:
    """The names of the schemas that an answer's body may have."""
    schemas = [content.get("schema", {}) for content in response.get("content", {}).values()]
    return {schema.get("$ref", "").removeprefix(SCHEMAS) for schema in schemas}


def _parameter(components: Part, parameter: Part) -> Part:
    """A reference to this parameter, whose schema is one of text: a query cannot say null."""
    schema = parameter["schema"]
    # Where vendors allow different values, the fullest of their descriptions holds for all.
    each = [kind.get("description", "") for kind in (schema, _bare(schema), *schema.get("anyOf", []))]
    if said := max(each, key=len):
        parameter.setdefault("description", said)
    parameter["schema"] = _option(components, parameter["name"], parameter["schema"])
    return _shared(components, "parameters", parameter["name"], parameter)


def _request(components: Part, body: Part) -> Part:
    """A reference to this request body, whose forms are schemas with names of their own: clients name types so."""
    titles = [content["schema"]["title"] for content in body["content"].values() if "title" in content["schema"]]
    for kind, content in body["content"].items():
        forms = content["schema"].get("oneOf", [content["schema"]])
        named = [_shared(components, "schemas", _name(kind, one), one) if "properties" in one else one for one in forms]
        content["schema"] = named[0] if len(named) == 1 else {"oneOf": named}
    name = titles[0] if titles else "Pictures" if _is_batch(body) else "Picture"
    return _shared(components, "requestBodies", name, body)


def _name(kind: str, form: Part) -> str:
    """What a form of a request is called: by its title, or by the member in which its pictures stand."""
    if "title" in form:
        return str(form.pop("title"))
    [member] = form["required"]
    return "".join(word.capitalize() for word in member.split("_")) + ("Request" if kind == JSON else "Form")


def _is_batch(body: Part) -> bool:
    return "application/octet-stream" not in body["content"]


def _explain(schema: Part) -> None:
    """Say of each field what is printed beside it, in place of the title that pydantic makes of its name."""
    for part in schema.get("properties", {}).values():
        part.pop("title", None)
        if labels := part.pop("labels", None):
            said = part.get("description", "")
            part["description"] = f"{labels[0]}: {said}" if said else labels[0]


def _bodies(operation: Part) -> Iterator[Part]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from content["schema"].get("oneOf", [content["schema"]])


def _share_options(components: Part, body: Part) -> None:
    """Options have the same schemas in a body as in the query."""
    for name, schema in body.get("properties", {}).items():
        if f"option_{name}" in components["schemas"]:
            body["properties"][name] = _option(components, name, schema)


def _option(components: Part, name: str, schema: Part) -> Part:
    return _shared(components, "schemas", f"option_{name}", _bare(schema))


def _bare(schema: Part) -> Part:
    """The schema without null, and without the title that pydantic makes of the name."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        schema = {name: value for name, value in schema.items() if name != "anyOf"} | kinds[0]
    return {name: value for name, value in schema.items() if name != "title"}


def _shared(components: Part, kind: str, name: str, part: Part) -> Part:
    """A reference to this part among the components: by its name, with a number where others have that name."""
    for number in count(1):
        numbered = name if number == 1 else f"{name}_{number}"
        if components[kind].setdefault(numbered, part) == part:
            return {"$ref": f"#/components/{kind}/{numbered}"}
    raise AssertionError("There is always a next number.")


def _inherit(schemas: Part) -> None:
    """What all records have is told once, what all documents have too; each adds what is its own.

    A member whose type differs stands in none of the shared parts: generators of clients take the first type they meet.
    """
    for base in ("Record", "Document"):
        own = schemas[base]
        kinds = {name: schema for name, schema in schemas.items() if name.endswith(base)}
        varied = {
            part
            for one in kinds.values()
            for part, kind in one["properties"].items()
            if own["properties"].get(part) != kind
        }
        # Closed is each as a whole: what only one of its parts has is no stranger to the other.
        own.pop("additionalProperties", None)
        schemas[f"Any{base}"] = _only(own, own["properties"].keys() - varied) | {"title": f"Any{base}"}
        for name, schema in kinds.items():
            more = {"properties": schema["properties"], "required": schema.get("required", [])}
            extended = [{"$ref": f"{SCHEMAS}Any{base}"}, _only(more, varied)]
            schemas[name] = {"title": name, "allOf": extended, "unevaluatedProperties": False}


def _only(schema: Part, names: Collection[str]) -> Part:
    """The schema with these of its members."""
    properties = {name: kind for name, kind in schema["properties"].items() if name in names}
    required = [name for name in schema.get("required", []) if name in names]
    return schema | {"properties": properties, "required": required}


def _prune(made: Part) -> None:
    """Leave out the schemas that nothing refers to."""
    schemas = made["components"]["schemas"]
    while True:
        text = json.dumps(made)
        unused = {name for name in schemas if f'"{SCHEMAS}{name}"' not in text}
        if not unused:
            return
        for name in unused:
            del schemas[name]
