"""Sizes of documents, where they are fixed: width and height of a side, in millimetres."""

Size = tuple[float, float]

ID_1: Size = (85.60, 53.98)  # ISO/IEC 7810: bank cards, identity cards, permits
TD3: Size = (125.0, 88.0)  # ICAO 9303-4: the data page of a passport
LICENCE: Size = (88.0, 60.0)  # GA 482 and GA 37: either page of a driving licence or a vehicle licence
BOOKLET: Size = (210.0, 148.0)  # about ISO 216 A5: a page of a booklet, such as a registration certificate's
