"""The types of the fields that hold words: each takes any text, and says what most of its values are like.

That is how a value is told from a caption, a seal's letters, what is left of a covered text, or the value of the
field beside it. `like` is evidence where a label is in doubt; a text that is not `least` what is said here is none.
"""

import re
from typing import Annotated

from pydantic import BeforeValidator

from ocr.declare.field_types import PRINTED_DAY, WRITTEN_DAY, Code, Figures, Text
from ocr.declare.fields import Shape
from ocr.declare.text import text

__all__ = [
    "TRAFFIC_POLICE",
    "Address",
    "AddressPhone",
    "Authority",
    "BankAccount",
    "BankAndAccount",
    "BankName",
    "BrandModel",
    "Clerk",
    "EngineNumber",
    "Ethnicity",
    "Goods",
    "MachineNumber",
    "Nationality",
    "Organization",
    "Owner",
    "PersonName",
    "Remark",
    "Scope",
    "UseCharacter",
    "VehicleType",
]

HAN = "[\u3400-\u9fff]"

# The three hundred commonest, which nine of ten people have.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟"
    "姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戚莫孔向汤尚温康施文牛樊葛"
    "邢安齐易乔伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞左柳甘祝包宁符阮舒纪梅童凌毕单裴霍涂成苗谷曲盛冉翁蓝路游辛靳管柴"
    "蒙鲍华喻祁蒲房滕屈饶解牟艾尤时穆农司卓古吉缪简车项连芦麦褚娄窦戈柯裘仇边闵桂侍冷苟景党宫费卜席卫米邬查鞠练阳肖"
)
DOUBLE_SURNAMES = "欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|夏侯|慕容"
FIRMS = "公司|厂|店|行|社|部|中心|局|院|校|学|会|所|处|站|馆|园|场|队|庄|铺|坊|城|集团|商户|工商户|办|室|委|政府"
AUTHORITIES = "局|厅|委员会|派出所|支队|总队|大队|分局|管理处|管理所|管理站|办事处|民政科|人民政府|使馆|领事馆"
ETHNIC_GROUPS = (
    "汉|蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|景颇"
    "|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京"
    "|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺"
)
USES = (
    "非营运|营运|公路客运|公交客运|出租客运|旅游客运|货运|租赁|警用|消防|救护|工程救险|营转非|出租转非|教练|幼儿校车"
    "|小学生校车|危化品运输|预约出租客运"
)
SIZES = "大型|中型|小型|微型|重型|轻型|普通|两轮|正三轮|多用途"
# The seal on driving and vehicle licences, in three lines.
TRAFFIC_POLICE = (
    f"(?:{HAN}{{2,4}}(?:省|自治区))?(?:(?!省){HAN}){{2,10}}公安局{HAN}{{0,8}}交通(?:警察|管理)(?:支队|总队|大队|局)"
)

_PERSON = f"[{SURNAMES}]{HAN}{{1,2}}|(?:{DOUBLE_SURNAMES}){HAN}{{1,2}}"
_FIRM = rf".*{HAN}(?:{FIRMS})(?:\(.+\))?"
_NAME = rf"(?!{HAN}{{1,9}}[省市县]$)(?:{HAN}(?:·?{HAN}){{1,20}}|[A-Za-z][A-Za-z.,'/-]+)"
_WORDS = f".*{HAN}.*{HAN}.*"
# No firm has the name of a mere place, or a name that lacks what is its own: (青禾)销售有限公司.
_NOT_CUT = rf"(?!{HAN}{{1,9}}[省市县]$)(?!销售|服务|有限|股份|公司)(?!{PRINTED_DAY})"
# No place to live is a whole province or a whole city, or an authority.
_BEYOND_CITY = f"(?!{HAN}{{1,9}}(?:省|自治区)$)(?!{HAN}{{2,12}}市$)(?!.*公安局.*(?:局|队)$)"

