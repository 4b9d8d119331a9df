"""Promise: a form is understood as browsers and HTTP clients write it; a name decides nothing, a part spoils itself."""

from base64 import b64encode

import pytest

from ocr.entry.requests import BatchRequest, ParsedRequest, batch, request
from ocr.platform.errors import CallerError
from tests.support.http_events import PICTURE, event

END = b"--x--\r\n"
SECOND = b"\x89PNG another"


def part(head: str | bytes, body: bytes = PICTURE) -> bytes:
    """A part whose header is as given behind `form-data; `, and its bytes."""
    encoded = head.encode() if isinstance(head, str) else head
    return b"--x\r\nContent-Disposition: form-data; " + encoded + b"\r\n\r\n" + body + b"\r\n"


def sent(*parts: bytes, boundary: str = "x") -> ParsedRequest:
    return request(event(f"multipart/form-data; boundary={boundary}", b"".join(parts) + END), "id_card")


def names(*parts: bytes) -> list[str]:
    parsed = batch(event("multipart/form-data; boundary=x", b"".join(parts) + END), "id_card")
    return [name for name, _ in parsed.pictures]


CLIENTS = [
    pytest.param(
        'name=image; filename="=?utf-8?B?5Y6/5Yy76Zmi5Ye655Sf6K+B5piOLmpwZw==?="; '
        "filename*=utf-8''%E5%8E%BF%E5%8C%BB%E9%99%A2%E5%87%BA%E7%94%9F%E8%AF%81%E6%98%8E.jpg",
        "县医院出生证明.jpg",
        id=".NET",
    ),
    pytest.param('name="image"; filename="=?utf-8?B?5Y6/Lw==?=a.jpg"', "a.jpg", id="an encoded word alone"),
    pytest.param("name=\"image\"; filename*=utf-8''%E8%BA%AB%E4%BB%BD%E8%AF%81.jpg", "身份证.jpg", id="urllib3 1.24"),
    pytest.param('name="image"; filename="身份证.jpg"'.encode("gbk"), "身份证.jpg", id="Java in GBK"),
    pytest.param('name="image"; filename="身份证.jpg"', "身份证.jpg", id="a browser"),
    pytest.param('name="image"; filename="a\\"b.jpg"', 'a"b.jpg', id="curl with a quote"),
    pytest.param('name="image"; filename="scans/2026/a.jpg"', "a.jpg", id="a folder"),
    pytest.param('name="image"; filename="C:\\Users\\li\\a.jpg"', "a.jpg", id="a Windows folder"),
    pytest.param('name="image"\r\nContent-Type: image/jpeg', "0", id="Flutter"),
    pytest.param('name="f"\r\nContent-Type: application/octet-stream', "0", id="libcurl from memory"),
    pytest.param('name="image"', "0", id="neither name nor type"),
    pytest.param('name="f"; filename="a.jpg"\r\nContent-Transfer-Encoding: binary', "a.jpg", id="binary"),
]


@pytest.mark.parametrize(("head", "name"), CLIENTS)
def test_the_picture_of_every_client_is_found(head: str | bytes, name: str) -> None:
    assert sent(part(head)) == ParsedRequest(PICTURE, {})
    assert names(part(head)) == [name]


def test_a_part_may_be_base64() -> None:
    head = 'name="f"; filename="a.jpg"\r\nContent-Transfer-Encoding: base64'
    assert sent(part(head, b64encode(PICTURE))) == ParsedRequest(PICTURE, {})


def test_what_stands_before_and_behind_the_parts_is_no_part() -> None:
    body = b"This is a form.\r\n" + part('name="f"; filename="a.jpg"') + END + b"The end.\r\n"
    assert request(event('multipart/form-data; charset=utf-8; Boundary="x"', body), "id_card").content == PICTURE


def test_an_empty_file_input_is_no_picture_and_a_charset_no_option() -> None:
    parsed = sent(
        part('name="_charset_"', b"gbk"),
        part('name="codetype"\r\nContent-Type: text/plain; charset=utf-8', b"1004"),
        part('name="front"; filename="a.jpg"\r\nContent-Type: image/jpeg'),
        part('name="back"; filename=""\r\nContent-Type: application/octet-stream', b""),
    )
    assert parsed == ParsedRequest(PICTURE, {"codetype": "1004"})


def test_a_part_that_cannot_be_decoded_spoils_itself_alone() -> None:
    body = b"".join(
        [
            part('name="f"; filename="a.jpg"'),
            part('name="f"; filename="b.jpg"\r\nContent-Transfer-Encoding: base64', b"abc"),
            part('name="f"; filename="c.jpg"\r\nContent-Transfer-Encoding: x-mine'),
            part('name="f"; filename="d.jpg"', SECOND),
            END,
        ]
    )
    parsed: BatchRequest = batch(event("multipart/form-data; boundary=x", body), "id_card")
    [(_, first), (_, second), (_, third), (_, last)] = parsed.pictures
    assert (first, last) == (ParsedRequest(PICTURE, {}), ParsedRequest(SECOND, {}))
    assert isinstance(second, CallerError)
    assert isinstance(third, CallerError)


def test_one_bad_entry_of_a_list_spoils_itself_alone() -> None:
    good = b64encode(PICTURE).decode()
    parsed = batch(event("application/json", f'{{"images": ["{good}", null, 7, "@", "{good}"]}}'), "id_card")
    assert [isinstance(one, CallerError) for _, one in parsed.pictures] == [False, True, True, True, False]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(part('name="f"; filename="a.jpg"'), id="cut off behind the picture"),
        pytest.param(part('name="f"; filename="a.jpg"')[:-10], id="cut off in the picture"),
        pytest.param(part('name="a"', b"1") + END, id="no picture"),
        pytest.param(part('name="f"; filename="a.jpg"') * 2 + END, id="two pictures"),
    ],
)
def test_a_form_without_exactly_one_whole_picture_is_refused(body: bytes) -> None:
    with pytest.raises(CallerError) as refused:
        request(event("multipart/form-data; boundary=x", body), "id_card")
    assert refused.value.kind == "invalid_request"
