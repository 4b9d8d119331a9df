"""Promise: what `sam local` is given fits the stack. `test_containers.py` has it run."""

import json
from pathlib import Path

from local.cloud.containers import Engine
from local.cloud.stack import Stack, settings_of
from local.sam_local import SETTINGS, s3_event, write_settings
from local.samples import samples


def test_containers_get_the_settings_of_the_deployed_functions_and_the_address_of_their_aws(
    stack: Stack, tmp_path: Path
) -> None:
    (tmp_path / SETTINGS).parent.mkdir()
    write_settings(stack, Engine("172.17.0.1"), tmp_path)
    variables = json.loads((tmp_path / SETTINGS).read_text())["Parameters"]
    deployed = settings_of(stack.client, stack.function("id_card"))
    assert "AWS_ENDPOINT_URL" not in deployed
    assert variables == deployed | {"AWS_ENDPOINT_URL": f"http://172.17.0.1:{stack.aws.port}"}


def test_the_upload_that_a_written_event_tells_of_is_in_the_bucket_and_is_read(stack: Stack, tmp_path: Path) -> None:
    event = json.loads((tmp_path / s3_event(stack, "vin", tmp_path)).read_text())
    [notification] = json.loads(event["Records"][0]["body"])["Records"]
    place, thing = notification["s3"]["bucket"]["name"], notification["s3"]["object"]
    found = stack.client("s3").get_object(Bucket=place, Key=thing["key"], VersionId=thing["versionId"])
    assert found["Body"].read() == next(samples(["vin"])).picture
    answer = stack.client("lambda").invoke(FunctionName=stack.function("vin"), Payload=json.dumps(event))
    assert json.load(answer["Payload"]) == {"batchItemFailures": []}
