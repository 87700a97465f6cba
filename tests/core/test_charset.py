"""Bytes of any encoding become UTF-8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.charset import to_utf8

KOREAN = "<t>등불이 다시 켜졌다</t>"
JAPANESE = "<t>灯りが再びともる</t>"
FRENCH = "<t>Les réverbères – « allumés »</t>"


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (KOREAN, "cp949", "euc-kr"),
        (KOREAN, "cp949", "ks_c_5601-1987"),
        (JAPANESE, "cp932", "Shift_JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        ("<t>路灯</t>", "gb18030", "GB2312"),
        ("<t>路燈</t>", "big5", "big5"),
        (FRENCH, "cp1252", "iso-8859-1"),
        ("<t>Фонарь</t>", "koi8_r", "koi8-r"),
    ],
)
def test_the_header_or_the_declaration_names_the_encoding(text, codec, label):
    body = text.encode(codec)
    declared = f'<?xml version="1.0" encoding="{label}"?>'.encode() + body
    assert to_utf8(body, f'text/xml; charset="{label}"').body.decode() == text
    assert to_utf8(declared).body.endswith(text.encode())


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_marks_and_first_bytes_tell_unicode_whatever_is_declared(codec):
    assert to_utf8(KOREAN.encode(codec), "text/xml; charset=iso-8859-1").body.decode() == KOREAN


@pytest.mark.parametrize("label", ["iso-8859-1", "euc-kr", "shift_jis", "us-ascii", "no-such-thing", "utf-7"])
def test_valid_utf_8_is_utf_8_whatever_is_declared(label):
    decoded = to_utf8(KOREAN.encode(), f"text/xml; charset={label}")
    assert (decoded.body.decode(), decoded.remark) == (KOREAN, None)


def test_the_header_goes_before_the_declaration():
    body = b'<?xml version="1.0" encoding="shift_jis"?>' + KOREAN.encode("cp949")
    assert to_utf8(body, "text/xml; charset=euc-kr").body.endswith(KOREAN.encode())


def test_a_lie_is_found_out_and_told():
    decoded = to_utf8(b'<?xml version="1.0" encoding="utf-8"?>' + FRENCH.encode("cp1252"))
    assert decoded.body.endswith(FRENCH.encode())
    assert decoded.remark


def test_a_few_spoilt_bytes_do_not_make_utf_8_anything_else():
    decoded = to_utf8(KOREAN.encode() + b"\xff\xfe")
    assert decoded.body.startswith(KOREAN.encode())
    assert decoded.remark == "2 bytes are not valid utf-8"


def test_the_language_of_a_document_tells_its_undeclared_encoding():
    text = "<language>ko</language>" + KOREAN
    assert to_utf8(text.encode("cp949")).body.decode() == text


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "text/xml; charset=euc-kr", "charset=utf-16", "charset=base64"]),
)
def test_any_bytes_become_valid_utf_8(body, content_type):
    assert isinstance(to_utf8(body, content_type).body.decode("utf-8"), str)
