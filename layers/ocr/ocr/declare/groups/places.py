"""Places as invoices and tickets print them: without a label, often as the beginning of their title."""

from typing import Annotated

from ocr.declare.field_types import Text
from ocr.declare.fields import Shape

__all__ = ["City", "Province"]

_MUNICIPALITIES = "北京|天津|上海|重庆"
_PROVINCES = (
    "河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海"
)
_REGIONS = "内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔"

Province = Annotated[Text, Shape(f"(?:{_PROVINCES})省?|(?:{_REGIONS})自治区|(?:{_MUNICIPALITIES})市?")]
City = Annotated[Text, Shape(r"[^\W\da-zA-Z_省区市]{2,6}市")]
