"""Pages without a fixed form: running text, handwriting, tables, and pictures to be sorted by kind."""

from dataclasses import replace
from random import Random

from PIL import Image, ImageDraw

from local.samples.catalogue import Document, document
from local.samples.documents import company, identity, invoice
from local.samples.flow import Column
from local.samples.page import Colour, Page, font
from local.samples.personas import Personas
from local.samples.styles import FORM, PLAIN, on

NOTICES = (
    (
        "关于调整服务大厅开放时间的通知",
        "各位居民：",
        "为方便大家办理业务，自2024年6月1日起，服务大厅开放时间调整为每日8:30至17:30，中午不休息。",
        "周末和节假日设有值班窗口，可以办理查询、打印和预约。",
        "咨询电话：0571-55501234",
        "青禾市云溪区服务中心",
        "2024年5月20日",
    ),
    (
        "秋季运动会安排",
        "全体同学：",
        "本届运动会定于2023年10月18日在明湖体育场举行，上午9:00开幕，下午16:00闭幕。",
        "请各班在本周五之前提交报名表，并选出3名裁判助理。",
        "比赛项目：短跑、跳远、接力、拔河。",
        "校园邮箱：sports@example.com",
        "明湖中学体育组",
    ),
)
LETTERS = (
    (
        "今天收到张老师的来信，",
        "信里说学校的桃花开了，",
        "邀请我们周末回去看看。",
        "我打算坐早上八点的车，",
        "中午就能到达。",
    ),
    ("购物清单", "大米十斤，鸡蛋三十个", "青菜、土豆和豆腐", "给孩子买两本练习册", "晚上记得取快递"),
)
TABLES = (
    (
        ("序号", "品名", "规格", "数量", "单价", "金额"),
        (
            ("1", "打印纸", "A4复印", "12", "26.50", "318.00"),
            ("2", "签字笔", "0.5毫米", "40", "2.80", "112.00"),
            ("3", "文件夹", "蓝色", "25", "6.40", "160.00"),
            ("4", "订书机", "中号", "6", "18.90", "113.40"),
            ("5", "白板", "90×120", "2", "145.00", "290.00"),
        ),
        (1, 2, 2, 1.2, 1.4, 1.6),
    ),
    (
        ("班级", "语文", "数学", "英语", "平均分"),
        (
            ("一班", "86.5", "91.2", "88.0", "88.6"),
            ("二班", "84.0", "89.7", "90.3", "88.0"),
            ("三班", "88.2", "85.9", "87.4", "87.2"),
            ("四班", "82.6", "90.1", "85.5", "86.1"),
        ),
        (1.3, 1, 1, 1, 1.2),
    ),
)


@document("general_text", "notice", (1100, 760), PLAIN)
def notice(page: Page, personas: Personas) -> None:
    title, *paragraphs = NOTICES[page.style.alias]
    margin = page.style.margin
    column = Column(page, margin, margin, page.width - 2 * margin)
    column.heading(title, 44)
    column.skip(0.5)
    lines = [title]
    for paragraph in paragraphs:
        lines += column.line(paragraph)
    page.know(text="\n".join(lines))


@document("general_table", "table", (1200, 640), on(FORM, (255, 255, 255), (252, 251, 246), size=28))
def general_table(page: Page, personas: Personas) -> None:
    heads, rows, shares = TABLES[page.style.alias]
    margin = page.style.margin
    column = Column(page, margin, margin, page.width - 2 * margin)
    column.heading(("办公用品采购清单", "期末考试成绩统计")[page.style.alias], 40)
    column.table(heads, rows, shares)
    page.know(tables=[[list(row) for row in (heads, *rows)]])


def _penned(character: str, size: int, ink: Colour, random: Random) -> Image.Image:
    """One character as a hand would vary it: leaning, not quite level, never twice the same size."""
    side = size * 2
    layer = Image.new("RGBA", (side, side))
    grown = int(size * random.uniform(0.92, 1.08))
    ImageDraw.Draw(layer).text((side / 2, side / 2), character, ink, font("serif", grown), "mm", stroke_width=1)
    lean = 0.16 + random.uniform(-0.05, 0.05)
    slanted = (1, lean, -lean * side / 2, random.uniform(-0.03, 0.03), 1, 0)
    layer = layer.transform(layer.size, Image.Transform.AFFINE, slanted, Image.Resampling.BICUBIC)
    return layer.rotate(random.uniform(-4, 4), Image.Resampling.BICUBIC)


@document("handwriting", "letter", (1100, 720), on(PLAIN, (252, 250, 240), (250, 250, 252)))
def handwriting(page: Page, personas: Personas) -> None:
    lines, size, ink = LETTERS[page.style.alias], (54, 48)[page.style.alias], ((30, 40, 110), (40, 40, 44))
    for place, line in enumerate(lines):
        top = 90 + place * 110
        page.rule((70, top + 78), (page.width - 70, top + 78), (200, 206, 214), 1)
        left = 90 + page.random.uniform(0, 24)
        for character in line:
            glyph = _penned(character, size, ink[page.style.alias], page.random)
            drift = page.random.uniform(-3, 3)
            page.picture.paste(glyph, (int(left - size / 2), int(top - size / 3 + drift)), glyph)
            left += font("serif", size).getlength(character) * page.random.uniform(0.94, 1.04)
    page.know(text="\n".join(lines))


def _to_sort(product: str, original: Document, read: bool) -> Document:
    """Another product's picture, of which a record says what it is and, if `read`, what stands on it."""

    def draw(page: Page, personas: Personas) -> None:
        original.draw(page, personas)
        page.truth = {"document_type": original.product} | ({"content": page.truth} if read else {})

    return replace(original, product=product, name=f"{original.product}_{original.name}", draw=draw)


MIXED = (identity.id_card_portrait, invoice.train_ticket, company.business_license)
TO_SORT = (
    *(_to_sort("document_classification", original, read=True) for original in MIXED),
    *(_to_sort("document_classification_only", original, read=False) for original in MIXED),
)
