"""行驶证 — the vehicle licence: the main page (正页), the sub page (副页), or both on one picture.

Forms (GA 37): labels in Chinese with English below, a hologram over the upper ones; the seal of the issuing authority
at the lower left, red, in three lines and without a label; 注册日期 and 发证日期 in one row. The sub page is printed
in two columns; the electronic licence has the same fields on one page.
"""

from typing import Annotated, ClassVar

from ocr.declare.checks import in_order, not_future
from ocr.declare.field_types import Code, Date, Dimensions, Integer, Mass, PlateNumber, Text, Vin
from ocr.declare.fields import Fields, Shape, Unlabelled, label
from ocr.declare.product import Product
from ocr.declare.sizes import LICENCE
from ocr.declare.text_types import (
    TRAFFIC_POLICE,
    Address,
    Authority,
    BrandModel,
    EngineNumber,
    Owner,
    UseCharacter,
    VehicleType,
)
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive

MAIN, SUB = "main", "sub"

FileNumber = Annotated[Code, Shape(least=".{8,}")]
# It ends with the office that inspected: 检验有效期至2015年06月京A(16).
InspectionRecord = Annotated[Text, Shape(least="(?!.*至[0-9]{4}年[0-9]{1,2}月$).*")]


class VehicleLicense(Fields):
    in_form_order: ClassVar[bool] = True

    plate_number: PlateNumber | None = label("号牌号码", "车牌号码", "PlateNo", "Plate No.", pii=True, side=MAIN)
    vehicle_type: VehicleType | None = label("车辆类型", "VType", "Vehicle Type", side=MAIN)
    owner: Owner | None = label("所有人", "Owner", pii=True, side=MAIN)
    address: Address | None = label("住址", "地址", "Address", pii=True, side=MAIN, free=True)
    use_character: UseCharacter | None = label("使用性质", "UseCharacter", side=MAIN)
    brand_model: BrandModel | None = label("品牌型号", "厂牌型号", "Model", side=MAIN)
    vin: Vin | None = label("车辆识别代号", "车辆识别代码", "车架号", "VIN", side=MAIN, pii=True)
    engine_number: EngineNumber | None = label("发动机号码", "发动机号", "EngineNo", "Engine No.", side=MAIN, pii=True)
    register_date: Date | None = label("注册日期", "RegisterDate", side=MAIN)
    issue_date: Date | None = label("发证日期", "IssueDate", side=MAIN)
    issuing_authority: Authority | None = label(
        "发证机关", "印章", "Authority", side=MAIN, unlabelled=Unlabelled(TRAFFIC_POLICE)
    )
    file_number: FileNumber | None = label("档案编号", "档案编码", side=SUB, pii=True)
    approved_passengers: Integer | None = label("核定载人数", "核定人数", side=SUB)
    gross_mass_kg: Mass | None = label("总质量", side=SUB)
    curb_mass_kg: Mass | None = label("整备质量", side=SUB)
    approved_load_kg: Mass | None = label("核定载质量", side=SUB)
    dimensions_mm: Dimensions | None = label("外廓尺寸", side=SUB, description="length, width, height")
    traction_mass_kg: Mass | None = label("准牵引总质量", side=SUB)
    remark: Text | None = label("备注", side=SUB, free=True, pii=True)
    inspection_record: InspectionRecord | None = label("检验记录", side=SUB, free=True)
    fuel_type: Text | None = label("燃料种类", "能源类型", side=SUB)
    barcode_number: Code | None = label("条码号", "副页编码", side=SUB, pii=True)


product = Product(
    "vehicle_license",
    VehicleLicense,
    name="行驶证",
    category="vehicle",
    required={
        MAIN: ["plate_number", "owner", "vin", ("register_date", "issue_date")],
        SUB: ["plate_number", "file_number", ("dimensions_mm", "inspection_record", "barcode_number")],
    },
    size=LICENCE,
    titles=["中华人民共和国机动车行驶证", "机动车行驶证", "Vehicle License of the People's Republic of China"],
    offers=[etoplive.Pid(5), embedded.Labels()],
    checks=[in_order("register_date", "issue_date"), not_future("issue_date")],
)

handler = serve(product)
