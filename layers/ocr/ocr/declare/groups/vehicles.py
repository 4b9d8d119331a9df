"""Fields that several documents about vehicles share."""

from typing import Annotated

from ocr.declare.checks import Rule, amount_in_words
from ocr.declare.field_types import (
    ChineseMoney,
    Code,
    Date,
    Dimension,
    Integer,
    InvoiceCode,
    InvoiceNumber,
    Mass,
    Money,
    Text,
    Vin,
)
from ocr.declare.fields import Fields, Shape, label
from ocr.declare.text_types import BrandModel, MachineNumber, Remark

__all__ = ["TOTAL_IN_WORDS", "BuiltVehicle", "VehicleInvoice"]


FiscalCode = Annotated[Text, Shape(least=".{80,}")]  # four or five lines of it; less is what is not covered


class BuiltVehicle(Fields):
    """A vehicle as its maker built it."""

    manufacturer: Text | None = label("制造厂名称", "车辆制造企业名称")
    brand: Text | None = label("车辆品牌")
    model: Text | None = label("车辆型号")
    color: Text | None = label("车身颜色")
    vin: Vin | None = label("车辆识别代号/车架号", "车辆识别代号", "车架号", pii=True)
    engine_number: Code | None = label("发动机号", pii=True)
    engine_model: Code | None = label("发动机型号")
    fuel_type: Text | None = label("燃料种类")
    steering_form: Text | None = label("转向形式")
    tire_count: Integer | None = label("轮胎数")
    tire_spec: Text | None = label("轮胎规格")
    leaf_springs: Text | None = label("钢板弹簧片数")
    wheelbase: Text | None = label("轴距")
    axle_count: Integer | None = label("轴数")
    dimensions_mm: Dimension | None = label("外廓尺寸", description="length, width, height")
    cargo_dimensions_mm: Dimension | None = label("货厢内部尺寸", description="length, width, height")
    gross_mass_kg: Mass | None = label("总质量")
    traction_mass_kg: Mass | None = label("准牵引总质量")
    cab_passengers: Integer | None = label("驾驶室载客", "驾驶室准乘人数")
    manufacture_date: Date | None = label("车辆出厂日期", "车辆制造日期")
    issue_date: Date | None = label("发证日期")


class VehicleInvoice(Fields):
    """The invoices that a vehicle is sold with, new or used."""

    invoice_code: InvoiceCode | None = label("发票代码")
    invoice_number: InvoiceNumber | None = label("发票号码")
    issue_date: Date | None = label("开票日期")
    printed_code: InvoiceCode | None = label("机打代码", "机打发票代码")
    printed_number: InvoiceNumber | None = label("机打号码", "机打发票号码")
    machine_number: MachineNumber | None = label("机器编号")
    fiscal_code: FiscalCode | None = label("税控码", free=True)
    vehicle_type: Text | None = label("车辆类型")
    brand_model: BrandModel | None = label("厂牌型号")
    total: Money | None = label("价税合计", "价税合计(小写)", "车价合计", "车价合计(小写)", "小写金额")
    total_cn: ChineseMoney | None = label(
        "价税合计大写", "价税合计(大写)", "车价合计大写", "车价合计(大写)", also=("价税合计", "车价合计")
    )
    remark: Remark | None = label("备注", pii=True, free=True)
    issuer: Text | None = label("开票人", pii=True)


TOTAL_IN_WORDS: list[Rule] = [amount_in_words("total", "total_cn")]
