"""core.reading: minutes by words, or by characters where words have no spaces between them."""

import pytest

from aggregator.core.reading import reading_minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("", 1),
        ("word " * 238, 1),
        ("word " * 260, 2),
        ("word " * 1190, 5),
        ("字" * 1500, 3),
        ("가나 다라 " * 250, 2),
        ("word " * 238 + "字" * 500, 2),
    ],
)
def test_reading_takes_whole_minutes_by_script(text, minutes):
    assert reading_minutes(text) == minutes
