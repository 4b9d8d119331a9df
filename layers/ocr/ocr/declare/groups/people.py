"""Fields that several documents about people share."""

import re
from typing import Annotated

from pydantic import BeforeValidator

from ocr.declare.checks import Rule, birth_date_matches, in_order, sex_matches
from ocr.declare.dates import period_end, period_start
from ocr.declare.field_types import Date, DateOrLongTerm, Period, ResidentId, Sex, Text
from ocr.declare.fields import Fields, Unlabelled, derived, label
from ocr.declare.text import text

__all__ = ["BACK", "COUPLE", "FRONT", "Couple", "HanName", "LatinName", "TravelCard"]

FRONT, BACK = "front", "back"


HAN = "\u3400-\u9fff\U00020000-\U0003ffff"


def _latin(value: object) -> str:
    """ZHENG,WEI → ZHENG, WEI: OCR loses the blank more often than not. One in Chinese is another field."""
    name = re.sub(" ?, ?", ", ", text(value))
    if re.search(f"[{HAN}]", name):
        raise ValueError("in Chinese characters")
    return name


# As cards print it: the surname, a comma and the given names.
LATIN = "[A-Z]{2,}(?: [A-Z]+)*, ?[A-Z]+(?:[ -][A-Z]+)*"
LatinName = Annotated[Text, BeforeValidator(_latin)]


def _han(value: object) -> str:
    """A name in Chinese characters; what is printed above or below it in Latin letters is another field."""
    name = text(value)
    if not re.fullmatch(f"[{HAN}·○〇]+", name):
        raise ValueError("not in Chinese characters")
    return name


HanName = Annotated[Text, BeforeValidator(_han)]


class TravelCard(Fields):
    """The front of the cards that exit and entry administrations issue."""

    name_zh: HanName | None = label("中文姓名", "姓名", "中文名", pii=True, side=FRONT)
    name_en: LatinName | None = label(
        "英文姓名",
        "英文名",
        "姓名拼音",
        "Name",
        pii=True,
        side=FRONT,
        icao="name",
        unlabelled=Unlabelled(LATIN, beside="name_zh", below="name_zh"),
    )
    sex: Sex | None = label("性别", "Sex", pii=True, side=FRONT, icao="sex")
    birth_date: Date | None = label("出生日期", "Date of birth", pii=True, side=FRONT, icao="birth")
    valid_period: Period | None = label("有效期限", "有效期", "Period of validity", side=FRONT)
    valid_from: Date | None = derived("valid_period", period_start, "有效期起", side=FRONT)
    valid_to: DateOrLongTerm | None = derived("valid_period", period_end, "有效期止", side=FRONT)
    issuing_authority: Text | None = label("签发机关", "Issuing authority", side=FRONT)


class Couple(Fields):
    """Both booklets of civil affairs offices: the registration, and the two persons it is about."""

    holder_name: Text | None = label("持证人", pii=True)
    registration_date: Date | None = label("登记日期")
    registration_authority: Text | None = label("登记机关", "婚姻登记机关")
    remark: Text | None = label("备注", pii=True, free=True)
    male_name: Text | None = label("姓名_男", "姓名男", "男方姓名", pii=True)
    male_sex: Sex | None = label("性别_男", "性别男", "男方性别", pii=True)
    male_nationality: Text | None = label("国籍_男", "国籍男", "男方国籍", pii=True)
    male_birth_date: Date | None = label("出生日期_男", "出生日期男", "男方出生日期", pii=True)
    male_id_number: ResidentId | None = label("身份证件号_男", "身份证件号男", "男方身份证号", pii=True)
    female_name: Text | None = label("姓名_女", "姓名女", "女方姓名", pii=True)
    female_sex: Sex | None = label("性别_女", "性别女", "女方性别", pii=True)
    female_nationality: Text | None = label("国籍_女", "国籍女", "女方国籍", pii=True)
    female_birth_date: Date | None = label("出生日期_女", "出生日期女", "女方出生日期", pii=True)
    female_id_number: ResidentId | None = label("身份证件号_女", "身份证件号女", "女方身份证号", pii=True)


COUPLE: list[Rule] = [
    birth_date_matches("male_birth_date", "male_id_number"),
    birth_date_matches("female_birth_date", "female_id_number"),
    sex_matches("male_sex", "male_id_number"),
    sex_matches("female_sex", "female_id_number"),
    in_order("male_birth_date", "registration_date"),
    in_order("female_birth_date", "registration_date"),
]
