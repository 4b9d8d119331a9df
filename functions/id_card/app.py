"""身份证 — the resident identity card: the portrait side, the emblem side, or both on one picture.

Forms: the second generation (GB/T 2000s, GA 448): labels of two letters, small and blue, that are lost first in a
small or copied picture; an address of up to three lines; cards of the autonomous regions have every label in a second
script.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator

from ocr.declare.checks import birth_date_matches, not_expired, sex_matches
from ocr.declare.dates import period_end, period_start
from ocr.declare.field_types import Date, DateOrLongTerm, Period, ResidentId, Sex, one_of
from ocr.declare.fields import Fields, derived, label
from ocr.declare.product import Product
from ocr.declare.sizes import ID_1
from ocr.declare.text_types import Address, Authority, Ethnicity, PersonName
from ocr.entry.serve import serve
from ocr.vendors import ctyun, embedded, etoplive

PORTRAIT, EMBLEM = "portrait", "emblem"

Shown = Literal["original", "screen_recapture", "photocopy", "temporary", "unknown"]
# CTyun's manual names `normal` alone; the others are those of the family of engines that its answer has the form of.
IMAGE_TYPES: dict[str, Shown] = {
    **dict.fromkeys(("0", "normal", "原件", "original"), "original"),
    **dict.fromkeys(("1", "翻拍", "屏幕翻拍", "屏拍件", "screen", "screen_recapture"), "screen_recapture"),
    **dict.fromkeys(("2", "复印件", "copy", "photocopy"), "photocopy"),
    **dict.fromkeys(("temporary", "临时身份证"), "temporary"),
    **dict.fromkeys(("unknown", "未知"), "unknown"),
}
ImageType = Annotated[Shown, BeforeValidator(one_of(IMAGE_TYPES))]


class IdCard(Fields):
    in_form_order: ClassVar[bool] = True

    name: PersonName | None = label("姓名", "Name", pii=True, side=PORTRAIT)
    sex: Sex | None = label("性别", "Sex", pii=True, side=PORTRAIT)
    ethnicity: Ethnicity | None = label("民族", "名族", "Nation", pii=True, side=PORTRAIT)
    birth_date: Date | None = label(
        "出生", "出生日期", "Birth", "birthday", "出生版面信息", "Birth_OCR", pii=True, side=PORTRAIT
    )
    address: Address | None = label("住址", "地址", "Address", "addr", pii=True, side=PORTRAIT, free=True)
    id_number: ResidentId | None = label(
        "公民身份号码", "身份证号码", "身份证号", "IDNum", "idn", pii=True, side=PORTRAIT
    )
    issuing_authority: Authority | None = label("签发机关", "发证机关", "IssueAuthority", "org", side=EMBLEM)
    valid_period: Period | None = label("有效期限", "有效期", "证件有效期", "ExpiryDate", "validperiod", side=EMBLEM)
    valid_from: Date | None = derived("valid_period", period_start, "有效期起", "有效起始日期", "起始日期", side=EMBLEM)
    valid_to: DateOrLongTerm | None = derived(
        "valid_period", period_end, "有效期止", "有效结束日期", "截止日期", side=EMBLEM
    )
    image_type: ImageType | None = label("图片类型", "img_type", "risk", description="what the vendor takes it for")


product = Product(
    "id_card",
    IdCard,
    name="身份证",
    category="identity",
    required={PORTRAIT: ["name", "id_number"], EMBLEM: ["issuing_authority", ("valid_period", "valid_to")]},
    size=ID_1,
    titles=["居民身份证"],
    offers=[ctyun.IdCard(), etoplive.Pid(2), embedded.Labels()],
    checks=[
        birth_date_matches("birth_date", "id_number"),
        sex_matches("sex", "id_number"),
        not_expired("valid_period"),
    ],
)

handler = serve(product)
