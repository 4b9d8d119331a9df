"""Business licences: the form since 2014 with a unified code, and the one before with a registration number."""

from local.samples import numbers
from local.samples.catalogue import form
from local.samples.page import Page
from local.samples.paper import Paper, Pen
from local.samples.personas import Personas
from local.samples.values import Printed, chinese_day, period

FULL_DAY = "%Y年%m月%d日"
MORE = "依法须经批准的项目，经相关部门批准后方可开展经营活动。"


def _licence(page: Page, personas: Personas, upright: bool, faint: bool) -> Paper:
    firm, chief = personas.company(1), personas.person(1)
    founded = personas.day("founded", 2008, 2019)
    approved = personas.later(founded, "approved", 900)
    page.guilloche((244, 236, 212), 60)
    page.frame((26, 26, page.width - 26, page.height - 26), (190, 150, 70), 8)
    page.emblem((page.width / 2, 110), 52)
    paper = Paper(page, Pen("serif", 28, (60, 56, 50)), Pen("print", 28, (30, 30, 36)))
    top = 290 if upright else 220
    paper.say(page.width / 2, top, "营业执照", "m", width=420, size=76)
    paper.say(page.width / 2, top + 70, "（副本）", "m", size=30)
    page.know(is_duplicate=True)
    serial = numbers.digits(personas.random("serial"), 8)
    paper.say(page.width - 330, 110, f"编号:{serial}(1-1)", size=22)
    page.ignored |= {"serial_number", "seal"}
    paper.say(90, 150, "统一社会信用代码", size=24)
    paper.put("uscc", 90, 186, firm.code, size=30)
    if not upright:
        paper.code((page.width - 230, 160, page.width - 90, 300))
    y, step = top + 140.0, 62.0
    scope = firm.scope + MORE
    column: tuple[tuple[str, str, str | Printed], ...] = (
        ("名称", "name", firm.name),
        ("类型", "type", "有限责任公司(自然人投资或控股)"),
        ("住所", "address", firm.address),
        ("法定代表人", "legal_representative", chief.name),
        ("注册资本", "registered_capital", "伍佰万元整"),
        ("成立日期", "establish_date", chinese_day(founded)),
        ("营业期限", "business_term", period(founded, None, FULL_DAY, "至")),
        ("经营范围", "business_scope", scope),
    )
    if upright:
        for label, name, value in column:
            paper.say(130, y, label, width=26 * 5, size=26)
            y = paper.put(name, 300, y, value, width=page.width - 430) + step
    else:
        left = (column[0], column[1], column[3], column[7])
        right = (column[4], column[5], column[6], column[2])
        for x, part in ((110, left), (page.width / 2 + 40, right)):
            y = 370
            for label, name, value in part:
                paper.say(x, y, label, width=26 * 5, size=26)
                y = paper.put(name, x + 160, y, value, width=page.width / 2 - 230, size=25) + step + 6
    paper.say(page.width - 560, page.height - 210, "登记机关", size=34)
    authority = f"{firm.town.city}市场监督管理局"
    page.seal((page.width - 330, page.height - 190), 106, authority, "", 6)
    day = f"{approved.year} 年 {approved.month:02} 月 {approved.day:02} 日"
    paper.put("registration_date", page.width - 480, page.height - 110, Printed(day, approved.isoformat()), size=30)
    page.ignored.add("registration_authority")
    paper.say(60, page.height - 50, "国家企业信用信息公示系统网址:http://www.example.com", size=18)
    paper.say(page.width - 60, page.height - 50, "国家市场监督管理总局监制", "r", size=18)
    if faint:
        paper.watermark("仅供投标使用 复印无效", strength=0.22)
    return paper


@form("business_license", "landscape", (1500, 1060), (252, 249, 238))
def landscape(page: Page, personas: Personas) -> None:
    _licence(page, personas, upright=False, faint=False)


@form("business_license", "upright", (1060, 1500), (252, 249, 238))
def upright(page: Page, personas: Personas) -> None:
    _licence(page, personas, upright=True, faint=False)


@form("business_license", "copy_with_watermark", (1060, 1500), (246, 246, 246))
def copy(page: Page, personas: Personas) -> None:
    _licence(page, personas, upright=True, faint=True)
