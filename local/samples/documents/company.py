"""Licences and certificates of companies."""

from local.samples import numbers
from local.samples.catalogue import document
from local.samples.flow import Column, sheet
from local.samples.page import Page
from local.samples.personas import Personas
from local.samples.styles import SHEET, on
from local.samples.values import Printed, chinese_day, field, period

FULL_DAY = "%Y年%m月%d日"


@document(
    "business_license",
    "duplicate",
    (1400, 1000),
    on(SHEET, (252, 249, 238), (246, 248, 252), size=30, colon=""),
)
def business_license(page: Page, personas: Personas) -> None:
    firm, chief = personas.company(1), personas.person(1)
    founded = personas.day("founded", 2010, 2020)
    approved = personas.later(founded, "approved", 900)
    term = period(founded, None if page.style.alias else founded.replace(year=founded.year + 30), FULL_DAY, "至")
    page.guilloche((244, 238, 216) if not page.style.alias else (232, 238, 248))
    page.frame((24, 24, page.width - 24, page.height - 24), (186, 150, 70), 6)
    page.emblem((page.width / 2, 92), 48)
    column = sheet(page, 150, indent=190)
    column.heading("营业执照", 64, gap=0.2)
    column.heading("(副本)", 28)
    page.know(is_duplicate=True)
    column.row(
        field("uscc", "统一社会信用代码", firm.code),
        field("serial_number", "编号|证照编号", numbers.digits(personas.random("serial"), 9)),
    )
    column.rows(
        (
            field("name", "名称|企业名称", firm.name),
            field(
                "registered_capital",
                "注册资本|注册资金",
                f"{('伍佰万元整', '壹仟贰佰万元整')[page.style.alias]}",
            ),
        ),
        (
            field("type", "类型|公司类型", "有限责任公司"),
            field("establish_date", "成立日期|注册日期", chinese_day(founded)),
        ),
        (
            field("legal_representative", "法定代表人|负责人", chief.name),
            field("business_term", "营业期限", term),
        ),
        field("address", "住所|经营场所", firm.address),
        field(
            "business_scope",
            "经营范围",
            firm.scope + "依法须经批准的项目，经相关部门批准后方可开展经营活动。",
        ),
    )
    authority = f"{firm.town.city}市场监督管理局"
    foot = Column(page, page.width - 690, page.height - 230, 620)
    foot.rows(
        field("registration_authority", "登记机关", authority),
        field("registration_date", "核准日期|登记日期", chinese_day(approved)),
    )
    page.seal((page.width - 900, page.height - 180), 100, authority, tilt=8)


@document("account_opening_permit", "permit", (1240, 860), on(SHEET, (248, 250, 244), (252, 248, 244), size=30))
def account_opening_permit(page: Page, personas: Personas) -> None:
    firm, chief, random = personas.company(1), personas.person(1), personas.random("permit")
    page.guilloche((234, 240, 226))
    column = sheet(page, 60)
    column.heading("开户许可证", 54)
    column.row(
        field("approval_number", "核准号", f"J{numbers.digits(random, 13)}"),
        field("serial_number", "编号", f"{numbers.digits(random, 4)}-{numbers.digits(random, 8)}"),
    )
    column.line("经审核，符合开户条件，准予开立基本存款账户。")
    column.rows(
        field("account_name", "存款人名称|账户名称", firm.name),
        field("legal_representative", "法定代表人|单位负责人", chief.name),
        field("bank", "开户银行", firm.bank),
        field("account_number", "账号", firm.account),
        field("account_type", "账户性质", "基本存款账户"),
        (
            field("issuing_authority", "发证机关", f"人民银行{firm.town.city}支行"),
            field("issue_date", "发证日期|核准日期", chinese_day(personas.day("issued", 2012, 2018))),
        ),
    )
    page.seal((page.width - 260, page.height - 130), 96, f"人民银行{firm.town.city}支行", "账户管理专用章", -6)


@document(
    "organization_code_certificate",
    "original",
    (1240, 900),
    on(SHEET, (248, 246, 252), (246, 252, 250), size=30),
)
def organization_code_certificate(page: Page, personas: Personas) -> None:
    firm, chief, random = personas.company(1), personas.person(1), personas.random("organisation")
    code = f"{firm.organisation[:8]}-{firm.organisation[8]}"
    start, end = personas.span("valid", 2010, 2014, 4)
    page.guilloche((236, 232, 246))
    column = sheet(page, 60)
    column.heading("中华人民共和国组织机构代码证", 46)
    column.rows(
        field("org_code", "代码|组织机构代码", Printed(code, firm.organisation)),
        field("name", "机构名称|名称", firm.name),
        field("type", "机构类型|类型", "企业法人"),
        field("legal_representative", "法定代表人", chief.name),
        field("address", "地址", firm.address),
        field("valid_period", "有效期|有效期限", period(start, end, FULL_DAY, "至")),
        field("issuing_authority", "颁发单位", f"{firm.town.city}质量技术监督局"),
        field("register_number", "登记号", f"组代管{firm.town.region}-{numbers.digits(random, 6)}"),
        field("issue_date", "颁发日期|年检日期", chinese_day(start)),
    )
    page.seal((page.width - 250, page.height - 170), 100, f"{firm.town.city}质量技术监督局", tilt=5)
