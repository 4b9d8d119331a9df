"""车辆登记证 — the registration certificate of a motor vehicle: owner, vehicle, and what was registered later.

Forms: a booklet: numbered labels in a grid of two columns, page 1 with the owners as rows of three cells, page 2 with
the vehicle (5. to 33.), later changes as stamps and lines.
"""

from ocr.declare.checks import in_order
from ocr.declare.field_types import Date, Integer, Mass, PlateNumber, ResidentIdOrUscc, Text, VehicleRegistrationNumber
from ocr.declare.fields import Fields, label, rows
from ocr.declare.groups.vehicles import BuiltVehicle
from ocr.declare.product import Product
from ocr.declare.sizes import BOOKLET
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

OWNERS, VEHICLE = "owners", "vehicle"


class Event(Fields):
    event_type: Text | None = label("标题", "登记栏标题", description="转移登记, 抵押登记, 解除抵押, 变更登记")
    name: Text | None = label("姓名/名称", "抵押权人姓名/名称", pii=True)
    id_number: Text | None = label("身份证明名称/号码", pii=True)
    date: Date | None = label("转让登记日期", "抵押登记日期", "解除抵押日期", "变更登记日期")


class VehicleRegistrationCertificate(BuiltVehicle):
    certificate_number: VehicleRegistrationNumber | None = label("机动车登记证书编号", "登记证编号", "编号", pii=True)
    owner: Text | None = label("机动车所有人", "机动车所有人1", pii=True)
    owner_id_type: Text | None = label("身份证明名称", "身份证明名称1", pii=True)
    owner_id_number: ResidentIdOrUscc | None = label("号码", "身份证明号码", "号码1", pii=True)
    registration_authority: Text | None = label("登记机关", "登记机关1")
    registration_date: Date | None = label("登记日期", "登记日期1")
    plate_number: PlateNumber | None = label("机动车登记编号", "号牌号码", pii=True)
    vehicle_type: Text | None = label("车辆类型")
    domestic_or_import: Text | None = label("国产/进口")
    displacement_power: Text | None = label("排量/功率", "排量", "功率")
    wheel_track: Text | None = label("轮距")
    approved_load_kg: Mass | None = label("核定载质量")
    approved_passengers: Integer | None = label("核定载客")
    use_character: Text | None = label("使用性质")
    acquisition: Text | None = label("车辆获得方式", "获得方式")
    events: list[Event] = rows(pii=True, description="what was registered after the vehicle itself, oldest first")


product = Product(
    "vehicle_registration_certificate",
    VehicleRegistrationCertificate,
    name="车辆登记证",
    category="vehicle",
    required={
        OWNERS: ["certificate_number", "owner", "registration_date"],
        VEHICLE: ["vin", "engine_number", "manufacture_date"],
    },
    titles=["中华人民共和国机动车登记证书", "机动车登记证书"],
    offers=[etoplive.Pid(62), embedded.Labels()],
    size=BOOKLET,
    checks=[in_order("manufacture_date", "registration_date", "issue_date")],
)

handler = serve(product)
