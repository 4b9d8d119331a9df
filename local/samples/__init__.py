"""Sample pictures of every product, rendered here: fictional people, numbers that pass their check digits.

    for sample in samples(["id_card"], layouts=("a", "b"), variants=("clean", "blur")):
        sample.picture, sample.truth

Everything is drawn from seeds: the same call gives the same pictures.
"""

from local.samples.catalogue import Document, Sample, document, samples
from local.samples.degrade import SHOTS, VARIANTS

__all__ = ["SHOTS", "VARIANTS", "Document", "Sample", "document", "samples"]
