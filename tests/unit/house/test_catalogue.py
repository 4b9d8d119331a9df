"""The house rules: what holds for every product, found by walking the folders. A product that breaks one fails here."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from local.cloud.aws import ROOT
from local.cloud.stack import logical
from local.generate import files
from local.generate import template as generated
from local.samples.catalogue import documents
from ocr.declare.catalogue import description, products
from ocr.declare.fields import Fields, canonical, declared
from ocr.declare.identifiers import CHECKS
from ocr.declare.product import Product
from tests.support.checkout import copied, run_in

FILES = {"app.py", "example.json"}
SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NOTHING = "!Ref AWS::NoValue"
INPUTS = ("https-binary", "https-json", "https-multipart", "s3")


class Cfn(yaml.CSafeLoader):
    """YAML with CloudFormation's short functions, which come out as they are written."""


def _short(loader: yaml.CSafeLoader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return f"!{suffix} {node.value}"
    if isinstance(node, yaml.SequenceNode):
        return [f"!{suffix}", *loader.construct_sequence(node, deep=True)]
    assert isinstance(node, yaml.MappingNode)
    return {f"!{suffix}": loader.construct_mapping(node, deep=True)}


Cfn.add_multi_constructor("!", _short)


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), Loader=Cfn)
    return loaded


@pytest.fixture(params=list(products().values()), ids=list(products()))
def product(request: pytest.FixtureRequest) -> Product:
    found: Product = request.param
    return found


def test_the_catalogue_is_not_empty() -> None:
    assert len(products()) >= 47


def test_slug_is_spelled_one_way(product: Product) -> None:
    assert SLUG.fullmatch(product.slug)
    assert (ROOT / "functions" / product.slug / "app.py").exists()
    # Two slugs that differ only in underscores would share a logical id.
    assert [slug for slug in products() if logical(slug) == logical(product.slug)] == [product.slug]


def test_folder_is_a_declaration_of_a_screen_or_so(product: Product) -> None:
    text = (ROOT / "functions" / product.slug / "app.py").read_text()
    assert text.startswith('"""')
    assert len(text.splitlines()) <= 130
    assert {path.name for path in (ROOT / "functions" / product.slug).iterdir() if path.suffix} == FILES


def test_template_has_function_queue_route_role_and_notification(product: Product, template: dict[str, Any]) -> None:
    resources, name = template["Resources"], logical(product.slug)
    function, mapping = resources[name]["Properties"], resources[f"{name}Uploads"]["Properties"]
    assert function["Handler"] == f"{product.slug}.app.handler"
    assert f"/ocr/{product.slug}" in resources["Api"]["Properties"]["DefinitionBody"]["paths"]
    assert mapping["EventSourceArn"] == f"!GetAtt {name}Queue.Arn"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert resources[f"{name}Queue"]["Properties"]["RedrivePolicy"]
    # Whoever leaves the product out has neither its queue nor its notification.
    unless = ["!If", f"Has{name}"]
    assert [*unless, f"!Ref {name}Queue", NOTHING] in resources["UploadsNotify"]["Properties"]["Queues"]
    rules = resources["Uploads"]["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    [rule] = [rule for *condition, rule, otherwise in rules if (condition, otherwise) == (unless, NOTHING)]
    assert rule["Queue"] == f"!GetAtt {name}Queue.Arn"
    assert rule["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": f"uploads/{product.slug}/"}]


def test_role_reaches_its_own_prefix_and_its_vendors_secrets_only(product: Product, template: dict[str, Any]) -> None:
    role = template["Resources"][f"{logical(product.slug)}Role"]["Properties"]
    asks = {name.removeprefix("!Ref Asks").lower() for name in role["ManagedPolicyArns"] if "Asks" in name}
    assert asks == {offer.vendor for offer in product.offers if offer.keys}
    reached = json.dumps([policy["PolicyDocument"] for policy in role["Policies"]])
    assert set(re.findall(r"/(?:uploads|answers)/([^/]*)/", reached)) == {product.slug}
    assert '"*"' not in reached


