"""What eSign sells and its error codes."""

from collections.abc import Mapping
from dataclasses import dataclass

from local.simulators.calls import Code

MEBIBYTE = 1024 * 1024

MISSING, TOO_LARGE, NOT_READ = 30500100, 30500101, 30503127
ERRORS: Mapping[Code, str] = {
    MISSING: "缺少参数:image不能为空",
    TOO_LARGE: "参数错误:文件大小超出限制,最大1MB",
    NOT_READ: "OCR识别失败",
}
# One code, many meanings: only the message tells them apart.
GATEWAY = 401
GATEWAY_MESSAGES = (
    "缺少参数",
    "AUTHSTRATEGY_NOT_FOUND",
    "无效的应用",
    "TOKEN错误",
    "TOKEN_CANT_BE_NULL",
    "INVALID_TIMESTAMP",
    "INVALID_SIGNATURE",
    "UNAUTHORIZED",
)


@dataclass(frozen=True)
class Product:
    """One interface: the members of its body that carry pictures, others that it knows, and the picture's limit."""

    slug: str
    pictures: tuple[str, ...]
    others: tuple[str, ...] = ()
    largest: int = 3 * MEBIBYTE
    names: Mapping[str, str] | None = None  # our field → eSign's member, for answers that are fields


PRODUCTS = {
    "generalcharacters": Product("general_text", ("image",), ("requestId",), MEBIBYTE),
    "idcard": Product(
        "id_card",
        ("infoImg", "emblemImg"),
        names={
            "name": "name", "id_number": "idNo", "sex": "gender", "birth_date": "birthDay", "ethnicity": "nation",
            "address": "address", "valid_period": "validityPeriod", "issuing_authority": "issuedBy",
        },
    ),
    "bankcard": Product(
        "bank_card",
        ("img",),
        names={"card_number": "bankCardNo", "bank_name": "bankName", "card_type": "bankCardType"},
    ),
    "license": Product(
        "business_license",
        ("img",),
        names={
            "name": "name", "uscc": "certNo", "type": "type", "address": "address",
            "legal_representative": "legalRepName", "registered_capital": "capital",
            "establish_date": "establishDate", "business_term": "validTerm", "business_scope": "scope",
        },
    ),
    "drivinglicence": Product(
        "driving_license",
        ("image", "backImage"),
        ("requestId",),
        names={
            "license_number": "number", "name": "name", "sex": "sex", "nationality": "nationality",
            "address": "address", "birth_date": "birthday", "first_issue_date": "issueDate",
            "vehicle_class": "driveType", "file_number": "fileNumber", "record": "record",
        },
    ),
    "drivingPermit": Product(
        "vehicle_license",
        ("image", "backImage"),
        ("requestId",),
        names={
            "plate_number": "mainPlateNum", "vehicle_type": "carType", "owner": "owner", "address": "address",
            "use_character": "mainUserCharacter", "brand_model": "mainModel", "vin": "mainVin",
            "engine_number": "mainEngineNo", "register_date": "mainRegisterDate", "issue_date": "issueDate",
            "file_number": "fileNo", "approved_passengers": "approvedPassengers", "gross_mass_kg": "grossMass",
            "curb_mass_kg": "unladenMass", "approved_load_kg": "approvedLoad", "dimensions_mm": "dimension",
            "traction_mass_kg": "tractionMass", "remark": "remarks", "inspection_record": "inspectionRecord",
            "barcode_number": "codeNumber",
        },
    ),
}  # fmt: skip
