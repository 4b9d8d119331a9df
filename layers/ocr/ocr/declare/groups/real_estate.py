"""Fields that several documents about real estate share."""

from ocr.declare.field_types import PROVINCE, Date, RealEstateUnit, Text
from ocr.declare.fields import Fields, label

__all__ = ["ESTATE_CERTIFICATE", "HOUSE_CERTIFICATE", "Estate", "EstateRights"]

# 某房权证某字第0123456号, 某房地某字(2009)第012345号: the numbers of certificates of house ownership, by province.
HOUSE_CERTIFICATE = (
    "[\u4e00-\u9fff]{0,6}房(?:权|产|地|屋)[\u4e00-\u9fff]{0,8}字(?:第|\\([0-9]{4}\\)第?)?[A-Z]?[0-9]{5,}(?:-[0-9]+)?号"
)
# 某(2019)某市不动产权第0012345号
ESTATE_CERTIFICATE = f"{PROVINCE}\\([0-9]{{4}}\\)[\u4e00-\u9fff]{{0,12}}不动产权第[0-9]{{5,}}号"


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
