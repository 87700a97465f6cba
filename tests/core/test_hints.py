"""What a server's headers ask of the next visit."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.hints import LONGEST, http_date, max_age, read_hints, retry_at

NOW = datetime(2025, 2, 4, 8, 1, tzinfo=UTC)
HOUR = "Tue, 04 Feb 2025 09:01:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=3600"}, 3600),
        ({"Cache-Control": "public, MAX-AGE = 60, must-revalidate"}, 60),
        ({"Cache-Control": 'max-age="60"'}, 60),
        ({"Cache-Control": "s-maxage=60"}, None),
        ({"Cache-Control": "x-max-age=60"}, None),
        ({"Cache-Control": "max-age=-5"}, None),
        ({"Cache-Control": "max-age=soon"}, None),
        ({"Cache-Control": "max-age=0"}, None),
        ({"Cache-Control": "no-cache, max-age=3600"}, None),
        ({"Cache-Control": "No-Store, max-age=3600"}, None),
        ({"Cache-Control": "max-age=3600", "Age": "600"}, 3000),
        ({"Cache-Control": "max-age=3600", "Age": "7200"}, None),
        ({"Cache-Control": "max-age=3600", "Age": "old"}, 3600),
        ({"Cache-Control": "max-age=31536000"}, 604800),
        ({"Cache-Control": "max-age=" + "9" * 19}, 604800),
        ({"Cache-Control": "max-age=60", "Expires": HOUR}, 60),
        ({"Cache-Control": "max-age=0", "Expires": HOUR}, None),
        ({"Cache-Control": "public", "Expires": HOUR}, 3600),
        ({"Expires": HOUR}, 3600),
        ({"Expires": HOUR, "Date": "Tue, 04 Feb 2025 08:31:00 GMT"}, 1800),
        ({"Expires": HOUR, "Date": "Tue, 04 Feb 2020 09:00:00 GMT"}, 604800),
        ({"Expires": HOUR, "Date": "never"}, 3600),
        ({"Expires": "0"}, None),
        ({"Expires": "-1"}, None),
        ({"Expires": "Tue, 04 Feb 2025 08:00:00 GMT"}, None),
    ],
)
def test_how_long_an_answer_stays_fresh(headers, seconds):
    assert max_age(headers, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 120 "}, 120),
        ({"Retry-After": "Tue, 04 Feb 2025 08:02:00 GMT"}, 60),
        ({"Retry-After": "Tue, 04 Feb 2025 08:02:00 GMT", "Date": "Tue, 04 Feb 2025 08:00:00 GMT"}, 120),
        ({"Retry-After": "Tue, 04 Feb 2025 08:00:00 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "0"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "٣"}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "99999999"}, 604800),
        ({"Retry-After": "9" * 5000}, 604800),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 604800),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(headers, seconds):
    assert retry_at(headers, NOW) == (None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "value",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
     "Sun, 06 Nov 1994 10:49:37 +0200"],
)  # fmt: skip
def test_an_http_date_has_three_forms(value):
    assert http_date(value) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@given(
    st.dictionaries(st.sampled_from(["Cache-Control", "Expires", "Age", "Date", "Retry-After"]), st.text())
)
def test_no_header_raises_and_no_hint_is_past_or_beyond_a_week(headers):
    hints = read_hints(headers, NOW)
    assert hints.max_age is None or timedelta() < hints.max_age <= LONGEST
    assert hints.retry_at is None or NOW < hints.retry_at <= NOW + LONGEST
