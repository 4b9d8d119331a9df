"""The two ways in which every kind of document is set: as usual (layout a), and quite otherwise (layout b)."""

from dataclasses import replace

from local.samples.page import Style

Styles = tuple[Style, Style]

CARD: Styles = (
    Style(label_ink=(58, 96, 150), size=34, paper=(238, 243, 247), margin=64, leading=1.75),
    Style(
        "serif",
        "serif",
        size=30,
        label_ink=(92, 60, 40),
        paper=(247, 242, 233),
        margin=82,
        leading=1.9,
        alias=1,
        mirrored=True,
    ),
)
# Passports and travel permits: small labels above their values.
BOOKLET: Styles = (
    Style(size=30, label_ink=(70, 90, 110), paper=(240, 245, 240), margin=56, leading=1.4, stacked=True),
    Style(
        "serif",
        "serif",
        size=32,
        label_ink=(96, 70, 60),
        paper=(245, 241, 247),
        margin=70,
        leading=2.0,
        alias=1,
        colon="：",
    ),
)
FORM: Styles = (
    Style("sans", "serif", size=24, colon="", leading=1.9, margin=60),
    Style("serif", "sans", size=26, colon="：", leading=1.8, margin=80, alias=1, ruled=False, mirrored=True),
)
SHEET: Styles = (
    Style("serif", "sans", size=26, colon="：", leading=1.75, margin=80),
    Style("sans", "serif", size=28, label_ink=(60, 60, 90), leading=1.7, margin=64, alias=1, mirrored=True),
)
INVOICE: Styles = (
    Style(
        "serif",
        "sans",
        size=22,
        label_ink=(130, 70, 40),
        ink=(30, 40, 90),
        colon="：",
        leading=1.6,
        margin=50,
    ),
    Style(
        "sans",
        "serif",
        size=23,
        label_ink=(40, 40, 110),
        colon="：",
        leading=1.7,
        margin=70,
        alias=1,
        ruled=False,
    ),
)
PLAIN: Styles = (
    Style(size=28, margin=80, leading=1.7),
    Style("serif", "serif", size=30, margin=110, leading=1.9, alias=1, paper=(251, 249, 243)),
)


def on(styles: Styles, *papers: tuple[int, int, int], **changes: object) -> Styles:
    """`styles` on other paper (one colour for each layout) or with other settings for both."""
    a, b = (replace(style, **changes) for style in styles)  # type: ignore[arg-type]
    return (replace(a, paper=papers[0]), replace(b, paper=papers[-1])) if papers else (a, b)
