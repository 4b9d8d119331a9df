"""Answers gone wrong: recorded bodies with types, names, nesting and encodings changed, at random from a seed."""

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

Path = tuple[Any, ...]

ODDITIES: list[Any] = [
    None, True, False, 0, 1, -1, 19, 0.0, 1e308, -1e308, 2**70, 10**400,
    "", " ", "0", "null", "error", "张三", "inf", "nan", "9" * 5000, "A" * 2000, "\u0000", "\u202e",
    [], {}, [None], [[]], ["0"], {"": ""}, {"x": 1}, {"code": 0}, {"ErrorCode": 0},
]  # fmt: skip
RETYPINGS = (json.dumps, lambda part: [part], lambda part: [part, part], lambda part: {"value": part})
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gb18030", "latin-1", "utf-7")


def mutated(body: Any, seed: int) -> bytes:
    """The bytes of `body` after one to four changes."""
    random = Random(seed)
    changed = json.loads(json.dumps(body))
    for _ in range(random.randint(1, 4)):
        changed = random.choice(CHANGES)(changed, random)
    text = json.dumps(changed, ensure_ascii=random.random() < 0.5)
    content = text.encode(random.choice(ENCODINGS) if random.random() < 0.1 else "utf-8", "replace")
    return random.choice(DAMAGES)(content, random) if random.random() < 0.15 else content


def _get(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


def _set(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    _get(value, path[:-1])[path[-1]] = new
    return value


def _somewhere(value: Any, random: Random) -> Path:
    """A way down from the top, mostly to the bottom."""
    path: list[Any] = []
    while isinstance(value, dict | list) and value and (not path or random.random() < 0.9):
        path.append(random.choice([*value]) if isinstance(value, dict) else random.randrange(len(value)))
        value = value[path[-1]]
    return tuple(path)


def _odd(value: Any, random: Random) -> Any:
    return _set(value, _somewhere(value, random), copy.deepcopy(random.choice(ODDITIES)))


def _retyped(value: Any, random: Random) -> Any:
    path = _somewhere(value, random)
    part = _get(value, path)
    kinds: list[Callable[[Any], Any]] = [*RETYPINGS]
    if isinstance(part, str) and len(part) < 300 and part.lstrip("-").isdecimal():
        kinds += [int, float]
    return _set(value, path, random.choice(kinds)(part))


def _without(value: Any, random: Random) -> Any:
    path = _somewhere(value, random)
    if path:
        del _get(value, path[:-1])[path[-1]]
    return value


def _renamed(value: Any, random: Random) -> Any:
    path = _somewhere(value, random)
    if not path or not isinstance(path[-1], str):
        return value
    holder = _get(value, path[:-1])
    name = random.choice([path[-1].upper(), path[-1].lower(), path[-1] + " ", "data", "result", ""])
    holder[name] = holder.pop(path[-1])
    return value


def _moved(value: Any, random: Random) -> Any:
    part = copy.deepcopy(_get(value, _somewhere(value, random)))
    return _set(value, _somewhere(value, random), part)


def _unwrapped(value: Any, random: Random) -> Any:
    path = _somewhere(value, random)
    part = _get(value, path)
    inner = list(part.values()) if isinstance(part, dict) else part if isinstance(part, list) else []
    return _set(value, path, random.choice(inner)) if inner else value


def _deepened(value: Any, random: Random) -> Any:
    path = _somewhere(value, random)
    part = _get(value, path)
    for _ in range(random.choice([1, 5, 60])):
        part = random.choice([[part], {"result": part}])
    return _set(value, path, part)


CHANGES = [_odd, _odd, _odd, _retyped, _without, _renamed, _moved, _unwrapped, _deepened]


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def _flipped(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content)) if content else 0
    return content[:at] + random.randbytes(random.randint(0, 3)) + content[at + 1 :]


def _escaped(content: bytes, random: Random) -> bytes:
    return content.replace(b'"', b'"\\ud800', random.randint(1, 3))


def _boundless(content: bytes, random: Random) -> bytes:
    return content.replace(b"0", random.choice([b"NaN", b"-Infinity", b"1e999", b"00", b"0x1", b"-0"]), 2)


DAMAGES = [_cut, _flipped, _escaped, _boundless]
