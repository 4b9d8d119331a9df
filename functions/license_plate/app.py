"""车牌 — number plates on a photograph of a vehicle or on a crop; every plate on it, the surest first."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ocr.declare.field_types import Integer, Number, PlateNumber, Text, one_of
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import ctyun, embedded, etoplive, juhe

Paint = Literal["blue", "yellow", "white", "black", "green", "yellow_green"]
COLORS: dict[str, Paint] = {
    **dict.fromkeys(("蓝", "蓝色", "蓝牌", "blue"), "blue"),
    **dict.fromkeys(("黄", "黄色", "黄牌", "yellow"), "yellow"),
    **dict.fromkeys(("白", "白色", "白牌", "white"), "white"),
    **dict.fromkeys(("黑", "黑色", "黑牌", "black"), "black"),
    **dict.fromkeys(("绿", "绿色", "绿牌", "green"), "green"),
    **dict.fromkeys(("黄绿", "黄绿色", "黄绿牌", "yellow_green"), "yellow_green"),
}
Color = Annotated[Paint, BeforeValidator(one_of(COLORS))]
Direction = Literal["unknown", "left", "right", "up", "down"]


Share = Annotated[Number, Field(ge=0, le=1)]


class LicensePlate(Fields):
    plate_number: PlateNumber | None = label(
        "车牌号", "号牌号码", "车牌号码", "plate_license", "platelicense", "number", pii=True
    )
    color: Color | None = label("车牌颜色")
    color_code: Integer | None = label("车牌颜色代码", description="Juhe's own code of the colour")
    type_name: Text | None = label("车牌类型", "plate_type", "车牌种类")
    type_code: Integer | None = label("车牌类型代码", description="Juhe's own code of the type, 0 to 18")
    confidence: Share | None = label("整牌可信度", description="of the whole plate, 0..1, where the vendor gives one")
    brightness: Integer | None = label("亮度评价", description="Juhe's own measure; no percentage")
    direction: Direction | None = label("车牌运动方向", description="Juhe's; means nothing on a single picture")


product = Product(
    "license_plate",
    LicensePlate,
    name="车牌",
    category="vehicle",
    required=["plate_number"],
    offers=[juhe.Plate(), ctyun.Plate(), etoplive.Pid(6), embedded.Plates()],
)

handler = serve(product)
