"""Numbers that pass their check digits, drawn at random and worn by nobody.

Written from the standards and apart from the gateway's own checks, so that neither can hide a slip of the other.
"""

from datetime import date
from decimal import Decimal
from random import Random

DIGITS = "0123456789"
VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# A region's numbers 996 to 999 are kept for people over a hundred (GB 11643, 4.3): nobody younger has them.
RESERVED = {True: ("997", "999"), False: ("996", "998")}


def digits(random: Random, count: int) -> str:
    """`count` random digits, the first not zero."""
    return random.choice(DIGITS[1:]) + "".join(random.choices(DIGITS, k=count - 1))


def resident_id(random: Random, region: str, birth: date, male: bool) -> str:
    """A resident identity number (GB 11643): region, birth, order with the sex in its last digit, ISO 7064 check."""
    body = f"{region}{birth:%Y%m%d}{random.choice(RESERVED[male])}"
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def organisation_code(random: Random) -> str:
    """An organisation code without hyphen (GB 11714): eight signs and a modulo-11 check."""
    body = "MA" + "".join(random.choices(DIGITS, k=6))
    signs = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = 11 - sum(signs.index(sign) * weight for sign, weight in zip(body, weights, strict=True)) % 11
    return body + "0123456789X0"[check]


def credit_code(random: Random, region: str, organisation: str | None = None) -> str:
    """A unified social credit code (GB 32100) of a company in `region`."""
    organisation = organisation or organisation_code(random)
    # An X as the organisation's check sign is rare enough to draw again: it is easily read as something else.
    while organisation.endswith("X"):
        organisation = organisation_code(random)
    body = f"91{region}{organisation}"
    total = sum(USCC_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + USCC_SIGNS[-total % 31]


def luhn(random: Random, prefix: str, length: int) -> str:
    """A card number of `length` digits that starts with `prefix` (ISO/IEC 7812-1)."""
    body = prefix + "".join(random.choices(DIGITS, k=length - len(prefix) - 1))
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return body + str(-sum(sum(divmod(digit, 10)) for digit in doubled) % 10)


def vin(random: Random, maker: str = "LZZ") -> str:
    """A vehicle identification number (GB 16735) with its check sign in the ninth place."""
    body = maker + "".join(random.choices(DIGITS + VIN_LETTERS, k=5))
    tail = random.choice("HJKLMNPR") + random.choice("AB") + "".join(random.choices(DIGITS, k=6))
    worth = dict(zip(VIN_LETTERS, (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(
        weight * (int(sign) if sign.isdigit() else worth[sign])
        for sign, weight in zip(body + tail, weights, strict=True)
    )
    return body + "0123456789X"[total % 11] + tail


def check_digit(text: str) -> str:
    """The check digit of a machine-readable zone (ICAO 9303-3, 4.9)."""
    signs = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    values = (signs.index(sign) if sign != "<" else 0 for sign in text)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


def checked(text: str) -> str:
    return text + check_digit(text)


def passport_lines(
    kind: str, surname: str, given: str, number: str, country: str, birth: date, male: bool, expiry: date
) -> tuple[str, str]:
    """The two lines of 44 of a passport (ICAO 9303-4)."""
    first = f"{kind}<{country}{surname}<<{given.replace(' ', '<')}".ljust(44, "<")
    numbered, born, ends = (
        checked(number.ljust(9, "<")),
        checked(f"{birth:%y%m%d}"),
        checked(f"{expiry:%y%m%d}"),
    )
    personal = checked("<" * 14)
    second = f"{numbered}{country}{born}{'M' if male else 'F'}{ends}{personal}"
    return first, second + check_digit(numbered + born + ends + personal)


def card_lines(
    kind: str,
    surname: str,
    given: str,
    number: str,
    country: str,
    nation: str,
    birth: date,
    male: bool,
    expiry: date,
) -> tuple[str, str, str]:
    """The three lines of 30 of a card (ICAO 9303-5)."""
    first = (kind.ljust(2, "<") + country + checked(number[:9].ljust(9, "<")) + number[9:]).ljust(30, "<")
    born, ends = checked(f"{birth:%y%m%d}"), checked(f"{expiry:%y%m%d}")
    second = f"{born}{'M' if male else 'F'}{ends}{nation}".ljust(29, "<")
    second += check_digit(first[5:30] + born + ends + second[18:29])
    return first, second, f"{surname}<<{given.replace(' ', '<')}".ljust(30, "<")


def exit_permit_line(number: str, birth: date, expiry: date) -> str:
    """The one line of 30 of a permit for Hong Kong and Macau, built from the same checked parts."""
    body = f"CS{checked(number)}<{checked(f'{expiry:%y%m%d}')}<{checked(f'{birth:%y%m%d}')}<"
    return checked(body)


def capitals(amount: Decimal) -> str:
    """A sum of money in the characters that cannot be altered: 1234.50 is 壹仟贰佰叁拾肆圆伍角整."""
    whole, cents = divmod(int(amount * 100), 100)
    text = _whole_capitals(whole) + "圆"
    dimes, pennies = divmod(cents, 10)
    if not cents:
        return text + "整"
    text += f"{_NUMERALS[dimes]}角" if dimes else "零"
    return text + (f"{_NUMERALS[pennies]}分" if pennies else "整")


_NUMERALS = "零壹贰叁肆伍陆柒捌玖"


def _whole_capitals(whole: int) -> str:
    if not whole:
        return "零"
    text, zero = "", False
    for place, digit in zip(reversed(range(len(str(whole)))), str(whole), strict=True):
        if digit != "0":
            text += ("零" if zero else "") + _NUMERALS[int(digit)] + ("", "拾", "佰", "仟")[place % 4]
        zero = digit == "0"
        if place % 4 == 0 and whole // 10**place % 10000:
            text += ("", "万", "亿")[place // 4]
    return text
