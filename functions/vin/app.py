"""VIN码 — a vehicle identification number, as stamped on a vehicle or printed anywhere."""

from ocr import embedded, etoplive
from ocr.fields import Fields, label
from ocr.product import Product
from ocr.types import Text
from ocr.types import Vin as VinNumber


class Vin(Fields):
    vin: VinNumber | None = label("VIN", "VIN码", "车架号", "车辆识别代号", "车辆识别代码")
    check_status: Text | None = label("校验状态", "校验规则状态", description="what the vendor says of the number")


handler = Product(
    "vin",
    Vin,
    name="VIN码",
    category="vehicle",
    sold_by=[etoplive.Pid(1), embedded.Labels()],
)
