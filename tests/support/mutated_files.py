"""Files gone wrong: bytes, numbers and stretches changed, at random from a seed, also within what a container packs."""

import io
import re
import struct
import zipfile
import zlib
from random import Random

NUMBERS = (b"0", b"-1", b"1", b"7", b"65536", b"2147483647", b"-2147483648", b"99999999999", b"1e30", b"0.0001")
PNG = b"\x89PNG\r\n\x1a\n"


def mutated(content: bytes, seed: int) -> bytes:
    """The file after one to three changes; half of the time its container still fits around what was changed."""
    random = Random(seed)
    if random.random() < 0.5:
        return _changed(content, random)
    if content.startswith(b"PK"):
        return _part_changed(content, random)
    return _summed(_changed(content, random)) if content.startswith(PNG) else _changed(content, random)


def _changed(content: bytes, random: Random) -> bytes:
    for _ in range(random.randint(1, 3)):
        content = random.choice((_noise, _bit, _number, _stretch))(content, random)
    return content


def _noise(content: bytes, random: Random) -> bytes:
    at, noise = random.randrange(len(content) + 1), random.randbytes(random.randrange(65))
    return content[:at] + noise + content[at + len(noise) * random.randrange(2) :]


def _bit(content: bytes, random: Random) -> bytes:
    changed = bytearray(content or b"\0")
    changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _number(content: bytes, random: Random) -> bytes:
    found = [*re.finditer(rb"[0-9]+(?:\.[0-9]+)?", content)]
    if not found:
        return _noise(content, random)
    one = random.choice(found)
    return content[: one.start()] + random.choice(NUMBERS) + content[one.end() :]


def _stretch(content: bytes, random: Random) -> bytes:
    """A stretch is left out, stands twice, or ends the file."""
    first, last = sorted(random.randrange(len(content) + 1) for _ in range(2))
    return random.choice((content[:first] + content[last:], content[:last] + content[first:], content[:last]))


def _part_changed(content: bytes, random: Random) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as anew:
        chosen = random.choice(packed.namelist())
        for name in packed.namelist():
            part = packed.read(name)
            anew.writestr(zipfile.ZipInfo(name), _changed(part, random) if name == chosen else part)
    return file.getvalue()


def _summed(content: bytes) -> bytes:
    """A PNG whose chunks, as far as they can be told, have the right check sums."""
    summed, at = bytearray(content), len(PNG)
    while at + 12 <= len(summed):
        [length] = struct.unpack_from(">I", summed, at)
        end = at + 8 + length
        if end + 4 > len(summed):
            break
        summed[end : end + 4] = struct.pack(">I", zlib.crc32(summed[at + 4 : end]))
        at = end + 4
    return bytes(summed)
