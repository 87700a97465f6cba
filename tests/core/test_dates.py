"""Dates as feeds and pages write them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aggregator.core.dates import parse_date

ZONES = yaml.safe_load(
    (Path(__file__).parents[2] / "aggregator" / "data" / "zones.yaml").read_text(encoding="utf-8")
)
MOMENT = datetime(2025, 2, 4, 8, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        # RFC 3339 and ISO 8601
        "2025-02-04T08:01:00Z",
        "2025-02-04T17:01:00+09:00",
        "2025-02-04T03:01:00-0500",
        "2025-02-04T08:01:00.999Z",
        "2025-02-04 08:01",
        "2025-02-04t08:01z",
        "20250204T080100Z",
        "2025/02/04 08:01",
        # RFC 822 and what it made obsolete
        "Tue, 04 Feb 2025 08:01:00 GMT",
        "Tue, 4 Feb 2025 17:01 +0900",
        "4 Feb 25 08:01:00 UT",
        "Tuesday, 04-Feb-25 08:01:00 GMT",
        "Tue Feb  4 08:01:00 2025",
        "Tue Feb 04 03:01:00 EST 2025",
        "Tue Feb 04 2025 17:01:00 GMT+0900 (Korean Standard Time)",
        "Tue, 04 Feb 2025 08:01:00 XYZ",
        # zone names
        "Tue, 04 Feb 2025 09:01:00 CET",
        "Tue, 04 Feb 2025 17:01:00 JST",
        "Tue, 04 Feb 2025 17:01:00 KST",
        "Tue, 04 Feb 2025 13:31:00 IST",
        "Tue, 04 Feb 2025 00:01:00 PST",
        # written out
        "Tuesday, Feb 4, 2025 3:01 am ET",
        "Tuesday, February 4th, 2025 at 3:01 a.m. Eastern Time",
        "3:01 AM ET, Feb. 4, 2025",
        "Published: 4 Feb 2025 | 8:01 GMT",
        "2/4/2025 8:01:00 AM",
        "2025년 2월 4일 오후 5:01",
        "2025년 2월 4일 (화) 17시 1분",
        "2025. 2. 4. 오후 5:01",
        "2025年2月4日 17時01分",
        "2025年2月4日(火) 午後5:01",
        "令和7年2月4日 17:01",
        "2025年2月4日 下午4:01",
        "2025年02月04日16:01:00 北京时间",
        "２０２５年２月４日 16:01",
        "4. Februar 2025, 9:01 Uhr",
        "Dienstag, 4. Februar 2025 um 09.01 Uhr",
        "04.02.2025 - 09:01 Uhr",
        "Di., 4. Feb. 2025 09:01 MEZ",
        "4 février 2025 à 9h01",
        "mardi 4 févr. 2025, 09:01 CET",
        "04/02/2025 à 09:01",
        "4 de febrero de 2025, 8:01",
        "4 de fevereiro de 2025, 8:01",
        "4 lutego 2025 09:01 CET",
        "4 февраля 2025 11:01 MSK",
        "4 Şubat 2025 11:01 +0300",
        "4. února 2025 09:01 CET",
        "4 februari 2025 09:01 CET",
        "4 helmikuuta 2025 10:01 EET",
        "令和七年二月四日 17時01分",
        "二〇二五年二月四日 下午4:01",
        "民國114年2月4日 16:01",
        "입력 2025.02.04 17:01",
        "2025 Feb 4 08:01:00",
        "2/4/25 8:01 AM",
        "Tue, 04 Feb 125 08:01:00 GMT",
        # counted days, plain times, zones by region
        "2025-W06-2T08:01:00Z",
        "2025-035T08:01Z",
        "2025-02-04T0801Z",
        "2025-02-04T17:01:00[Asia/Seoul]",
        "Tue, 04 Feb 2025 03:01:00 America/New_York",
        "Tue, 04 Feb 2025 08:01:00 Europe/Nowhere",
        "1738656060",
        "1738656060000",
        "1738656060.123",
    ],
)
def test_every_form_is_the_same_instant(written):
    assert parse_date(written, ZONES) == MOMENT


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Fri, 04 Jul 2025 09:01:00 BST", datetime(2025, 7, 4, 8, 1, tzinfo=UTC)),
        ("July 4, 2025 4:01 am ET", datetime(2025, 7, 4, 8, 1, tzinfo=UTC)),
        ("July 4, 2025 1:01 am PT", datetime(2025, 7, 4, 8, 1, tzinfo=UTC)),
        ("4. Juli 2025, 10:01 Uhr", datetime(2025, 7, 4, 8, 1, tzinfo=UTC)),
        ("Feb 4, 2025 12:30 am GMT", datetime(2025, 2, 4, 0, 30, tzinfo=UTC)),
        ("Feb 4, 2025 12:30 pm GMT", datetime(2025, 2, 4, 12, 30, tzinfo=UTC)),
        ("令和元年5月1日 9:00", datetime(2019, 5, 1, tzinfo=UTC)),
        ("昭和64年1月7日 9:00", datetime(1989, 1, 7, tzinfo=UTC)),
        ("平成二十年十月三十一日", datetime(2008, 10, 31, tzinfo=UTC)),
        ("2025-W01", datetime(2024, 12, 30, tzinfo=UTC)),
        ("2024-366", datetime(2024, 12, 31, tzinfo=UTC)),
        ("2025-02-04T08", datetime(2025, 2, 4, 8, tzinfo=UTC)),
        ("Tue, 04 Feb 2025 24:00:00 GMT", datetime(2025, 2, 5, tzinfo=UTC)),
        ("Tue, 04 Feb 2025 08:00:60 GMT", datetime(2025, 2, 4, 8, 0, 59, tzinfo=UTC)),
    ],
)
def test_summer_time_midnight_and_leap_seconds(written, expected):
    assert parse_date(written, ZONES) == expected


@pytest.mark.parametrize(
    "written", ["2025-02-04", "Feb 4, 2025", "2025년 2월 4일", "4. Februar 2025", "04.02.2025"]
)
def test_a_day_without_a_time_stays_that_day_in_utc(written):
    assert parse_date(written, ZONES) == datetime(2025, 2, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "yesterday",
        "3 hours ago",
        "2025-02-30",
        "2025-366",
        "2025-W54-1",
        "25/02/04",  # 2025, or the 25th
        "Tue, 04 Feb 08:01:00 GMT",
        "February 4",
        "2/4/2025 8:01",  # February or April
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "Tue, 04 Feb 2025 25:61:00 GMT",
        "9999-12-31T23:59:59-12:00",
        "Tue, 04 Feb 2025 " * 20,
    ],
)
def test_what_cannot_be_read_without_guessing_is_none(written):
    assert parse_date(written, ZONES) is None


def test_without_zones_names_count_as_utc():
    assert parse_date("Tue, 04 Feb 2025 08:01:00 KST", {}) == MOMENT


@pytest.mark.parametrize("zone", ZONES.values())
def test_every_zone_of_the_data_is_usable(zone):
    assert isinstance(zone, str)
    assert zone[0] in "+-" or ZoneInfo(zone)


@given(st.text(max_size=80))
def test_any_text_is_a_date_in_utc_or_none(written):
    found = parse_date(written, ZONES)
    assert found is None or found.utcoffset().total_seconds() == 0


@given(st.integers(min_value=86_400, max_value=4_000_000_000))
def test_what_python_writes_is_read_back(seconds):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert parse_date(moment.isoformat(), ZONES) == moment
    assert parse_date(moment.strftime("%a, %d %b %Y %H:%M:%S +0000"), ZONES) == moment
    assert parse_date(moment.strftime("%Y년 %m월 %d일 %H:%M:%S UTC"), ZONES) == moment
