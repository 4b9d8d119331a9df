"""What schemathesis sends where a picture is wanted: a product's sample beside noise."""

import schemathesis
from hypothesis import strategies as st

from local.samples import samples

SAMPLE = next(iter(samples(["id_card"]))).picture

for kind in ("image/jpeg", "image/png", "image/bmp", "image/gif", "application/octet-stream"):
    schemathesis.openapi.media_type(kind, st.just(SAMPLE) | st.binary(max_size=100))
