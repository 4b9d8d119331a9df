"""Promise: an endpoint that the command line added hears of the next record, signed, from the deployed stack."""

from time import monotonic, sleep

from click.testing import CliRunner
from standardwebhooks import Webhook

from cli.app import main
from local.cloud.sending import Picture, salt, send
from local.cloud.stack import Stack
from local.samples import samples
from tests.support.vendors import Answered, Host

SECONDS = 60.0


def ocr(stack: Stack, *words: str) -> str:
    result = CliRunner(env=dict(stack.aws.environment)).invoke(main, ["webhooks", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_an_endpoint_is_added_tested_told_and_removed(stack: Stack, receiver: Host) -> None:
    receiver.says(Answered("", 204))
    id, secret = ocr(stack, "add", f"{receiver.url}/hook", "--product", "vin").split()
    try:
        assert "204" in ocr(stack, "test", id)
        assert id in ocr(stack, "list")
        assert secret not in ocr(stack, "list", "--json")
        sample = next(iter(samples(["vin"])))
        picture = Picture("vin", sample.name, sample.picture + salt(), sample.media_type, {"vendor": "embedded"})
        record = send(stack, picture, "https")
        until = monotonic() + SECONDS
        while len(receiver.asked) < 2 and monotonic() < until:
            sleep(0.1)
    finally:
        ocr(stack, "remove", id)
    events = [Webhook(secret).verify(one.body, dict(one.headers)) for one in receiver.asked]
    assert [event["type"] for event in events] == ["webhook.test", "record.finished"]
    assert events[1]["data"]["record_id"] == record.record_id


def test_a_wrong_endpoint_is_refused_in_one_sentence(stack: Stack) -> None:
    result = CliRunner(env=dict(stack.aws.environment)).invoke(main, ["webhooks", "add", "http://10.0.0.1/"])
    assert (result.exit_code, result.output) == (1, "ocr: The endpoint's address does not begin with https.\n")
