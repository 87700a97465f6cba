"""A folder of feeds, their feeds.yaml as a Setup, and cycles over them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from aggregator.config import built_in_rules
from aggregator.jobs.cycle import CycleReport, run_cycle
from aggregator.model import Settings, Setup, Source, Topic
from aggregator.store.base import Store

TOPICS = (
    Topic("samsung+openai", "Samsung and OpenAI", "samsung AND openai"),
    Topic("nvidia", "NVIDIA", "nvidia"),
    Topic("everything", "Everything", "*"),
)


class World:
    """Feeds in a folder; a test changes them and runs cycles."""

    def __init__(self, folder: Path, store: Store, sources: int = 3) -> None:
        self.folder = folder
        self.output = folder / "output"
        self.store = store
        self.setup = Setup(
            settings=Settings(
                database=store.name,
                output=str(self.output),
                base_url="https://feeds.example/",
                contact="you@feeds.example",
                poll_interval=timedelta(hours=1),
                disclaimer="Our own words.",
            ),
            sources=tuple(
                Source(f"s{number}", f"file://{folder}/{number}.xml", f"Source {number}")
                for number in range(sources)
            ),
            topics=TOPICS,
            rules=built_in_rules(),
        )
        for number in range(sources):
            self.write(number, [item(number, 0, "Samsung and OpenAI meet"), item(number, 1, "Nvidia grows")])

    def write(self, number: int, items: list[str]) -> None:
        """Let a source send these items."""
        title = f"<title>Source {number}</title><link>https://s{number}.example/</link>"
        body = f"<rss version='2.0'><channel>{title}{''.join(items)}</channel></rss>"
        (self.folder / f"{number}.xml").write_text(body, encoding="utf-8")

    def change(self, **fields: object) -> None:
        """Change settings, sources, topics or rules, as feeds.yaml would."""
        ours = {name: fields.pop(name) for name in ("sources", "topics", "rules") if name in fields}
        settings = replace(self.setup.settings, **fields)  # type: ignore[arg-type]
        self.setup = replace(self.setup, settings=settings, **ours)  # type: ignore[arg-type]

    def cycle(self, everything: bool = True) -> CycleReport:
        """Run one."""
        return run_cycle(self.setup, self.store, everything)

    def files(self) -> dict[str, tuple[int, bytes]]:
        """What is published: modification time and content by name."""
        found = sorted(self.output.iterdir())
        return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in found}

    def text(self, name: str) -> str:
        """What a published file says."""
        return (self.output / name).read_text(encoding="utf-8")


def item(source: int, number: int, title: str, words: str = "") -> str:
    """One RSS item with a text of its own."""
    said = words or " ".join(f"s{source}n{number}w{word}" for word in range(40))
    return (
        f"<item><guid>{number}</guid><title>{title}</title><link>https://s{source}.example/{number}</link>"
        f"<pubDate>Tue, 04 Feb 2025 08:0{number % 10}:00 GMT</pubDate><description>{said}.</description></item>"
    )
