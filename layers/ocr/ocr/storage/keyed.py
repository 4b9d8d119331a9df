"""Names that nobody can tell the named thing from: ids of records, of contents and of pictures, places of uploads.

A plain hash of a file name or of a picture is found again by whoever guesses the one or has the other. So it is made
with a key of the stack, which the template generates and which stays as it is for as long as there are records. The
same picture of two tenants has two names: neither is answered with what the other had read.

What belongs to a product ends in the product's mark: by it IAM lets a product's function at its own items alone.
"""

import hashlib
import hmac
from functools import cache

from ocr.model.tenant import Tenant
from ocr.platform.settings import settings

LENGTH = 32
# A content's name begins with its picture's.
PICTURE_LENGTH = 16
MARK_LENGTH = 4


def name(*parts: str) -> str:
    """The name of what these parts say: 32 hexadecimal digits."""
    joined = "\0".join(parts)
    return hmac.new(settings().record_key.encode(), joined.encode(), hashlib.sha256).hexdigest()[:LENGTH]


@cache
def mark(product: str) -> str:
    """What the names of a product's records and contents end in: 4 hexadecimal digits."""
    return hashlib.sha256(product.encode()).hexdigest()[:MARK_LENGTH]


def marked(name: str, product: str) -> str:
    """The name with the product's mark at its end."""
    return name[:-MARK_LENGTH] + mark(product)


def own(tenant: Tenant) -> tuple[str, ...]:
    """What makes a name a tenant's own: nothing where it is the operator's, or readings are shared."""
    return () if not tenant.name or settings().shared_readings else ("tenant", tenant.name)


def picture(sha256: str, tenant: Tenant) -> str:
    """The name of a tenant's picture: 16 hexadecimal digits."""
    return name("picture", sha256, *own(tenant))[:PICTURE_LENGTH]


def picture_of(content: str) -> str:
    """The name of the picture that a content is of."""
    return content[:PICTURE_LENGTH]
