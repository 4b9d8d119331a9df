"""Promise: the OpenAPI document that the API serves is valid, whole and small, and its page needs nothing else."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from local.cloud.aws import ROOT
from ocr.declare.catalogue import description, example, products
from ocr.declare.fields import declared
from records import docs
from tests.support.template import properties

SERVED = (ROOT / "functions/records/openapi.json").read_text()
MOST_BYTES = 500_000


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SERVED)
    return loaded


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_it_tells_of_every_route_that_the_template_has_and_of_no_other(document: dict[str, Any]) -> None:
    paths = properties("Api")["DefinitionBody"]["paths"].items()
    routes = {(path, method) for path, methods in paths for method in methods}
    unknown = {"post /ocr/{product}", "post /ocr/{product}/batch"}
    # HEAD goes with GET: no client is generated for it.
    declared = {f"{method} {path}" for path, method in routes if method != "head"}
    assert {name for name, _ in operations(document)} == declared - unknown
    assert {path for path, method in routes if method == "head"} == {path for path, method in routes if method == "get"}


def test_every_operation_tells_what_it_is_and_what_goes_wrong(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert sorted(names) == sorted(set(names))
    for name, operation in operations(document):
        assert all(operation.get(part) for part in ("summary", "description", "tags")), name
        assert {"400", "401", "403", "429", "500", "502", "504"} <= operation["responses"].keys(), name
        assert any(status < "400" for status in operation["responses"]), name


def test_what_goes_wrong_is_one_problem_with_an_example(document: dict[str, Any]) -> None:
    problem = Draft202012Validator(document["components"]["schemas"]["Problem"])
    for name, response in document["components"]["responses"].items():
        [content] = response["content"].values()
        example = content["examples"]["problem"]["value"]
        problem.validate(example)
        assert name == f"Problem{example['status']}"


def test_its_components_are_all_used_and_have_readable_names(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for kind in ("schemas", "parameters", "responses", "requestBodies"):
        for name in document["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text
            assert "__" not in name  # two models of one name


@pytest.fixture(params=list(products()))
def slug(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def of_product(document: dict[str, Any], slug: str) -> dict[str, Any]:
    operation: dict[str, Any] = document["paths"][f"/ocr/{slug}"]["post"]
    return operation


def test_a_products_record_is_told_with_all_its_fields_and_an_example(document: dict[str, Any], slug: str) -> None:
    content = of_product(document, slug)["responses"]["200"]["content"]["application/json"]
    assert content["examples"]["sample"]["value"] == example(products()[slug])
    schema = Draft202012Validator({"components": document["components"], **content["schema"]})
    sample = example(products()[slug])
    schema.validate(sample)
    assert not schema.is_valid(sample | {"surprise": 1})
    strange = sample["document"] | {"fields": {"nobody_declared_this": "1"}}
    assert not schema.is_valid(sample | {"document": strange})


def test_a_products_options_are_told_for_the_query_and_for_every_body(document: dict[str, Any], slug: str) -> None:
    options = set(description(products()[slug])["options"]["properties"])
    for path in (f"/ocr/{slug}", f"/ocr/{slug}/batch"):
        operation = document["paths"][path]["post"]
        references = [parameter["$ref"].rpartition("/")[2] for parameter in operation["parameters"]]
        parameters = [document["components"]["parameters"][name] for name in references]
        assert {one["name"] for one in parameters if one["in"] == "query"} == options
        body = document["components"]["requestBodies"][operation["requestBody"]["$ref"].rpartition("/")[2]]
        for kind in ("application/json", "multipart/form-data"):
            schema = body["content"][kind]["schema"]
            for form in schema.get("oneOf", [schema]):
                named = document["components"]["schemas"][form["$ref"].rpartition("/")[2]]
                assert options <= named["properties"].keys()


def test_every_option_is_described_where_it_is_told(document: dict[str, Any]) -> None:
    undescribed = [name for name, one in document["components"]["parameters"].items() if not one.get("description")]
    assert undescribed == []


def test_a_products_fields_say_what_is_printed_beside_them(document: dict[str, Any], slug: str) -> None:
    labelled = {name: f.mark.names[0] for name, f in declared(products()[slug].fields).items() if f.mark.names}
    fields = document["components"]["schemas"][products()[slug].fields.__name__]["properties"]
    assert {name for name, printed in labelled.items() if printed not in fields[name]["description"]} == set()


def test_an_answer_is_told_by_its_status(document: dict[str, Any], slug: str) -> None:
    answers = of_product(document, slug)["responses"]
    schemas = {status: answers[status]["content"]["application/json"]["schema"]["$ref"] for status in ("200", "202")}
    assert schemas["200"].endswith("Record")
    assert schemas["202"].endswith("/Pending")
    pending = document["components"]["schemas"]["Pending"]
    assert pending["additionalProperties"] is False
    assert pending["properties"].keys() == {"id", "status"}


def test_it_is_small() -> None:
    assert len(SERVED.encode()) < MOST_BYTES


class Page(HTMLParser):
    """The elements of a page: tags with their attributes, and the text of each script."""

    def __init__(self) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs
        self.inside = tag == "script"
        if self.inside:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.scripts[-1] += data


def test_its_page_loads_nothing_and_lets_nothing_run_but_itself() -> None:
    body, policy = docs.page(SERVED)
    page = Page()
    page.feed(body)
    assert not {"src", "href"} & {name for name, _ in page.attributes}
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in page.scripts]
    [allowed] = [rule for rule in policy.split("; ") if rule.startswith("script-src")]
    assert allowed.split()[1:] == [f"'sha256-{one}'" for one in hashes]
    assert "default-src 'none'" in policy
    assert "'unsafe-eval'" not in policy


def test_its_page_shows_the_document_also_where_that_speaks_of_scripts() -> None:
    page = Page()
    evil = "</script><script>alert(1)</script>"
    page.feed(docs.page(json.dumps({"info": {"description": evil}, "paths": {"/x": {"get": {"summary": evil}}}}))[0])
    assert len(page.scripts) == 1
    assert "alert(1)" not in page.scripts[0]


def test_its_page_is_small_and_found_by_slug_and_by_name(slug: str) -> None:
    body, _ = docs.page(SERVED)
    assert len(body.encode()) < 700_000
    words = re.findall(r'<details data-words="([^"]*)">', body)
    assert [one for one in words if slug in one and products()[slug].name.lower() in one]
    assert 'name="viewport"' in body
