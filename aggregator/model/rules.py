"""What the rules are: the records of the catalogue, and the whole of a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aggregator.model.operator import Settings, Source, Topic


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose mention stands for the company, in the years they do."""

    names: tuple[str, ...]
    role: str = ""
    since: int | None = None  # year; None: from the beginning
    until: int | None = None  # year; None: still


@dataclass(frozen=True, slots=True)
class Company:
    """One record of the catalogue; ``core.catalogue`` checks a set of them.

    The lists differ in how far a match alone is to be believed.
    """

    slug: str
    name: str
    country: str | None = None  # ISO 3166-1 alpha-2
    parent: str | None = None  # slug
    wikidata: str | None = None
    aliases: tuple[str, ...] = ()  # say the company wherever they stand: "Samsung", "삼성전자"
    words: tuple[str, ...] = ()  # names that are also words, "Oracle": count only with evidence
    units: tuple[str, ...] = ()  # affiliates, brands, products that imply it: "Galaxy S25", "YouTube"
    unit_words: tuple[str, ...] = ()  # the like that are also words: "Galaxy", "Windows"
    tickers: tuple[str, ...] = ()  # "NASDAQ:ORCL", "KRX:005930"
    domains: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    cues: tuple[str, ...] = ()  # words nearby that speak for a doubtful match
    against: tuple[str, ...] = ()  # phrases that undo a match inside or beside them: "apple pie"
    ventures: tuple[
        str, ...
    ] = ()  # joint ventures: never tag alone, but stand for it where the text names it
    doubt: int = 2  # how much evidence its words need: 1 a little (Tesla), 2, 3 very much (X)


@dataclass(frozen=True, slots=True)
class RuleData:
    """The rules as data: picklable, so that every worker process compiles its own."""

    companies: tuple[Company, ...]
    boilerplate: Mapping[str, object]  # data/boilerplate.yaml, for core.clean
    disclosures: Mapping[str, object]  # data/disclosures/, for core.disclose
    zones: Mapping[str, str]  # data/zones.yaml, for core.dates: name -> offset or IANA zone
    context: Mapping[str, object] = field(default_factory=dict)  # data/context.yaml, for core.match
    # Equal stamps, equal data: what is made of it is kept under it. "": nothing is. ``replace`` keeps none.
    stamp: str = field(default="", init=False, compare=False)

    def stamped(self, stamp: str) -> RuleData:
        """The same data under a stamp."""
        made = replace(self)
        object.__setattr__(made, "stamp", stamp)
        return made


@dataclass(frozen=True, slots=True)
class Setup:
    """feeds.yaml, read, checked and joined with the built-in data: all that the program runs on."""

    settings: Settings
    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    rules: RuleData
    warnings: tuple[str, ...] = ()  # lines like a ConfigError's, not fatal