Remark = Annotated[Text, Shape(least=r".*\w.*\w.*|无")]  # one letter beside the word 备注 is a seal's
Scope = Annotated[Text, Shape(least=_WORDS)]

# Who writes a form may be 管理员 or 张三; one letter is a seal's.
Clerk = Annotated[Text, Shape(like=_PERSON, least=r".*\w.*\w.*")]
PersonName = Annotated[Text, Shape(like=_PERSON, least=_NAME)]
Ethnicity = Annotated[Text, Shape(like=f"(?:{ETHNIC_GROUPS})族?")]
Nationality = Annotated[Text, Shape(like="中国|[A-Za-z]{4,}", least="[^0-9]+")]
Address = Annotated[
    Text,
    Shape(
        like=rf"{HAN}.*[省市区县旗镇乡村路街道巷弄里号幢栋楼室组屯队].*", least=rf"{_BEYOND_CITY}(?:{_WORDS}|.{{8,}})"
    ),
]
Organization = Annotated[Text, Shape(like=_FIRM, least=rf"{_NOT_CUT}(?:{_WORDS}|.*[A-Za-z]{{2}}.*)")]
Owner = Annotated[Text, Shape(like=f"{_PERSON}|{_FIRM}", least=f"{_NAME}|{_NOT_CUT}{_WORDS}")]
Authority = Annotated[
    Text,
    Shape(
        like=rf"{HAN}{{2,}}(?:{AUTHORITIES})(?:\(.+\))?",
        least=rf"(?!{PRINTED_DAY}|{WRITTEN_DAY})(?:{_WORDS}|.*[A-Za-z]{{2}}.*)",
    ),
]
BankName = Annotated[
    Text,
    Shape(
        like=rf".*{HAN}(?:银行|信用社|支行|分行|营业部|分理处).*",
        least=rf".*{HAN}{{2}}(?:{HAN}|银).*|.*[A-Za-z]{{3}}.*",
    ),
]
BankAccount = Annotated[Text, Shape(like="[0-9-]{8,}", least=".*[0-9].{7,}")]
# On invoices. What each ends with tells one from the other where a label was not read or the print is off.
AddressPhone = Annotated[
    Text, Shape(like=rf"{HAN}.*[\u4e00-\u9fff)].*[0-9-]{{7,}}", least="(?![0-9A-Z]{15,20}$)[^<>*]{4,}")
]
BankAndAccount = Annotated[Text, Shape(like=f"{HAN}.*[行社部银].*[0-9-]{{7,}}")]


# *照明器具*台灯: since 2018 the class stands between two asterisks. The first is easily overlooked; both may be read as
# another mark of their size.
_CLASSIFIED = re.compile(rf"([*+×※xX]?)({HAN}+)([*+×※xX])(?={HAN})")


def _classified(value: object) -> str:
    written = text(value)
    if (match := _CLASSIFIED.match(written)) and (match[1] or match[3] == "*"):
        return f"*{match[2]}*{written[match.end() :]}"
    return written


Goods = Annotated[str, BeforeValidator(_classified)]

VehicleType = Annotated[Text, Shape(like=f"(?:{SIZES}).*", least=".*(?:车|挂|机|轮|[A-Za-z]).*")]
UseCharacter = Annotated[Text, Shape(like=USES, least=_WORDS)]


def _model(value: object) -> str:
    """星桥牌QS6732C: models are registered in capitals, of which C, S, V, W, X and Z are read as small ones."""
    written = text(value)
    brand, mark, model = written.rpartition("牌")
    return brand + mark + re.sub("[a-z]+", lambda small: small[0].upper(), model) if mark else written


BrandModel = Annotated[
    str,
    BeforeValidator(_model),
    Shape(like=rf"{HAN}{{2,}}.*[A-Z].*", least=rf".*{HAN}.*[A-Za-z].*|.*牌.*[0-9].*|.*[A-Za-z].{{3,}}"),
]
EngineNumber = Annotated[Code, Shape(least=".{5,}")]
MachineNumber = Annotated[Figures, Shape(least=".{8,}")]
