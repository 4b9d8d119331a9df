"""临时身份证 — the identity card for at most three months: the fields of both sides of the other stand on one."""

from id_card.app import IdCard
from ocr import embedded, etoplive
from ocr.checks import birth_date_matches, not_expired, sex_matches
from ocr.product import Product


class TemporaryIdCard(IdCard):
    pass


handler = Product(
    "temporary_id_card",
    TemporaryIdCard,
    name="临时身份证",
    category="identity",
    titles=["中华人民共和国临时居民身份证", "临时居民身份证"],
    sold_by=[etoplive.Pid(1020), embedded.Labels()],
    checks=[
        birth_date_matches("birth_date", "id_number"),
        sex_matches("sex", "id_number"),
        not_expired("valid_period"),
    ],
)
