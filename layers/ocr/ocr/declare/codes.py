"""What the code on a document says of it, where that is publicly known.

A product declares it as data: for each kind of invoice the fields that the members of its code are.

    code=InvoiceCode({"01": BEFORE_TAX, "31": WITH_TAX})
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# The members of an invoice's code behind version and kind, and the fields that they are; "" is none of the product's.
# On invoices with a code (发票代码) the amount is without tax, on fully electronic ones it is the total.
BEFORE_TAX = ("invoice_code", "invoice_number", "amount", "issue_date", "check_code")
WITH_TAX = ("", "invoice_number", "total", "issue_date", "")
# Of other fully electronic documents only the number is known to be the one that is printed.
NUMBER_ONLY = ("", "invoice_number", "", "", "")

VERSION = "01"
_SUM_DIGITS = 4
_SUM = re.compile(r"[0-9A-Fa-f]{1,4}")


@dataclass(frozen=True)
class CodeValues:
    """What a code says: field name → text.

    It is `proven` where its checksum holds, and `altered` where it has one that does not: what is read of a code at all
    is read as it was printed.
    """

    values: Mapping[str, str]
    proven: bool
    altered: bool = False


@dataclass(frozen=True)
class InvoiceCode:
    """The QR code of Chinese invoices: `01,kind,code,number,amount,date,check code,checksum`.

    `kinds` maps a kind to the fields of its members. The checksum is a CRC-16 over the text before it.
    """

    kinds: Mapping[str, Sequence[str]]

    @property
    def fields(self) -> list[str]:
        """Every field that a code of any kind can say."""
        return sorted({name for members in self.kinds.values() for name in members if name})

    def read(self, text: str) -> CodeValues | None:
        """What a code with this text says; None where it is no invoice's of these kinds."""
        payload = text.strip().rstrip(",")
        members = [member.strip() for member in payload.split(",")]
        names = self.kinds.get(members[1]) if len(members) > 2 and members[0] == VERSION else None
        if names is None or len(members) < 3 + len(names):
            return None
        values = {name: value for name, value in zip(names, members[2:], strict=False) if name and value}
        body, _, checksum = payload.rpartition(",")
        whole = len(members) == 3 + len(names) and bool(_SUM.fullmatch(checksum.strip()))
        proven = whole and _holds(body, checksum.strip())
        return CodeValues(values, proven, altered=whole and not proven)


def _holds(body: str, checksum: str) -> bool:
    # Nearly all programs count the comma before the checksum, a few do not; some leave out leading zeros.
    return checksum.upper().rjust(_SUM_DIGITS, "0") in (crc16(f"{body},"), crc16(body))


def crc16(text: str) -> str:
    """The CRC-16 with polynomial 0x8005, initial value 0, not reflected, of a text in UTF-8: four capital digits."""
    value = 0
    for byte in text.encode():
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x8005 if value & 0x8000 else value << 1) & 0xFFFF
    return f"{value:04X}"
