from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.web.conditional import accepts_gzip, not_modified

ETAGS = (b'"abc"', b'"abc-gzip"')
MODIFIED = 1738670400  # Tue, 04 Feb 2025 12:00:00 GMT


@pytest.mark.parametrize(
    ("if_none_match", "if_modified_since", "result"),
    [
        (b"", b"", False),
        (b'"abc"', b"", True),
        (b'"abc-gzip"', b"", True),
        (b'W/"abc"', b"", True),
        (b'"x", W/"abc-gzip"', b"", True),
        (b'"x","y"', b"", False),
        (b"*", b"", True),
        (b" * ", b"", True),
        (b"abc", b"", False),
        (b'"ab', b"", False),
        (b"", b"Tue, 04 Feb 2025 12:00:00 GMT", True),
        (b"", b"Tue, 04 Feb 2025 12:00:01 GMT", True),
        (b"", b"Tue, 04 Feb 2025 11:59:59 GMT", False),
        (b"", b"yesterday", False),
        (b"", b"\xff\xfe", False),
        (b"", b"Tue, 99 Feb 99999 12:00:00 GMT", False),
        (b'"x"', b"Tue, 04 Feb 2025 12:00:00 GMT", False),
    ],
)
def test_a_client_that_holds_the_file_gets_no_other(if_none_match, if_modified_since, result):
    assert not_modified(if_none_match, if_modified_since, ETAGS, MODIFIED) is result


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_header_breaks_the_question(match, since):
    assert not_modified(match, since, ETAGS, MODIFIED) in (True, False)


@pytest.mark.parametrize(
    ("header", "result"),
    [
        (b"", False),
        (b"gzip", True),
        (b"GZIP", True),
        (b"x-gzip", True),
        (b"gzip, deflate, br", True),
        (b"br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000", False),
        (b"*", True),
        (b"*;q=0", False),
        (b"identity", False),
        (b"gzip;q=0, *", False),
        (b"gzip;level=9", False),
        (b"gzipped", False),
    ],
)
def test_gzip_is_sent_to_those_who_accept_it(header, result):
    assert accepts_gzip(header) is result


@given(st.binary(max_size=200))
def test_no_accept_encoding_breaks_the_question(header):
    assert accepts_gzip(header) in (True, False)
