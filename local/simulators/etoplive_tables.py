"""etoplive's error codes and its pids, with what their documents and fields are called."""

from collections.abc import Mapping

from local.simulators.calls import Code

ERRORS: Mapping[Code, str] = {
    "0": "识别成功",
    "3": "非该类型证件",
    "16": "不支持的图像文件",
    "17": "未定义的产品类型",
    "19": "识别失败",
    "-1": "用户已屏蔽",
    "-2": "用户key或secret验证错误。",
    "-3": "服务次数不足。",
    "-4": "用户未找到。",
    "-5": "未支持的识别类型。",
    "-6": "file参数未提供。",
    "-7": "未提供keyh或secret参数",
    "-8": "服务器IO错误。",
    "-49": "请求超时",
    "-51": "图片错误, 请换一张再重试",
    "-52": "系统繁忙, 请一会后访问",
    "-55": "客户端断开连接",
}

# pid → what it is called (also the type of the documents it returns) and the products behind it.
BILLS = ("train_ticket", "taxi_receipt", "air_itinerary", "quota_invoice", "generic_bills")
PIDS: Mapping[int, tuple[str, tuple[str, ...]]] = {
    2: ("身份证", ("id_card",)),
    8: ("护照", ("passport",)),
    12: ("结婚证", ("marriage_certificate",)),
    4: ("银行卡", ("bank_card",)),
    11: ("军官证", ("military_officer_card",)),
    53: ("外国人永久居留证", ("foreign_permanent_resident_card",)),
    52: ("出生证明", ("birth_certificate",)),
    1020: ("临时身份证", ("temporary_id_card",)),
    1018: ("港澳台居民来往大陆通行证", ("mainland_travel_permit_hk_mo_tw",)),
    1002: ("户口本主页", ("household_register_main_page",)),
    1003: ("户口本个人页", ("household_register_personal_page",)),
    1039: ("社保卡", ("social_security_card",)),
    1013: ("往来港澳通行证正面", ("hk_macau_exit_permit_front",)),
    1005: ("离婚证", ("divorce_certificate",)),
    1014: ("往来港澳通行证背面", ("hk_macau_exit_permit_back",)),
    1: ("VIN码", ("vin",)),
    5: ("行驶证", ("vehicle_license",)),
    7: ("驾驶证", ("driving_license",)),
    61: ("机动车发票", ("vehicle_sale_invoice",)),
    62: ("车辆登记证", ("vehicle_registration_certificate",)),
    68: ("车辆合格证", ("vehicle_conformity_certificate",)),
    6: ("车牌", ("license_plate",)),
    60: ("二手车发票", ("used_car_invoice",)),
    1076: ("道理运输许可证", ("road_transport_permit",)),  # spelt as in the vendor's own table
    1038: ("电子保单", ("electronic_policy",)),
    21: ("增值税发票", ("vat_invoice",)),
    22: ("通用票据", BILLS),
    1031: ("电子承兑汇票", ("electronic_acceptance_bill",)),
    1037: ("银行回单", ("bank_receipt",)),
    501: ("不动产", ("real_estate_title",)),
    1007: ("不动产登记证", ("real_estate_registration_proof",)),
    1033: ("房产证", ("property_ownership_certificate",)),
    1082: ("房产证（统一字段）", ("property_ownership_certificate_unified",)),
    41: ("营业执照", ("business_license",)),
    1015: ("开户许可证", ("account_opening_permit",)),
    1026: ("组织机构代码证", ("organization_code_certificate",)),
    1001: ("通用文字", ("general_text",)),
    1036: ("通用表格", ("general_table",)),
    1034: ("手写体", ("handwriting",)),
    1066: ("银行流水", ("bank_statement",)),
    666: ("证照自动分类OCR识别", ("document_classification",)),
    667: ("证照自动分类", ("document_classification_only",)),
}
PLATES, VIN, ID_CARD, TABLE, RECOGNIZE, CLASSIFY = 6, 1, 2, 1036, 666, 667
TEXTS = frozenset({1001, 1034})
BILL = 22
SORTED = frozenset({RECOGNIZE, CLASSIFY})  # pids that find out the kind themselves
FORMLESS = TEXTS | SORTED | {PLATES, VIN, TABLE, 1066, 1082, BILL}  # nothing that a classification would name

BILL_TYPES = {
    "train_ticket": "火车票",
    "taxi_receipt": "出租车票",
    "air_itinerary": "行程单",
    "quota_invoice": "定额发票",
    "generic_bills": "通用票据",
}
SIDE_TYPES = {
    ("id_card", "portrait"): "身份证人像页",
    ("id_card", "emblem"): "身份证国徽页",
    ("vehicle_license", "main"): "行驶证正页",
    ("vehicle_license", "sub"): "行驶证副页",
    ("driving_license", "main"): "驾驶证正页",
    ("driving_license", "sub"): "驾驶证副页",
}
SIDED = frozenset(slug for slug, _ in SIDE_TYPES)

# The vendor's second name for a field, where one has been seen: product → our field → `key`.
KEYS: Mapping[str, Mapping[str, str]] = {
    "id_card": {
        "name": "Name", "sex": "Sex", "ethnicity": "Nation", "birth_date": "Birth", "address": "Address",
        "id_number": "IDNum", "issuing_authority": "IssueAuthority", "valid_period": "ExpiryDate",
    },
    "vin": {"vin": "VIN"},
    "vehicle_license": {
        "plate_number": "PlateNo", "vehicle_type": "VType", "owner": "Owner", "address": "Address",
        "use_character": "UseCharacter", "brand_model": "Model", "vin": "VIN", "engine_number": "EngineNo",
        "register_date": "RegisterDate", "issue_date": "IssueDate", "issuing_authority": "Authority",
    },
    "driving_license": {
        "license_number": "CardNo", "name": "Name", "sex": "Sex", "nationality": "Nationality",
        "address": "Address", "birth_date": "Birth", "first_issue_date": "FirstIssueDate",
        "vehicle_class": "Class", "valid_from": "ValidFrom", "valid_to": "ValidTo(For)",
        "issuing_authority": "Authority",
    },
}  # fmt: skip

COLOURS = {
    "blue": "蓝色",
    "yellow": "黄色",
    "white": "白色",
    "black": "黑色",
    "green": "绿色",
    "yellow_green": "黄绿色",
}
