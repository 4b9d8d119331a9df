"""车牌 — number plates on a photograph of a vehicle or on a crop; every plate on it, the surest first."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from ocr import embedded
from ocr.fields import Fields, label
from ocr.product import Product
from ocr.types import PlateNumber, one_of

COLORS = {
    **dict.fromkeys(("蓝", "蓝色", "蓝牌", "blue"), "blue"),
    **dict.fromkeys(("黄", "黄色", "黄牌", "yellow"), "yellow"),
    **dict.fromkeys(("白", "白色", "白牌", "white"), "white"),
    **dict.fromkeys(("黑", "黑色", "黑牌", "black"), "black"),
    **dict.fromkeys(("绿", "绿色", "绿牌", "green"), "green"),
    **dict.fromkeys(("黄绿", "黄绿色", "黄绿牌", "yellow_green"), "yellow_green"),
}
Color = Annotated[Literal["blue", "yellow", "white", "black", "green", "yellow_green"], BeforeValidator(one_of(COLORS))]


class LicensePlate(Fields):
    plate_number: PlateNumber | None = label("车牌号", "号牌号码", "车牌号码", pii=True)
    color: Color | None = label("车牌颜色")


handler = Product(
    "license_plate",
    LicensePlate,
    name="车牌",
    category="vehicle",
    sold_by=[embedded.Plates()],
)
