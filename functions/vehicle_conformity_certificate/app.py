"""车辆合格证 — the maker's certificate that a vehicle conforms to its type (机动车整车出厂合格证).

Forms: a sheet in portrait with numbered labels in a column or two, values in a printer's type, a wide bar code and
the maker's seal.
"""

from ocr.declare.checks import in_order
from ocr.declare.field_types import Code, ConformityCertificateNumber, Dimension, Integer, Mass, Text
from ocr.declare.fields import label
from ocr.declare.groups.vehicles import BuiltVehicle
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class VehicleConformityCertificate(BuiltVehicle):
    certificate_number: ConformityCertificateNumber | None = label("合格证编号", "合格证号")
    vehicle_name: Text | None = label("车辆名称")
    chassis_model: Text | None = label("底盘型号")
    chassis_id: Text | None = label("底盘ID", pii=True)
    chassis_certificate_number: Code | None = label("底盘合格证编号")
    displacement: Text | None = label("排量")
    power: Text | None = label("功率")
    emission_standard: Text | None = label("排放标准")
    fuel_consumption: Text | None = label("油耗")
    length_mm: Dimension | None = label("外廓尺寸-长")
    width_mm: Dimension | None = label("外廓尺寸-宽")
    height_mm: Dimension | None = label("外廓尺寸-高")
    front_track: Text | None = label("轮距-前", "轮距(前/后)")
    rear_track: Text | None = label("轮距-后")
    axle_load: Text | None = label("轴荷")
    curb_mass_kg: Mass | None = label("整备质量")
    rated_load_kg: Mass | None = label("额定载质量")
    load_coefficient: Text | None = label("载质量利用系数")
    saddle_mass_kg: Mass | None = label("半挂车鞍座最大允许总质量")
    rated_passengers: Integer | None = label("额定载客")
    max_speed_kmh: Text | None = label("最高设计车速")


product = Product(
    "vehicle_conformity_certificate",
    VehicleConformityCertificate,
    name="车辆合格证",
    category="vehicle",
    required=["certificate_number", "manufacturer", ("vin", "chassis_id"), "manufacture_date"],
    titles=["机动车整车出厂合格证", "整车出厂合格证", "底盘出厂合格证", "车辆合格证"],
    offers=[etoplive.Pid(68), embedded.Labels()],
    checks=[in_order("manufacture_date", "issue_date")],
)

handler = serve(product)
