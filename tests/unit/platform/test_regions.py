"""Promise: everything stays in the stack's own region and partition, in China as elsewhere."""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

DOMAINS = {"eu-central-1": "amazonaws.com", "cn-north-1": "amazonaws.com.cn", "cn-northwest-1": "amazonaws.com.cn"}
# A process of its own, as in a region of its own: clients keep what the first of them was made with.
ADDRESSES = """
import json
from ocr.platform import aws

form = aws.s3().generate_presigned_post("uploads", "uploads/id_card/a.jpg")["url"]
clients = [client.meta.endpoint_url for client in (aws.s3(), aws.events(), aws.queues())]
print(json.dumps({"buckets": [aws.link("uploads", "uploads/id_card/a.jpg"), form], "clients": clients}))
"""


@pytest.mark.parametrize("region", DOMAINS)
def test_clients_links_and_forms_lead_to_the_stacks_own_region(region: str) -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    ours = {"AWS_DEFAULT_REGION": region, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", ADDRESSES],
        env=plain | ours | path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = json.loads(done.stdout)
    for address in found["clients"]:
        assert str(urlsplit(address).hostname).endswith(f".{region}.{DOMAINS[region]}")
    for address in found["buckets"]:
        assert urlsplit(address).hostname == f"uploads.s3.{region}.{DOMAINS[region]}"
