"""The machine-readable zones of travel documents as data: where each element stands, and which digit checks it.

ICAO Doc 9303, parts 4 (TD3, passports), 5 (TD1, cards), 6 (TD2) and 7 (visas, whose lines are set like those of TD3 and
TD2); beside them the single line of the cards that mainland residents go to Hong Kong, Macau and Taiwan with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

__all__ = ["FILLER", "FORMS", "STATES", "Element", "Form", "Kind", "Name", "check_digit"]

FILLER = "<"
Name = Literal["document", "issuer", "names", "number", "nationality", "birth", "sex", "expiry", "optional"]
Stretch = tuple[int, int, int]  # line, from, to


class Kind(StrEnum):
    """Which characters an element may hold, the filler aside."""

    LETTERS = "letters"
    DIGITS = "digits"
    BOTH = "both"


@dataclass(frozen=True)
class Element:
    """One element: its characters `start` to `end` of a line. Its check digit, if it has one, stands at `check`."""

    name: Name
    line: int
    start: int
    end: int
    kind: Kind
    check: int | None = None


@dataclass(frozen=True)
class Form:
    """One layout of the zone.

    `codes` are the letters that its document code may begin with. The composite digit stands at `composite` (line,
    place) and checks the characters of `checked`, in order.
    """

    name: str
    width: int
    height: int
    codes: str
    elements: tuple[Element, ...]
    composite: tuple[int, int] | None = None
    checked: tuple[Stretch, ...] = ()

    def of_line(self, line: int) -> tuple[Element, ...]:
        """The elements of one line, from the left."""
        return tuple(element for element in self.elements if element.line == line)


_LETTERS, _DIGITS, _BOTH = Kind.LETTERS, Kind.DIGITS, Kind.BOTH


def _numbers(line: int, width: int, optional_check: int | None) -> tuple[Element, ...]:
    """The second line of passports, TD2 cards and visas."""
    return (
        Element("number", line, 0, 9, _BOTH, 9),
        Element("nationality", line, 10, 13, _LETTERS),
        Element("birth", line, 13, 19, _DIGITS, 19),
        Element("sex", line, 20, 21, _LETTERS),
        Element("expiry", line, 21, 27, _DIGITS, 27),
        Element("optional", line, 28, width, _BOTH, optional_check),
    )


def _names(width: int) -> tuple[Element, ...]:
    """The first line of passports, TD2 cards and visas."""
    return (
        Element("document", 0, 0, 2, _LETTERS),
        Element("issuer", 0, 2, 5, _LETTERS),
        Element("names", 0, 5, width, _LETTERS),
    )


FORMS: tuple[Form, ...] = (
    Form(
        "TD3",
        44,
        2,
        "P",
        (*_names(44), *_numbers(1, 42, 42)),
        (1, 43),
        ((1, 0, 10), (1, 13, 20), (1, 21, 43)),
    ),
    Form("TD2", 36, 2, "ACI", (*_names(36), *_numbers(1, 35, None)), (1, 35), ((1, 0, 10), (1, 13, 20), (1, 21, 35))),
    Form("MRV-A", 44, 2, "V", (*_names(44), *_numbers(1, 44, None))),
    Form("MRV-B", 36, 2, "V", (*_names(36), *_numbers(1, 36, None))),
    Form(
        "TD1",
        30,
        3,
        "ACI",
        (
            Element("document", 0, 0, 2, _LETTERS),
            Element("issuer", 0, 2, 5, _LETTERS),
            Element("number", 0, 5, 14, _BOTH, 14),
            Element("optional", 0, 15, 30, _BOTH),
            Element("birth", 1, 0, 6, _DIGITS, 6),
            Element("sex", 1, 7, 8, _LETTERS),
            Element("expiry", 1, 8, 14, _DIGITS, 14),
            Element("nationality", 1, 15, 18, _LETTERS),
            Element("optional", 1, 18, 29, _BOTH),
            Element("names", 2, 0, 30, _LETTERS),
        ),
        (1, 29),
        ((0, 5, 30), (1, 0, 7), (1, 8, 15), (1, 18, 29)),
    ),
    Form(
        "exit permit",  # no public standard: as printed on the cards issued since 2014
        30,
        1,
        "C",
        (
            Element("document", 0, 0, 2, _LETTERS),
            Element("number", 0, 2, 11, _BOTH, 11),
            Element("expiry", 0, 13, 19, _DIGITS, 19),
            Element("birth", 0, 21, 27, _DIGITS, 27),
        ),
        (0, 29),
        ((0, 0, 29),),
    ),
)

# ISO 3166-1 alpha-3, and what Doc 9303-3 section 5 adds: organisations, stateless persons, kinds of British nationals.
_STATES = """
    ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH
    BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB
    CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO
    GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN
    IRQ ISL ISR ITA JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA
    MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER
    NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU
    RUS RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA
    TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT
    WLF WSM YEM ZAF ZMB ZWE D<< EUE GBD GBN GBO GBP GBS IAO RKS UNA UNK UNO UTO WSA XAA XBA XCC XCE XCO XCT XDC
    XEC XES XIM XMP XOM XPO XXA XXB XXC XXX ZIM
"""
STATES = frozenset(_STATES.split())

_WORTH: Mapping[str, int] = (
    {FILLER: 0}
    | {character: int(character, 36) for character in "0123456789"}
    | {letter: int(letter, 36) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
)
_WEIGHTS = (7, 3, 1)


def check_digit(field: str) -> str:
    """The check digit of some characters of the zone, Doc 9303-3 section 4.9."""
    return str(sum(_WORTH[character] * _WEIGHTS[place % 3] for place, character in enumerate(field)) % 10)
