"""What the simulated vendors see where the engine stays out of it: one card, whatever the picture."""

from typing import Any

PRINTED = ["姓名 周一", "性别 男 民族 汉", "出生 1900年1月1日", "住址 某市某路1号", "公民身份号码 990000190001010016"]


def place(row: int) -> Any:
    """The box of a row of the card."""
    top = 20 + 40 * row
    return ((20, top), (300, top), (300, top + 30), (20, top + 30))
