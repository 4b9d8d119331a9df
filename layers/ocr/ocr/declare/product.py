"""A product: what is declared of one kind of document. It knows neither AWS nor HTTP: `ocr.entry.serve` does."""

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from ocr.declare.checks import RowRule, Rule
from ocr.declare.codes import InvoiceCode
from ocr.declare.completeness import Complete, Required, complete
from ocr.declare.fields import Fields, declared
from ocr.declare.offers import Offer
from ocr.declare.sizes import Size
from ocr.platform.errors import ConfigurationError

Category = Literal["identity", "vehicle", "invoice", "finance", "real_estate", "enterprise", "general", "captcha"]


class Product:
    """One kind of document that can be read.

    slug      spelled the same as folder, path, prefix, queue, event and metric dimension
    fields    what a record of it holds
    name      its Chinese name
    required  the fields that a document of it cannot be without, by side where it has several
    offers    the vendors' offers that read it; the settings say in which order they are tried
    titles    what stands on top of such a document, for telling documents apart
    checks    rules over several fields, beyond the checks that the fields' types bring
    code      what the code on such a document says of it, where that is publicly known
    size      how large a side of such a document is, where a standard says so
    sorts     whether its documents are other products': each is grouped with those of its kind and read as one of them
    """

    def __init__(
        self,
        slug: str,
        fields: type[Fields],
        *,
        name: str,
        category: Category,
        required: Required | Mapping[str, Required],
        offers: Sequence[Offer],
        titles: Sequence[str] = (),
        checks: Sequence[Rule | RowRule] = (),
        code: InvoiceCode | None = None,
        size: Size | None = None,
        sorts: bool = False,
    ) -> None:
        if category not in get_args(Category):
            raise ConfigurationError(f"{slug} is in a category that does not exist: {category}")
        self.slug = slug
        self.fields = fields
        self.name = name
        self.category = category
        self.offers = tuple(offers)
        self.titles = tuple(titles)
        self.complete = complete(required)
        if unknown := set(self.complete.fields) - declared(fields).keys():
            raise ConfigurationError(f"{slug} requires fields that it does not declare: {', '.join(sorted(unknown))}")
        if code and (unknown := set(code.fields) - declared(fields).keys()):
            raise ConfigurationError(f"{slug}'s code says fields that it lacks: {', '.join(sorted(unknown))}")
        self.code = code
        self.checks: tuple[Rule | RowRule | Complete, ...] = (self.complete, *checks)
        self.size = size
        self.sorts = sorts