def test_events_and_schema_are_there(product: Product) -> None:
    for name in INPUTS:
        assert (ROOT / "events" / product.slug / f"{name}.json").exists()
    schema = json.loads((ROOT / "events/schemas" / f"{product.slug}.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(description(product)["example"])


def test_has_a_sample(product: Product) -> None:
    assert [document for document in documents() if document.product == product.slug]


def test_every_field_is_typed_described_by_labels_and_knows_its_checks(product: Product) -> None:
    for model in _models(product.fields):
        for name, field in declared(model).items():
            assert field.mark.names or field.mark.content or field.mark.derived or field.mark.rows, name
            for check in (field.mark.check, field.shape.check):
                assert check is None or check in CHECKS
            assert not field.mark.derived or field.mark.derived[0] in declared(model)


def test_every_side_says_which_fields_it_cannot_be_without(product: Product) -> None:
    marked = {field.mark.side for field in declared(product.fields).values() if field.mark.side}
    assert all(product.complete.sides.values())
    assert marked <= product.complete.sides.keys()


def test_the_example_is_a_whole_document(product: Product) -> None:
    checks = {check["name"]: check for check in description(product)["example"]["document"]["checks"]}
    assert checks["complete"]["outcome"] == "passed", checks["complete"]


def test_no_label_belongs_to_two_fields(product: Product) -> None:
    for model in _models(product.fields):
        printed = [canonical(label) for field in declared(model).values() for label in set(field.mark.names)]
        assert sorted(printed) == sorted(set(printed))


def test_rules_are_about_declared_fields(product: Product) -> None:
    known = declared(product.fields).keys()
    for rule in product.checks:
        assert {name.partition("[")[0].partition(".")[0] for name in rule.fields} <= known  # type: ignore[attr-defined]


def test_sellers_are_told_apart(product: Product) -> None:
    vendors = [offer.vendor for offer in product.offers]
    assert vendors
    assert len(set(vendors)) == len(vendors)


def _models(model: type[Fields]) -> list[type[Fields]]:
    return [model, *(field.row for field in declared(model).values() if field.row)]


def test_template_has_no_block_without_a_folder(template: dict[str, Any]) -> None:
    handlers = [one["Properties"].get("Handler") for one in template["Resources"].values()]
    folders = {handler.removesuffix(".app.handler") for handler in handlers if handler}
    assert folders == {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}


def test_what_is_made_of_a_product_is_made_anew_where_the_template_says_otherwise() -> None:
    text = (ROOT / "template.yaml").read_text()
    for old, new in (("Value: uploads/passport/", "Value: uploads/pass/"), ("  PassportQueue:\n", "  PassportLine:\n")):
        assert generated.template(text.replace(old, new)) == text


def test_a_template_without_the_marks_is_not_taken() -> None:
    text = (ROOT / "template.yaml").read_text()
    with pytest.raises(ValueError, match="products"):
        generated.template(text.replace("# end of generated: products", "# the end"))


def test_generated_files_are_fresh() -> None:
    assert [str(path.relative_to(ROOT)) for path in files.stale()] == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the house rules look at."""
    return copied(tmp_path / "copy")


def _rules(checkout: Path, which: str) -> subprocess.CompletedProcess[str]:
    """The house rules of this file as they see the copy, those that make copies excepted."""
    file, which = "tests/unit/house/test_catalogue.py", f"{which} and not house_rules and not rules_see"
    return run_in(checkout, "pytest", "-v", "-p", "no:cacheprovider", file, "-k", which)


def test_a_new_product_passes_the_house_rules_as_it_is_written(checkout: Path) -> None:
    made = run_in(checkout, "local", "scaffold.product", "pet_passport", "general")
    assert made.returncode == 0, made.stderr
    # What was just generated is fresh, and the other products' schemas, which take long to look at, are what they were.
    ruled = _rules(checkout, "(pet_passport or not schema) and not fresh")
    assert ruled.returncode == 0, ruled.stdout
    assert "test_has_a_sample[pet_passport] PASSED" in ruled.stdout


# What is broken of a product: a file, and a text in it with what takes its place; without them the file is missing.
BROKEN = {
    "passport": ("template.yaml", "  PassportQueue:", "  PassportLine:"),
    "vin": ("template.yaml", "Value: uploads/vin/", "Value: uploads/vi/"),
    "bank_card": ("template.yaml", "          /ocr/bank_card:", "          /ocr/bankcard:"),
    "captcha": ("template.yaml", "Handler: captcha.app", "Handler: capture.app"),
    "id_card": ("events/id_card/s3.json", None, None),
    "train_ticket": ("events/schemas/train_ticket.json", None, None),
    "taxi_receipt": ("functions/taxi_receipt/example.json", None, None),
    "bank_receipt": ("local/samples/documents/finance.py", '@document("bank_receipt"', '@document("bank_slip"'),
}


def test_the_rules_see_what_is_missing_of_each_product(checkout: Path) -> None:
    for name, old, new in BROKEN.values():
        if old is None or new is None:
            (checkout / name).unlink()
        else:
            text = (checkout / name).read_text()
            assert old in text
            (checkout / name).write_text(text.replace(old, new))
    kept = "vehicle_license"
    ruled = _rules(checkout, f"({' or '.join([*BROKEN, kept])}) and not fresh")
    failed = set(re.findall(r"\[(\w+)\] FAILED", ruled.stdout))
    assert failed == set(BROKEN), ruled.stdout
    assert f"[{kept}] PASSED" in ruled.stdout
