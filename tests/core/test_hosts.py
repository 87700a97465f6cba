"""Which sources belong together, and when a whole host is left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.core.hosts import Refusal, group, is_local, pause_until

NOW = datetime(2025, 2, 4, 8, 1, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.news.example.com/feed", "example.com"),
        ("https://NEWS.Example.COM.:8443/feed", "example.com"),
        ("https://ann:pw@www.bbc.co.uk/feed", "bbc.co.uk"),
        ("https://one.github.io/feed", "one.github.io"),
        ("https://two.github.io/feed", "two.github.io"),
        ("https://one.blogspot.com/feed", "one.blogspot.com"),
        ("https://co.uk/", "co.uk"),
        ("http://127.0.0.1:8001/feed", "127.0.0.1:8001"),
        ("http://[::1]:8001/feed", "[::1]:8001"),
        ("http://[2606:4700::1111]/", "[2606:4700::1111]"),
        ("http://localhost:8080/", "localhost:8080"),
        ("http://93.184.215.14/", "93.184.215.14"),
        ("http://intranet/feed", "intranet"),
        ("file:///var/feed.xml", ""),
        ("http://[broken", ""),
        ("http://a.example:99999/", ""),
    ],
)
def test_a_url_belongs_to_its_registrable_domain(url, expected):
    assert group(url) == expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True), ("feeds.localhost", True), ("printer.local", True), ("nas", True),
        ("wiki.internal", True), ("127.0.0.1", True), ("10.1.1.1", True), ("::1", True), ("fd00::1", True),
        ("news.example.com", False), ("localhost.example.com", False), ("1.1.1.1", False), ("", True),
    ],
)  # fmt: skip
def test_the_operators_own_hosts_are_known_by_their_form(host, expected):
    assert is_local(host) is expected


def refusal(
    source: int, seconds_ago: float, host: str = "a.example.com", retry: timedelta | None = None
) -> Refusal:
    at = NOW - seconds_ago * SECOND
    return Refusal(source, f"https://{host}/{source}", at, retry and at + retry)


@pytest.mark.parametrize(
    ("refusals", "minutes"),
    [
        pytest.param([], None, id="no refusal"),
        pytest.param([refusal(1, 10)], None, id="one source"),
        pytest.param([refusal(1, 30), refusal(1, 10)], None, id="one source twice"),
        pytest.param([refusal(1, 70), refusal(2, 0)], None, id="two sources, more than a minute apart"),
        pytest.param([refusal(1, 60), refusal(2, 0)], 15, id="two sources within a minute"),
        pytest.param([refusal(2, 0), refusal(1, 60)], 15, id="in any order"),
        pytest.param([refusal(1, 9), refusal(1, 5), refusal(2, 0, "b.example.com")], 15, id="of one domain"),
        pytest.param([refusal(1, 9), refusal(2, 0, "other.example.org")], None, id="of two domains"),
        pytest.param([refusal(1, 0, retry=40 * MINUTE), refusal(2, 0)], 40, id="the longest that was asked"),
        pytest.param(
            [refusal(1, 0, retry=2 * MINUTE), refusal(2, 0, retry=MINUTE)], 2, id="shorter than usual"
        ),
        pytest.param([refusal(1, 0, retry=90 * DAY), refusal(2, 0)], 7 * 24 * 60, id="a week at most"),
        pytest.param([refusal(1, 3600), refusal(2, 3590)], None, id="over already"),
    ],
)
def test_a_host_is_left_alone_when_two_of_its_sources_are_refused_within_a_minute(refusals, minutes):
    expected = None if minutes is None else NOW + minutes * MINUTE
    assert pause_until("example.com", refusals, NOW) == expected


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8001", "localhost:80", "[::1]:80", "10.0.0.1", "wiki.internal", ""]
)
def test_the_operators_own_hosts_are_never_left_alone(host):
    refusals = [Refusal(source, f"http://{host}/{source}", NOW, None) for source in (1, 2)]
    assert pause_until(group(f"http://{host}/"), refusals, NOW) is None


def test_a_public_address_is_left_alone_like_a_domain():
    for host in ("93.184.215.14", "[2606:4700::1111]", "[2606:4700::1111]:8080"):
        refusals = [Refusal(source, f"http://{host}/{source}", NOW, None) for source in (1, 2)]
        assert pause_until(group(f"http://{host}/"), refusals, NOW) == NOW + 15 * MINUTE
