"""What a file is that nobody can read here, told by its first bytes, and what its sender can do."""

import re
from codecs import getincrementaldecoder
from typing import NamedTuple

from ocr.platform.errors import CallerError

AS_PDF = "Export it as PDF and send that."
AS_PICTURE = "Save it as JPEG or PNG and send that."
UNPACK = "Unpack it and send each file within by itself."
SCREENSHOT = "Send a picture of what it shows."


class Kind(NamedTuple):
    """One kind of file: how its bytes begin, as a pattern, what it is called, and what to do."""

    begins: bytes
    name: str
    advice: str


# The first that fits counts. Zip files are told apart by the names within, which are not packed.
KINDS = (
    Kind(rb"PK\x03\x04[\s\S]*(?:word/|WORD/)", "a Word file", AS_PDF),
    Kind(rb"PK\x03\x04[\s\S]*xl/", "an Excel file", AS_PDF),
    Kind(rb"PK\x03\x04[\s\S]*ppt/", "a PowerPoint file", AS_PDF),
    Kind(rb"PK\x03\x04[\s\S]*application/epub", "an e-book", AS_PDF),
    Kind(rb"PK\x03\x04[\s\S]*opendocument", "an OpenDocument file", AS_PDF),
    Kind(rb"PK\x03\x04[\s\S]*FixedDoc", "an XPS file", AS_PDF),
    Kind(rb"PK(?:\x03\x04|\x05\x06)", "a zip archive", UNPACK),
    Kind(rb"[\s\S]{257}ustar", "a tar archive", UNPACK),
    Kind(rb"[\s\S]{60}BOOKMOBI", "an e-book", AS_PDF),
    Kind(rb"[\s\S]{128}DICM", "a picture of a medical device", AS_PICTURE),
    Kind(rb"FUJIFILMCCD-RAW|IIU\0|IIRO|MMOR", "a camera's raw picture", AS_PICTURE),
    Kind(rb"II\xbc\x01", "a JPEG XR picture", AS_PICTURE),
    Kind(rb"P[1-7]\s", "a picture of the PNM family", AS_PICTURE),
    Kind(rb"(?:/9j/|iVBORw0KGgo|JVBERi0|UklGR|R0lGOD|SUkqA|TU0AK)", "a file in base64",
         "Send it in JSON as `image`, or send the bytes that it stands for."),
    Kind(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a Word, Excel or WPS file", AS_PDF),
    Kind(rb"\{\\rtf", "a rich text file", AS_PDF),
    Kind(rb"Rar!\x1a\x07", "a RAR archive", UNPACK),
    Kind(rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    Kind(rb"\x1f\x8b|BZh|\xfd7zXZ\0|\x28\xb5\x2f\xfd", "a packed file", UNPACK),
    Kind(rb"8BPS", "a Photoshop file", AS_PICTURE),
    Kind(rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript file", AS_PDF),
    Kind(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture", AS_PICTURE),
    Kind(rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL picture", AS_PICTURE),
    Kind(rb"\x97JB2\r\n\x1a\n", "a JBIG2 picture", AS_PICTURE),
    Kind(rb"\0\0\x01\0", "an icon", AS_PICTURE),
    Kind(rb"(?:II\x2b\0|MM\0\x2b)", "a BigTIFF picture", AS_PICTURE),
    Kind(rb"AT&TFORM", "a DjVu file", AS_PDF),
    Kind(rb"AC10", "a drawing of a CAD program", AS_PDF),
    Kind(rb"\xd7\xcd\xc6\x9a|\x01\0\0\0[\s\S]{36} EMF", "a Windows metafile", AS_PICTURE),
    Kind(rb"[\s\S]{4}ftyp(?:crx)", "a camera's raw picture", AS_PICTURE),
    Kind(rb"[\s\S]{4}ftyp|\x1a\x45\xdf\xa3|RIFF[\s\S]{4}AVI |FLV\x01|\0\0\x01\xba", "a film", SCREENSHOT),
    Kind(rb"RIFF[\s\S]{4}WAVE|ID3|OggS|fLaC|#!AMR", "a sound", SCREENSHOT),
    Kind(rb"(?:MZ|\x7fELF)", "a program", SCREENSHOT),
    Kind(rb"version https://git-lfs", "a pointer to a file that lies elsewhere", "Send the file itself."),
    Kind(rb"(?i)(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,999}?-->\s*)?(?:<!doctype svg[^>]*>\s*)?<svg",
         "an SVG drawing", AS_PICTURE),
    Kind(rb"(?i)(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html|<head|<body)", "a web page", AS_PDF),
    Kind(rb"(?i)(?:\xef\xbb\xbf)?\s*<\?xml", "an XML file", AS_PDF),
    Kind(rb"(?i)(?:return-path|received|delivered-to|mime-version|message-id|from): ", "an e-mail",
         "Save its attachment and send that."),
    Kind(rb"data:image/", "a data: URL", "Send it in JSON as `image`, or send the bytes that it stands for."),
)  # fmt: skip
_COMPILED = tuple((re.compile(kind.begins), kind) for kind in KINDS)
# Names in a zip file stand in front of what they name, so that the first of them are enough.
LOOKED_AT = 1 << 16
TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]{1,4096}")


def refusal(content: bytes) -> CallerError:
    """The error for a file that is in none of the formats that are read."""
    head = content[:LOOKED_AT]
    kind = next((kind for pattern, kind in _COMPILED if pattern.match(head)), None)
    if kind:
        return unread(kind.name, kind.advice)
    if TEXT.fullmatch(content[:4096]) and _is_text(content[:4096]):
        return CallerError("This is a text, not a picture of one.", kind="unsupported_format")
    return CallerError("The bytes are not a picture in a known format.", kind="unsupported_format")


def unread(name: str, advice: str) -> CallerError:
    """The error for a file of a kind that has this name."""
    return CallerError(f"This is {name}, which is not read here.", advice, kind="unsupported_format")


def _is_text(head: bytes) -> bool:
    for coding in ("utf-8", "gb18030"):
        try:
            # Piece by piece, since the last character may be cut.
            getincrementaldecoder(coding)().decode(head)
        except UnicodeDecodeError:
            continue
        return True
    return False
