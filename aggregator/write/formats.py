"""Every format that a topic is written in, by the extension of its file: a new one is a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aggregator.model import TopicFeed
from aggregator.write.atom import write_atom
from aggregator.write.jsonfeed import write_json
from aggregator.write.listing import write_topic_page
from aggregator.write.parts import Parts
from aggregator.write.rss import write_rss

WRITERS: Final[Mapping[str, Callable[[TopicFeed], Parts]]] = {
    "atom": write_atom,
    "rss": write_rss,
    "json": write_json,
    "html": write_topic_page,
}
