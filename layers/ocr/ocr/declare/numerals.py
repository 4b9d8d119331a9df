"""Chinese numerals: everyday (三十一), financial (叁拾壹), traditional (參拾壹), and amounts of money in words."""

import re
from decimal import Decimal

from ocr.declare.text import compact

__all__ = ["amount_words", "arabic", "chinese_amount", "chinese_integer"]

_TRADITIONAL = str.maketrans("貳貮弍參叄叅陸萬億圓負兩壱", "贰贰贰叁叁叁陆万亿圆负两壹")
_EVERYDAY = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟〇○O两元", "一二三四五六七八九十百千零零零二圆")
_DIGITS = "零一二三四五六七八九"
_DIGIT = "[一二三四五六七八九]"
# 零 fills a gap between two orders, or is the numeral of one (零拾). Without it 一百五 is 150 as people speak, or lacks
# a character. 十 alone is ten where nothing stands before it.
_SECTION = re.compile(
    rf"零?(?:(?:({_DIGIT})|零)千)?(?:零?(?:({_DIGIT})|零)百)?(?:零?(?:({_DIGIT})|零|(?<![零百千]))十)?(零?{_DIGIT}|零)?"
)
_GAP = re.compile(rf"百{_DIGIT}$|千{_DIGIT}(?:十|$)")
_AMOUNT = re.compile(r"(负?)(?:([^圆]+)圆)?零?(?:([零一二三四五六七八九])角)?零?(?:([零一二三四五六七八九])分)?[整正]?")
_WRITTEN = "零〇壹贰叁肆伍陆柒捌玖拾佰仟一二两三四五六七八九十百千万亿"
_UNREAD = r"[^\w]|[xoqX○ø]"  # punctuation, and what the mark ⊗ before an amount is read as
_CURRENCY = "人民币|RMB|CNY"
# Whatever else touches the words is one of them, misread: a label ends in a bracket, a colon or one of these.
_LABELS_END = "[计额写款价费币值0-9a-zA-Z]"
_WORDS = re.compile(
    rf"(?:^|(?<=[^\w])|(?<={_LABELS_END}))(?:{_UNREAD}|{_CURRENCY})*"
    rf"(?P<sign>\(?负数?\)?)?(?:{_UNREAD})*(?P<words>[{_WRITTEN}]+[圆元角分][{_WRITTEN}圆元角分整正]*)"
    rf"(?=$|[^\w]|[0-9a-zA-Z]|小写|{_CURRENCY})"
)
# What shows, before the words and behind them, that they are a part of what is printed only. Figures before them are an
# amount with its cents; a 0 or 8 alone is the mark ⊗, misread.
_NUMERAL = "零壹贰叁肆伍陆柒捌玖拾佰仟"
_MORE_BEFORE = re.compile(
    rf"[{_NUMERAL}]|[{_WRITTEN}圆角分](?:{_UNREAD}|[0-9])*$"
    r"|(?:^|[^0-9.])(?![08]$|[0-9,]+\.[0-9]{2}$)[0-9.,]*[0-9]$|\w-$"
)
_MORE_BEHIND = re.compile(rf"[{_NUMERAL}]|^(?:{_UNREAD}|[0-9])*[角分负]")
_MINUS = re.compile(r"(?<!-)-[^\w-]*$")
_BEFORE_A_UNIT = re.compile(r"[零〇○O壹贰叁肆伍陆柒捌玖拾一二三四五六七八九十]+(?=[年月日号时点分])")
LONGEST = 40  # characters of an amount in words; a text that is longer is something else


def chinese_integer(words: str) -> int | None:
    """The number that `words` spell (一百零三, 叁拾), None where they spell none."""
    return _integer(words.translate(_TRADITIONAL).translate(_EVERYDAY)) if len(words) <= LONGEST else None


def _integer(words: str) -> int | None:
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = words.rpartition(unit)
        if found:
            high, low = _integer(head), _integer(tail) if tail else 0
            if high is None or low is None or low >= size or 0 < low < size // 10 and not tail.startswith("零"):
                return None
            return high * size + low
    return _section(words)


def _section(words: str) -> int | None:
    match = _SECTION.fullmatch(words)
    if not words or match is None or _GAP.search(words):
        return None
    thousands, hundreds, tens, ones = match.groups(default="零")
    ten = "一" if re.search("(?<![零一二三四五六七八九])十", words) else tens
    return int("".join(str(_DIGITS.index(digit)) for digit in (thousands, hundreds, ten, ones[-1])))


def chinese_amount(words: str) -> Decimal | None:
    """The amount in yuan that `words` spell (壹佰壹拾叁圆伍角整 → 113.50), None where they spell none."""
    try:
        return _spelled(amount_words(words))
    except ValueError:
        return None


def _spelled(words: str) -> Decimal | None:
    match = _AMOUNT.fullmatch(words.translate(_EVERYDAY)) if len(words) <= LONGEST else None
    if match is None:
        return None
    sign, yuan, jiao, fen = match.groups()
    whole = _integer(yuan) if yuan else 0
    if whole is None:
        return None
    cents = "".join(str(_DIGITS.index(digit or "零")) for digit in (jiao, fen))
    return Decimal(f"{'-' if sign else ''}{whole}.{cents}")


def amount_words(value: object) -> str:
    """An amount in words without 人民币, ⊗ or a label around it, in simplified characters.

    Raises ValueError where there is none, and where there is more than one amount, or a part of one: a character that
    spells nothing and touches the words is one of them, misread, and what stands behind it the tail of the amount.
    """
    written = compact(value).translate(_TRADITIONAL)
    match = _WORDS.search(written)
    if match is None:
        raise ValueError("not an amount in words")
    words, before, behind = match["words"], written[: match.start("words")], written[match.end("words") :]
    # Bills say 壹拾: a 拾 behind what is no label lacks its numeral, which was read as that.
    cut = words[0] in "拾十" and before and before[-1] not in ":)计额写款价费币值⊗"
    if cut or _MORE_BEFORE.search(before) or _MORE_BEHIND.search(behind) or _MINUS.fullmatch(behind):
        raise ValueError("a part of an amount in words")
    found = ("负" if match["sign"] or _MINUS.search(before) else "") + words
    if _spelled(found) is None:
        raise ValueError("words that spell no amount")
    return found


def arabic(written: str) -> str:
    """The same text with figures for the numerals of its dates and times (二〇一九年三月 → 2019年3月)."""
    return _BEFORE_A_UNIT.sub(_figures, written)


def _figures(match: re.Match[str]) -> str:
    words = match[0].translate(_EVERYDAY)
    if len(words) in (2, 4) and set(words) <= set(_DIGITS):
        return "".join(str(_DIGITS.index(digit)) for digit in words)
    number = _integer(words)
    return match[0] if number is None else str(number)
