"""Pages without a fixed form: running text, handwriting, tables, and pictures to be sorted by kind."""

from local.samples.cast import Cast
from local.samples.catalogue import document
from local.samples.flow import Column
from local.samples.looks import PLAIN
from local.samples.page import Page

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


@document("general_text", "notice", (1100, 900), PLAIN)
def notice(page: Page, cast: Cast) -> None:
    title, *paragraphs = NOTICES[page.look.alias]
    margin = page.look.margin
    column = Column(page, margin, margin, page.width - 2 * margin)
    column.heading(title, 44)
    column.skip(0.5)
    lines = [title]
    for paragraph in paragraphs:
        lines += column.line(paragraph)
    page.know(text="\n".join(lines))
