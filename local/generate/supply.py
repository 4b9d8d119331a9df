"""What ships, and under which licences: NOTICE for people, `sbom.json` (CycloneDX) for scanners.

Both are made of the layers' lists and of what the installed packages say of themselves. What compiled wheels carry
within themselves no package says; it stands here as data, read off the wheels.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import metadata
from importlib.metadata import version as version_of
from typing import Any

from local.cloud.aws import ROOT

LAYERS = ("ocr", "engine", "files", "sign_in")
# The page for people has its packages within itself.
CONSOLE = "console"
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)")
# Libraries inside of wheels, by the wheel: name, licence.
INSIDE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "numpy": (("OpenBLAS", "BSD-3-Clause"), ("libgfortran", "GPL-3.0-with-GCC-exception")),
    "opencv-python-headless": (
        ("FFmpeg", "LGPL-2.1-or-later"),
        ("libvpx", "BSD-3-Clause"),
        ("libpng", "libpng-2.0"),
        ("OpenSSL", "OpenSSL"),
        ("OpenBLAS", "BSD-3-Clause"),
        ("libgfortran", "GPL-3.0-with-GCC-exception"),
    ),
    "pillow": (("libjpeg-turbo", "IJG"), ("zlib", "Zlib"), ("libwebp", "BSD-3-Clause"), ("libtiff", "libtiff")),
    "pi-heif": (("libheif", "LGPL-3.0-or-later"), ("libde265", "LGPL-3.0-or-later")),
    "pypdfium2": (
        ("PDFium", "BSD-3-Clause"),
        ("FreeType", "FTL"),
        ("Little CMS", "MIT"),
        ("OpenJPEG", "BSD-2-Clause"),
        ("AGG", "AGG-2.3"),
        ("ICU", "Unicode-3.0"),
        ("abseil-cpp", "Apache-2.0"),
    ),
    "shapely": (("GEOS", "LGPL-2.1-or-later"),),
}
# Of packages that name their licence in a sentence only, or that of what their wheel carries.
NAMED: Mapping[str, str] = {
    "defusedxml": "PSF-2.0",
    "omegaconf": "BSD-3-Clause",
    "pi-heif": "BSD-3-Clause",
    "pypdfium2": "BSD-3-Clause OR Apache-2.0",
    "python-stdnum": "LGPL-2.1-or-later",
}
_CLASSIFIER = "License :: OSI Approved :: "
_SPDX: Mapping[str, str] = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "MIT": "MIT",
    "BSD": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
}


@dataclass(frozen=True)
class Component:
    """One package of a layer or of the console: its licence as an SPDX expression, and the libraries within it."""

    layer: str
    name: str
    version: str
    licence: str
    registry: str = "pypi"

    @property
    def inside(self) -> tuple[tuple[str, str], ...]:
        return INSIDE.get(self.name, ())


def components() -> Iterator[Component]:
    """All that ships, layer by layer, and within the console."""
    for layer in LAYERS:
        for line in (ROOT / f"layers/{layer}/requirements.txt").read_text().splitlines():
            if pinned := _PINNED.match(line):
                name, version = pinned.groups()
                yield Component(layer, name, version, licence(name))
    # Its descriptions of services, cut down: `ocr/platform/descriptions`. The library itself is the runtime's.
    yield Component("ocr", "botocore", version_of("botocore"), licence("botocore"))
    locked = json.loads((ROOT / CONSOLE / "package-lock.json").read_text())["packages"]
    for path, one in locked.items():
        if path and not one.get("dev"):
            name = path.rpartition("node_modules/")[2]
            yield Component(CONSOLE, name, one["version"], one["license"], registry="npm")


def licence(package: str) -> str:
    """A package's licence as an SPDX expression, or what the package says where that is none."""
    if package in NAMED:
        return NAMED[package]
    about: Message = metadata(package)  # type: ignore[assignment]  # its own protocol, made of a message
    if expression := about.get("License-Expression"):
        return str(expression)
    classified = [line.removeprefix(_CLASSIFIER) for line in about.get_all("Classifier") or [] if _CLASSIFIER in line]
    said = classified[0] if classified else str(about.get("License") or "").strip().splitlines()[0]
    return _SPDX.get(said, said)


def notice() -> str:
    """The text of NOTICE."""
    parts = [*components()]
    listed = [line for layer in LAYERS for line in _listed(f"layers/{layer}", layer, parts)]
    return "\n".join(
        [
            "OCR gateway. The project itself is under the MIT licence.",
            "",
            "What ships with it in its four Lambda layers is under permissive licences, but for these, which are used",
            "as libraries, unchanged, and may be replaced in the layer by another build of the same library:",
            "python-stdnum, GEOS, FFmpeg, libheif and libde265 (LGPL), certifi and tqdm (MPL-2.0), and libgfortran",
            "(GPL with the exception for libraries).",
            *listed,
            *_listed("functions/records/console.html", CONSOLE, parts),
            "",
        ]
    )


def _listed(title: str, layer: str, parts: list[Component]) -> Iterator[str]:
    yield from ("", title, "")
    for one in (one for one in parts if one.layer == layer):
        yield f"  {one.name} {one.version}: {one.licence}"
        yield from (f"    with {name}: {licence_of_it}" for name, licence_of_it in one.inside)


def sbom() -> dict[str, Any]:
    """The bill of materials, in CycloneDX 1.6."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": project["name"], "version": project["version"]}},
        "components": [_part(one) for one in components()],
    }


def _part(one: Component) -> dict[str, Any]:
    address = f"pkg:{one.registry}/{one.name}@{one.version}"
    inside = [
        {
            "type": "library",
            "bom-ref": f"{address}#{name}",
            "name": name,
            "licenses": [{"license": {"name": licence_of_it}}],
        }
        for name, licence_of_it in one.inside
    ]
    return {
        "type": "library",
        "bom-ref": address,
        "name": one.name,
        "version": one.version,
        "purl": address,
        "licenses": [{"expression": one.licence}],
        "properties": [{"name": "layer", "value": one.layer}],
        **({"components": inside} if inside else {}),
    }


def written() -> dict[str, str]:
    """The files that tell of what ships: name in the project's folder → text."""
    return {"NOTICE": notice(), "sbom.json": json.dumps(sbom(), indent=2) + "\n"}
