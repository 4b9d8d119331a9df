"""出生证明 — the medical certificate of birth (出生医学证明).

Forms: five versions since 1996, red or green patterns; labels and values in a grid with English below the labels in
later ones; the parents' blocks have the same labels; number at the lower right, seal over the date.
"""

from ocr.declare.checks import in_order
from ocr.declare.field_types import (
    BirthCertificateNumber,
    Centimetres,
    Date,
    DateTime,
    Grams,
    Integer,
    ResidentId,
    Sex,
    Text,
)
from ocr.declare.fields import Fields, label
from ocr.declare.product import Product
from ocr.entry.serve import serve
from ocr.vendors import embedded, etoplive


class BirthCertificate(Fields):
    newborn_name: Text | None = label("新生儿姓名", pii=True)
    sex: Sex | None = label("性别", "新生儿性别", pii=True)
    birth_datetime: DateTime | None = label("出生时间", "出生日期", pii=True)
    birth_place: Text | None = label("出生地点", "出生地", pii=True)
    gestational_age_weeks: Integer | None = label("出生孕周", "孕周", pii=True)
    birth_weight_g: Grams | None = label("出生体重", "体重", pii=True)
    birth_length_cm: Centimetres | None = label("出生身长", "身长", pii=True)
    medical_institution: Text | None = label("医疗机构名称", "接生机构", "出生机构")
    mother_name: Text | None = label("母亲姓名", pii=True)
    mother_age: Integer | None = label("母亲年龄", pii=True)
    mother_nationality: Text | None = label("母亲国籍", pii=True)
    mother_ethnicity: Text | None = label("母亲民族", pii=True)
    mother_address: Text | None = label("母亲住址", pii=True, free=True)
    mother_id_number: ResidentId | None = label(
        "母亲身份证号", "母亲身份证件号码", pii=True, also=("有效身份证件类别",)
    )
    father_name: Text | None = label("父亲姓名", pii=True)
    father_age: Integer | None = label("父亲年龄", pii=True)
    father_nationality: Text | None = label("父亲国籍", pii=True)
    father_ethnicity: Text | None = label("父亲民族", pii=True)
    father_address: Text | None = label("父亲住址", pii=True, free=True)
    father_id_number: ResidentId | None = label(
        "父亲身份证号", "父亲身份证件号码", pii=True, also=("有效身份证件类别",)
    )
    issuing_authority: Text | None = label("签发机构", "签发单位")
    issue_date: Date | None = label("签发日期")
    certificate_number: BirthCertificateNumber | None = label("出生证编号", "出生医学证明编号", "编号", pii=True)


product = Product(
    "birth_certificate",
    BirthCertificate,
    name="出生证明",
    category="identity",
    required=[
        "certificate_number",
        "newborn_name",
        "birth_datetime",
        ("mother_name", "father_name"),
        ("issue_date", "issuing_authority"),
    ],
    titles=["出生医学证明"],
    offers=[etoplive.Pid(52), embedded.Labels()],
    checks=[in_order("birth_datetime", "issue_date")],
)

handler = serve(product)
