"""Pictures that ask to be read by a person. Each carries its answer in its own file, as the text chunk `answer`."""

from random import Random

from local.samples.catalogue import document
from local.samples.page import Colour, Page, font
from local.samples.personas import Personas
from local.samples.styles import PLAIN, on

# Without signs that even people take for one another.
SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXY"
WORDS = "山水木石云鸟花月风雪"
SMALL = on(PLAIN, (244, 246, 250), (250, 246, 240))


def _ink(random: Random) -> Colour:
    return random.randint(20, 120), random.randint(20, 120), random.randint(20, 120)


def _clutter(page: Page, lines: int, dots: int) -> None:
    random = page.random
    for _ in range(lines):
        ends = [(random.uniform(0, page.width), random.uniform(0, page.height)) for _ in range(2)]
        page.rule(ends[0], ends[1], _ink(random), 2)
    for _ in range(dots):
        x, y = random.uniform(0, page.width), random.uniform(0, page.height)
        page.band((x, y, x + 2, y + 2), _ink(random))


def _scattered(page: Page, text: str, size: int) -> None:
    pitch = (page.width - 40) / len(text)
    for place, sign in enumerate(text):
        drop = page.random.uniform(-8, 8)
        at = 20 + (place + 0.5) * pitch, page.height / 2 + drop
        page.text(at, sign, size, page.random.choice(("sans", "serif")), _ink(page.random), anchor="mm", bold=True)


def _answer(page: Page, code_type: str, answer: str) -> None:
    page.notes.update(answer=answer, codetype=code_type)


@document("captcha", "letters", (240, 90), SMALL, "image/png", codetype="1004")
def letters(page: Page, personas: Personas) -> None:
    text = "".join(personas.random("letters").choices(SIGNS, k=4))
    _clutter(page, 3, 60)
    _scattered(page, text, 48)
    _answer(page, "1004", text)
    page.know(text=text)


@document("captcha", "sum", (280, 90), SMALL, "image/png", codetype="6001")
def arithmetic(page: Page, personas: Personas) -> None:
    random = personas.random("sum")
    first, second = random.randint(3, 40), random.randint(2, 9)
    _clutter(page, 2, 50)
    _scattered(page, f"{first}+{second}=?", 44)
    _answer(page, "6001", str(first + second))
    page.know(text=str(first + second), number=str(first + second))


@document("captcha", "points", (480, 320), SMALL, "image/png", codetype="9102")
def points(page: Page, personas: Personas) -> None:
    """Two of the characters are the same one: their centres are the answer."""
    random = personas.random("points")
    twin, *others = random.sample(WORDS, 5)
    cells = random.sample([(x, y) for x in (70, 180, 290, 400) for y in (80, 220)], 6)
    _clutter(page, 6, 120)
    for (x, y), word in zip(cells, [twin, twin, *others], strict=True):
        page.draw.text((x, y), word, _ink(page.random), font("serif", 56), "mm", stroke_width=1)
    _answer(page, "9102", "|".join(f"{x},{y}" for x, y in cells[:2]))
    page.know(points=[[x, y] for x, y in cells[:2]])
