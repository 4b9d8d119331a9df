"""What `sam local` is given so that containers work against the AWS on this machine: settings, events, a template."""

import json
from pathlib import Path

from local.cloud.aws import ROOT
from local.cloud.build import alone, for_containers
from local.cloud.containers import Engine
from local.cloud.relay import open_at
from local.cloud.sending import Picture, upload
from local.cloud.stack import Stack, logical, settings_of
from local.generate.events import QUEUES
from local.generate.events import upload as upload_event
from local.samples import samples

# SAM CLI reads the variables of its containers from this file.
SETTINGS = ".local/env.json"
EVENTS = ".local/events"


def write_settings(stack: Stack, engine: Engine | None, root: Path = ROOT) -> None:
    """Write the deployed functions' settings, with the address at which containers find their AWS."""
    endpoint = (engine or Engine(None)).endpoint(stack.aws)
    settings = settings_of(stack.client, stack.function("id_card")) | {"AWS_ENDPOINT_URL": endpoint}
    (root / SETTINGS).write_text(json.dumps({"Parameters": settings}, indent=2) + "\n")


def https_event(product: str, form: str) -> str:
    """The file of a sample event of the HTTPS API, in one of its forms."""
    return f"events/{product}/{form}.json"


def s3_event(stack: Stack, product: str, root: Path = ROOT) -> str:
    """The file of an S3 event whose picture is in the bucket: a sample, which the deployed function has read by now.

    A container that is given the event finds the record that stands.
    """
    sample = next(iter(samples([product])))
    picture = Picture(product, sample.name, sample.picture, sample.media_type, sample.options)
    key = f"uploads/{product}/sample{sample.suffix}"
    version, _ = upload(stack, picture, key, sample.picture)
    queue = f"{QUEUES}:{stack.queue(product).rpartition('/')[2]}"
    file = Path(EVENTS, product, "s3.json")
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(json.dumps(upload_event(key, stack.uploads, queue, version), indent=2) + "\n")
    return str(file)


def template() -> Path:
    """The template that `sam local` takes, built for this machine's containers, from the folder of this checkout."""
    with alone():
        return for_containers().relative_to(ROOT)


def reached(stack: Stack, engine: Engine | None) -> bool:
    """Whether this engine's containers reach the stack as it is, without `make invoke`."""
    return engine is not None and (engine.bridge is None or open_at(stack.aws, engine.bridge))


def command(product: str, event: str, template: Path) -> list[str]:
    """The words of the command that invokes a product's function, from the folder of this checkout."""
    return ["sam", "local", "invoke", logical(product), "-e", event, *options(template)]


def options(template: Path, root: Path = Path()) -> list[str]:
    """What every `sam local` command takes; the settings are those below `root`."""
    return ["-t", str(template), "--env-vars", str(root / SETTINGS)]
