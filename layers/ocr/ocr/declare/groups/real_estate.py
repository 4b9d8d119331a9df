"""Fields that several documents about real estate share."""

from ocr.declare.field_types import Date, RealEstateUnit, Text
from ocr.declare.fields import Fields, label

__all__ = ["Estate", "EstateRights"]


class Estate(Fields):
    """Whose an estate is, and which one."""

    obligee: Text | None = label("权利人", "权利人(申请人)", "房屋所有权人", pii=True)
    location: Text | None = label("坐落", pii=True, free=True)
    unit_number: RealEstateUnit | None = label("不动产单元号", pii=True)
    registration_date: Date | None = label("登记日期")
    remark: Text | None = label("附记", pii=True, free=True)


class EstateRights(Estate):
    """What kind of right it is."""

    co_ownership: Text | None = label("共有情况", pii=True)
    right_type: Text | None = label("权利类型")
    right_nature: Text | None = label("权利性质")
    usage: Text | None = label("用途", "规划用途")
    term: Text | None = label("使用期限", free=True)
