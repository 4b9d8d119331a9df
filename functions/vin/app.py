"""VIN码 — a vehicle identification number, as stamped on a vehicle or printed anywhere."""

from ocr.declare.field_types import Text
from ocr.declare.field_types import Vin as VinNumber
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class Vin(Fields):
    vin: VinNumber | None = label("VIN", "VIN码", "车架号", "车辆识别代号", "车辆识别代码", pii=True)
    check_status: Text | None = label("校验状态", "校验规则状态", description="what the vendor says of the number")


product = Product(
    "vin",
    Vin,
    name="VIN码",
    category="vehicle",
    required=["vin"],
    offers=[etoplive.Pid(1), embedded.Labels()],
)

handler = serve(product)
