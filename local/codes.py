"""What the code on an invoice is worth: the fields that it says, exactly right without it and with it, by degradation.

python -m local.codes                            every invoice with a code, in every layout and variant
python -m local.codes --variants clean blur      some variants
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from local.accuracy import offline
from local.arguments import Arguments, one_of
from local.samples import VARIANTS, Sample, samples
from ocr.model.record import Document
from ocr.pages import codes
from ocr.pages.examine import examine

PRODUCT = "vat_invoice"
LAYOUTS: Any = ("a", "b", "issued")


def main() -> None:
    parser = Arguments(description="The fields of invoices' codes, without and with the code.")
    parser.add_argument("--variants", nargs="+", type=one_of("--variants", VARIANTS), default=tuple(VARIANTS))
    variants = parser.parse_args().variants
    of, alone, coded, silent = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for sample in _coded(variants):
        without, _ = offline.record(PRODUCT, sample.picture, with_codes=False)
        both, _ = offline.record(PRODUCT, sample.picture)
        for name in _said(sample):
            of[sample.variant] += 1
            alone[sample.variant] += _value(without.document, name) == sample.truth[name]
            coded[sample.variant] += _value(both.document, name) == sample.truth[name]
            silent[sample.variant] += _is_silent(both.document, name, sample.truth[name])
    print(f"{'variant':12}{'values':>8}{'OCR alone':>11}{'with code':>11}{'silently wrong':>16}")
    for variant in [*variants, None]:
        chosen = [variant] if variant else list(variants)
        sums = [sum(counter[one] for one in chosen) for counter in (of, alone, coded, silent)]
        print(f"{variant or 'all':12}{sums[0]:>8}{sums[1] / sums[0]:>11.3f}{sums[2] / sums[0]:>11.3f}{sums[3]:>16}")


def _coded(variants: Sequence[str]) -> Iterator[Sample]:
    """The samples on which a code is drawn."""
    clean = {(one.layout, one.name) for one in samples([PRODUCT], LAYOUTS, ["clean"]) if _has_code(one)}
    return (one for one in samples([PRODUCT], LAYOUTS, variants) if (one.layout, one.name) in clean)


def _has_code(sample: Sample) -> bool:
    return bool(codes.read(examine(sample.picture)))


def _said(sample: Sample) -> list[str]:
    """The fields that the code says and that are printed."""
    amount = "amount" if "invoice_code" in sample.truth else "total"
    names = ("invoice_code", "invoice_number", "issue_date", "check_code", amount)
    return [name for name in names if name in sample.truth and name not in sample.covered]


def _value(document: Document | None, name: str) -> Any:
    return document.fields.get(name) if document else None


def _is_silent(document: Document | None, name: str, truth: Any) -> bool:
    """Whether a wrong value stands there and no check says so."""
    if document is None or document.fields.get(name) in (None, truth):
        return False
    return not any(name in check.fields for check in document.failed)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
