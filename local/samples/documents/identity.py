"""Cards and certificates of people."""

from local.samples.cast import Cast
from local.samples.catalogue import document
from local.samples.flow import Column
from local.samples.looks import CARD
from local.samples.page import Page
from local.samples.values import Printed, field, period, spaced_day


@document("id_card", "portrait", (1040, 660), CARD)
def id_card_portrait(page: Page, cast: Cast) -> None:
    holder, margin = cast.person(), page.look.margin
    page.guilloche((222, 232, 240))
    page.photo((60, 90, 310, 400) if page.look.mirrored else (700, 120, 970, 455))
    column = Column(page, 350 if page.look.mirrored else margin, margin + 10, 620)
    column.rows(
        field("name", "姓名", holder.name),
        (
            field("sex", "性别", Printed(holder.sex, holder.sex_truth)),
            field("ethnicity", "民族", holder.people, share=1.4),
        ),
        field("birth_date", "出生|出生日期", spaced_day(holder.birth)),
        field("address", "住址|地址", holder.address),
    )
    footer = Column(page, margin, page.height - margin - 56, page.width - 2 * margin, size=38)
    footer.row(field("id_number", "公民身份号码", holder.id_number))


@document("id_card", "emblem", (1040, 660), CARD)
def id_card_emblem(page: Page, cast: Cast) -> None:
    start, end = cast.span("validity", 2012, 2021, 20)
    page.guilloche((232, 226, 226), 34)
    page.emblem((174, 160), 90)
    head = Column(page, 290, 90, 690)
    head.heading("中华人民共和国", 54)
    head.heading("居民身份证", 74)
    foot = Column(page, 220 if not page.look.mirrored else 120, 450, 760, size=36)
    foot.row(field("issuing_authority", "签发机关", cast.person().town.authority))
    foot.row(field("valid_period", "有效期限|有效期", period(start, end)))
    page.know(valid_from=start.isoformat(), valid_to=end.isoformat())
