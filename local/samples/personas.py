"""The people, firms and vehicles that appear on the samples: invented, the same for every side of a document."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from local.samples import numbers

FAMILIES = (
    ("林", "LIN"),
    ("顾", "GU"),
    ("沈", "SHEN"),
    ("江", "JIANG"),
    ("方", "FANG"),
    ("何", "HE"),
    ("唐", "TANG"),
)
MEN = (("志远", "ZHIYUAN"), ("文博", "WENBO"), ("国强", "GUOQIANG"), ("家明", "JIAMING"), ("海峰", "HAIFENG"))
WOMEN = (("雨晴", "YUQING"), ("思敏", "SIMIN"), ("小月", "XIAOYUE"), ("佳文", "JIAWEN"), ("春梅", "CHUNMEI"))
PEOPLES = ("汉", "满", "回", "壮", "白")
# Provinces are real because plates and codes need them; the towns within are not on any map.
TOWNS = (
    ("浙江省", "青禾市", "云溪区", "330106", "浙", "A"),
    ("广东省", "海棠市", "松岭区", "440106", "粤", "B"),
    ("四川省", "明湖市", "石桥区", "510107", "川", "C"),
    ("江苏省", "长乐市", "白鹿区", "320106", "苏", "E"),
    ("湖北省", "安和市", "南塘区", "420106", "鄂", "F"),
)
STREETS = ("桂花路", "文昌街", "望江大道", "建设路", "新月街", "银杏路")
ESTATES = ("阳光花园", "翠湖小区", "明珠公寓", "和平里")
TRADES = (
    ("科技有限公司", "软件开发；信息技术咨询服务；计算机系统集成；电子产品销售。"),
    ("贸易有限公司", "日用百货、文具用品、五金交电的批发与零售；货物进出口。"),
    ("汽车销售有限公司", "汽车销售；汽车零配件批发；机动车维修和维护；二手车经销。"),
    ("建材有限公司", "建筑材料、装饰材料、金属制品的销售；室内外装饰工程设计。"),
)
BRANDS = ("云帆", "明德", "青石", "海川", "天和", "星桥")
BANKS = ("青禾银行", "海棠商业银行", "明湖银行", "长乐农商银行")


@dataclass(frozen=True)
class Town:
    province: str
    city: str
    district: str
    region: str
    plate: str
    letter: str

    @property
    def authority(self) -> str:
        return f"{self.city}公安局{self.district[:-1]}分局"


@dataclass(frozen=True)
class Person:
    name: str
    surname_latin: str
    given_latin: str
    male: bool
    birth: date
    people: str
    town: Town
    street: str
    id_number: str
    phone: str

    @property
    def sex(self) -> str:
        """The sex as documents print it."""
        return "男" if self.male else "女"

    @property
    def sex_truth(self) -> str:
        return "male" if self.male else "female"

    @property
    def address(self) -> str:
        return f"{self.town.province}{self.town.city}{self.town.district}{self.street}"


@dataclass(frozen=True)
class Company:
    name: str
    code: str
    organisation: str
    town: Town
    street: str
    phone: str
    bank: str
    account: str
    scope: str

    @property
    def address(self) -> str:
        return f"{self.town.city}{self.town.district}{self.street}"


@dataclass(frozen=True)
class Vehicle:
    plate: str
    kind: str
    brand: str
    model: str
    vin: str
    engine: str
    colour: str


class Personas:
    """Draws the same person, company or vehicle for the same number, whichever side of a document asks."""

    def __init__(self, seed: str) -> None:
        self.seed = seed

    def random(self, part: str) -> Random:
        return Random(f"{self.seed}/{part}")

    def day(self, part: str, first: int, last: int) -> date:
        """A day of the years `first` to `last`, never a month's last ones."""
        random = self.random(f"day/{part}")
        return date(random.randint(first, last), random.randint(1, 12), random.randint(1, 28))

    def town(self, number: int = 0) -> Town:
        return Town(*self.random(f"town/{number}").choice(TOWNS))

    def person(self, number: int = 0, male: bool | None = None, born: tuple[int, int] = (1968, 2001)) -> Person:
        random = self.random(f"person/{number}")
        male = random.random() < 0.5 if male is None else male
        family, given = random.choice(FAMILIES), random.choice(MEN if male else WOMEN)
        town = Town(*random.choice(TOWNS))
        birth = date(random.randint(*born), random.randint(1, 12), random.randint(1, 28))
        return Person(
            family[0] + given[0],
            family[1],
            given[1],
            male,
            birth,
            random.choice(PEOPLES),
            town,
            f"{random.choice(STREETS)}{random.randint(2, 399)}号{random.choice(ESTATES)}"
            f"{random.randint(1, 18)}幢{random.randint(1, 4)}单元{random.randint(2, 19)}0{random.randint(1, 4)}室",
            numbers.resident_id(random, town.region, birth, male),
            f"1990000{numbers.digits(random, 4)}",
        )

    def company(self, number: int = 0, trade: int | None = None) -> Company:
        random = self.random(f"company/{number}")
        town = Town(*random.choice(TOWNS))
        kind, scope = random.choice(TRADES) if trade is None else TRADES[trade]
        organisation = numbers.organisation_code(random)
        return Company(
            f"{town.city}{random.choice(BRANDS)}{random.choice(('之光', '宏达', '伟业', '同创'))}{kind}",
            numbers.credit_code(random, town.region, organisation),
            organisation,
            town,
            f"{random.choice(STREETS)}{random.randint(2, 399)}号{random.randint(2, 28)}层",
            f"0{random.randint(510, 899)}-5550{numbers.digits(random, 4)}",
            f"{random.choice(BANKS)}{town.city[:-1]}分行",
            numbers.digits(random, 18),
            scope,
        )

    def vehicle(self, number: int = 0) -> Vehicle:
        random = self.random(f"vehicle/{number}")
        town = Town(*random.choice(TOWNS))
        signs = numbers.digits(random, 4) + random.choice("KLMNPRT")
        return Vehicle(
            f"{town.plate}{town.letter}{signs}",
            random.choice(("小型轿车", "小型普通客车")),
            f"{random.choice(BRANDS)}牌",
            f"{random.choice(('YF', 'MD', 'QS'))}{numbers.digits(random, 4)}{random.choice('ABCD')}",
            numbers.vin(random),
            f"{random.choice('ABCFHJK')}{numbers.digits(random, 7)}",
            random.choice(("白", "黑", "灰", "蓝")),
        )

    def span(self, part: str, first: int, last: int, years: int) -> tuple[date, date]:
        """A period of `years` that begins in the years `first` to `last`."""
        start = self.day(part, first, last)
        return start, start.replace(year=start.year + years)

    def later(self, start: date, part: str, days: int) -> date:
        return start + timedelta(self.random(f"later/{part}").randint(1, days))
