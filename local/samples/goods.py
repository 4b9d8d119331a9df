"""What is sold on invoices."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from local.samples.values import Printed, money, percent

CENT = Decimal("0.01")
GOODS = (
    ("*计算机外设*显示器", "24英寸", "台", "899.00", 3),
    ("*纸制品*复印纸", "A4", "箱", "128.50", 10),
    ("*办公家具*转椅", "G20", "把", "356.00", 4),
    ("*照明器具*台灯", "8W", "个", "79.90", 20),
    ("*饮料*矿泉水", "550ml", "箱", "36.00", 25),
)


@dataclass(frozen=True)
class Goods:
    """The lines of an invoice with their sums, all taxed at `rate` percent."""

    lines: tuple[tuple[str, str, str, Decimal, int], ...]
    rate: int = 13

    def rows(self) -> list[list[Printed]]:
        """Name, specification, unit, quantity, price, amount, rate and tax of every line."""
        return [
            [
                Printed(name, name),
                Printed(spec, spec),
                Printed(unit, unit),
                Printed(str(count), str(count)),
                Printed(str(price), str(price)),
                money(price * count, ""),
                percent(self.rate),
                money(self._tax(price * count), ""),
            ]
            for name, spec, unit, price, count in self.lines
        ]

    def _tax(self, amount: Decimal) -> Decimal:
        return (amount * self.rate / 100).quantize(CENT)

    @property
    def amount(self) -> Decimal:
        return sum((price * count for *_, price, count in self.lines), Decimal())

    @property
    def tax(self) -> Decimal:
        return sum((self._tax(price * count) for *_, price, count in self.lines), Decimal())


def goods(random: Random, lines: int, rate: int = 13) -> Goods:
    """So many lines of goods, taxed at `rate` percent."""
    chosen = random.sample(GOODS, lines)
    return Goods(tuple((name, spec, unit, Decimal(price), count) for name, spec, unit, price, count in chosen), rate)


ITEMS = ("name", "spec", "unit", "quantity", "unit_price", "amount", "tax_rate", "tax")
