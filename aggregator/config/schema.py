"""What feeds.yaml may hold: one model per kind of mapping, one description per key.

A description says what is expected: messages end with it, and docs/configuration.md holds it.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from aggregator.core.expr import RESERVED
from aggregator.core.expr import SLUG as TOPIC_SLUG
from aggregator.model import FORMATS

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_SLUG = 80
_INTERVAL = re.compile(r"(\d{1,9})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
LONGEST = timedelta(days=36_500)


def interval(value: object) -> timedelta:
    """Read ``90s``, ``15m``, ``6h`` or ``1d``. Raises ValueError."""
    found = _INTERVAL.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{shown(value)} is no interval")
    span = timedelta(**{_UNITS[found[2]]: int(found[1])}) if int(found[1]) <= 10**6 else LONGEST * 2
    if not timedelta(seconds=1) <= span <= LONGEST:
        raise ValueError(f"{shown(value)} is too short or too long")
    return span


def shown(value: object) -> str:
    """A value as a message quotes it, cut to a length that can be read."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return repr(value if len(value) <= 60 else value[:57] + "...")
        case list():
            return "a list"
    return "a mapping"


def _split(value: str) -> SplitResult:
    """A URL's parts. Raises ValueError in words that hold no password."""
    if re.search(r"[\x00-\x20\x7f]", value):
        raise ValueError("a URL with a blank or a control character in it")
    try:
        parts = urlsplit(value)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError("a URL that cannot be read") from None
    if not port_is_right:
        raise ValueError("a URL with port 0")
    return parts


def web_url(value: str) -> str:
    """Check an absolute http or https URL. Raises ValueError."""
    parts = _split(value.strip())
    if parts.scheme not in ("http", "https"):
        raise ValueError(
            f"a URL with the scheme {parts.scheme!r}" if parts.scheme else "a URL without a scheme"
        )
    if not parts.hostname:
        raise ValueError("a URL without a host")
    return parts._replace(fragment="").geturl()


def source_url(value: str) -> str:
    """Check a source's URL: http, https, or a file by its absolute path. Raises ValueError."""
    if not value.lower().startswith("file:"):
        return web_url(value)
    parts = _split(value.strip())
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/") or parts.path == "/":
        raise ValueError("a file: URL without an absolute path")
    return f"file://{parts.path}"


def base_url(value: str) -> str:
    """Check what links to our own feeds stand on, and end it with a slash. Raises ValueError."""
    url = web_url(value)
    if urlsplit(url).query:
        raise ValueError("a URL with a query")
    return url if url.endswith("/") else url + "/"


def _database(value: str) -> str:
    kind, _, rest = value.partition("://")
    if kind == "sqlite" and rest.startswith("/") and rest.strip("/") and ":memory:" not in rest:
        return value
    if kind in ("postgresql", "postgresql+psycopg") and rest:
        return value
    raise ValueError(f"{shown(kind)} with no file or database that we can open")


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value) or len(value) > MAX_SLUG:
        raise ValueError(f"{shown(value)} is no slug")
    return value


def _company_slug(value: str) -> str:
    if value in RESERVED:
        raise ValueError(f"{value!r} is a word of the topic language")
    return _slug(value)


def _topic_slug(value: str) -> str:
    if not TOPIC_SLUG.fullmatch(value) or len(value) > MAX_SLUG:
        raise ValueError(f"{shown(value)} is no slug")
    if value in ("index", "topics", "status"):
        raise ValueError(f"{value!r} is the name of a file of our own")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"{shown(value)} is no language tag")
    return value


def _formats(value: list[str]) -> list[str]:
    if FORMATS[0] not in value:
        raise ValueError(f"without {FORMATS[0]}, which every topic has")
    return value


def _one_line(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError("empty, or with a line break or control character")
    return value.strip()


def _or_off(value: object) -> object:
    """YAML 1.1 reads a bare off as false."""
    return "off" if value is False else value


def _switched(value: object) -> object:
    """YAML 1.1 reads a bare on as true, a bare off as false."""
    return {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value


def _word(value: object) -> str | bool:
    if not isinstance(value, str | bool):
        raise ValueError(shown(value))
    return value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{shown(value)} is no amount")
    return value


Interval = Annotated[timedelta, BeforeValidator(interval)]
Line = Annotated[str, Field(max_length=500), AfterValidator(_one_line)]
Slug = Annotated[str, AfterValidator(_slug)]
CompanySlug = Annotated[str, AfterValidator(_company_slug)]
TopicSlug = Annotated[str, AfterValidator(_topic_slug)]
WebUrl = Annotated[str, AfterValidator(web_url)]
SourceUrl = Annotated[str, AfterValidator(source_url)]
BaseUrl = Annotated[str, AfterValidator(base_url)]
Database = Annotated[str, AfterValidator(_database)]
Word = Annotated[str | bool, PlainValidator(_word)]
Tag = Annotated[str, AfterValidator(_language)]
Seconds = Annotated[float, Field(gt=0, le=600), AfterValidator(_finite)]
Formats = Annotated[list[Literal["atom", "rss", "json"]], AfterValidator(_formats)]
Lines = Annotated[list[Line], Field(max_length=2000)]


class Model(BaseModel):
    """A mapping of feeds.yaml: no unknown key, no value of another type."""

    # Built when first used: a file without companies never pays for theirs.
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


class LimitsModel(Model):
    """``settings.limits``: bounds of one request and of one document."""

    max_bytes: int = Field(
        16 * 1024 * 1024, ge=1024, le=2**31, description="bytes on the wire, and again unpacked"
    )
    max_ratio: int = Field(200, ge=1, le=10_000, description="unpacked bytes for each byte on the wire")
    max_header_bytes: int = Field(64 * 1024, ge=1024, le=2**20, description="bytes of an answer's headers")
    max_redirects: int = Field(10, ge=0, le=30, description="how many redirects are followed")
    connect_seconds: Seconds = Field(10.0, description="seconds to connect, up to 600")
    first_byte_seconds: Seconds = Field(20.0, description="seconds to the first byte, up to 600")
    total_seconds: Seconds = Field(30.0, description="seconds for the whole request, up to 600")
    max_entries: int = Field(2000, ge=1, le=100_000, description="entries of a document")
    max_entry_bytes: int = Field(1024 * 1024, ge=1024, le=2**28, description="bytes of one entry")
    parse_seconds: Seconds = Field(20.0, description="seconds of CPU to read a document, up to 600")


class SettingsModel(Model):
    """``settings``."""

    database: Database = Field(
        "sqlite:///aggregator.db",
        description="sqlite:///FILE, relative to this file, or postgresql://user@host/name",
    )
    output: Line = Field("output", description="a folder, relative to this file")
    base_url: BaseUrl = Field(
        "http://localhost:8080/", description="an absolute URL such as https://feeds.example.org/"
    )
    contact: Annotated[str, Field(max_length=200)] = Field(
        "", description="an address or URL at which publishers reach you"
    )
    poll_interval: Interval = Field(timedelta(hours=1), description="90s, 15m, 6h, 1d and the like")
    max_poll_interval: Interval | None = Field(
        None, description="90s, 15m, 6h, 1d and the like; the longest wait"
    )
    disclaimer: Annotated[str, Field(max_length=5000)] = Field("", description="the republisher's own words")
    title: Line = Field("aggregator", description="a line of text, the name of the whole")
    footer: Annotated[Literal["top", "bottom", "off"], BeforeValidator(_or_off)] = Field(
        "bottom", description="top, bottom or off: where the visible disclaimers stand"
    )
    formats: Formats = Field(list(FORMATS), description="a list of atom, rss and json, with atom in any case")
    allow_private_networks: bool = Field(False, description="true or false: loopback and private addresses")
    retention: Interval | None = Field(
        None, description="90d and the like; without it, entries are kept for ever"
    )
    log_format: Literal["text", "json"] = Field("text", description="text or json")
    websub: Annotated[Literal["auto", "on", "off"], BeforeValidator(_switched)] = Field(
        "auto", description="auto, on or off: let hubs tell us of news"
    )
    host: Line = Field("127.0.0.1", description="the address that the HTTP server listens on")
    port: int = Field(8080, ge=0, le=65535, description="a port from 1 to 65535; 0 takes any that is free")
    max_in_flight: int = Field(64, ge=1, le=2000, description="requests at once, 1 to 2000")
    max_per_host: int = Field(2, ge=1, le=100, description="requests at once to one host, 1 to 100")
    host_gap_seconds: Annotated[float, Field(ge=0, le=600), AfterValidator(_finite)] = Field(
        0.5, description="seconds between two requests to one host, 0 to 600"
    )
    proxy: WebUrl | None = Field(None, description="http://host:port that all requests go through")
    limits: LimitsModel = Field(
        default_factory=lambda: LimitsModel.model_validate({}), description="a mapping of bounds"
    )


class PageModel(Model):
    """``sources[].page``: CSS selectors that read a web page without a feed."""

    item: Line = Field(description="the CSS selector of an item")
    title: Line = Field(description="the CSS selector of the title, inside the item")
    link: Line = Field(description="the CSS selector of the link, inside the item")
    date: Line | None = Field(None, description="the CSS selector of the date, inside the item")
    author: Line | None = Field(None, description="the CSS selector of the author, inside the item")
    body: Line | None = Field(None, description="the CSS selector of the body, inside the item")


class SourceModel(Model):
    """One of ``sources``."""

    url: SourceUrl = Field(description="a URL that begins with http://, https:// or file:///")
    name: Line | None = Field(None, description="a line of text; without it, the host")
    slug: Slug | None = Field(
        None, description="small letters, digits and hyphens; without it, made from the name"
    )
    interval: Interval | None = Field(
        None, description="90s, 15m, 6h, 1d and the like; without it, poll_interval"
    )
    disclosure: dict[str, Word] = Field(default_factory=dict, description="a mapping such as {ai: generated}")
    rank: int = Field(
        0, ge=-1000, le=1000, description="a whole number; the lowest leads a story told by several"
    )
    page: PageModel | None = Field(None, description="a mapping of CSS selectors: item, title, link …")
    full_text: bool = Field(
        False, description="true or false: fetch the article where the feed has a summary only"
    )
    host_pause: bool = Field(
        True, description="true or false: wait too while the host refuses its other sources"
    )


class PersonModel(Model):
    """One of ``companies[].people``."""

    names: Lines = Field(min_length=1, description="a list of the spellings of a person's name")
    role: str = Field("", description="a line of text such as CEO")
    since: int | None = Field(None, ge=1000, le=3000, description="a year; without it, from the beginning")
    until: int | None = Field(None, ge=1000, le=3000, description="a year; without it, still")


class CompanyModel(Model):
    """One of ``companies``: an addition to the catalogue, or a correction where the slug is known."""

    slug: CompanySlug = Field(description="small letters, digits and hyphens")
    name: Line | None = Field(None, description="a line of text, the name as shown")
    country: Line | None = Field(
        None, description="two capital letters such as KR, in quotes where YAML needs them"
    )
    parent: Slug | None = Field(None, description="the slug of a company")
    wikidata: Line | None = Field(None, description="a Wikidata id such as Q20716")
    aliases: Lines = Field(default_factory=list, description="a list of names that say the company anywhere")
    words: Lines = Field(
        default_factory=list, description="a list of names that are also words, such as Oracle"
    )
    units: Lines = Field(
        default_factory=list, description="a list of brands, products and affiliates that imply it"
    )
    unit_words: Lines = Field(default_factory=list, description="a list of the like that are also words")
    ventures: Lines = Field(
        default_factory=list, description="a list of joint ventures, which never tag alone"
    )
    tickers: Lines = Field(default_factory=list, description='a list such as ["NASDAQ:ORCL", "KRX:005930"]')
    domains: Lines = Field(default_factory=list, description="a list such as [samsung.com]")
    people: list[PersonModel] = Field(
        default_factory=list, description="a list of mappings with names, role, since"
    )
    cues: Lines = Field(
        default_factory=list, description="a list of words nearby that speak for a doubtful match"
    )
    against: Lines = Field(
        default_factory=list, description="a list of phrases that undo a match, such as apple pie"
    )
    doubt: int | None = Field(
        None, ge=1, le=5, description="1 (a little) to 5: how much evidence its words need"
    )
    remove_aliases: Lines = Field(default_factory=list, description="a list of built-in names that are to go")
    replace: bool = Field(False, description="true: forget the built-in record; false: add to it")
    off: bool = Field(False, description="true: the company is not tagged any more")


class TopicModel(Model):
    """One of ``topics``."""

    slug: TopicSlug = Field(description="small letters, digits, - and + such as samsung+openai")
    match: str = Field(description='an expression such as samsung AND openai, or "*"')
    title: Line | None = Field(None, description="a line of text; without it, made from the slug")
    description: Annotated[str, Field(max_length=2000)] | None = Field(
        None, description="a text; without it, made from the expression"
    )
    limit: int = Field(100, ge=1, le=5000, description="items in the feed, 1 to 5000")
    languages: list[Tag] = Field(default_factory=list, description="a list such as [en, ko]; without it, all")
    primary_only: bool = Field(False, description="true: only what is about the companies")
    formats: Formats | None = Field(
        None, description="a list of atom, rss and json, with atom in any case; without it, settings.formats"
    )


SECTIONS: dict[str, type[Model]] = {
    "settings": SettingsModel,
    "sources": SourceModel,
    "companies": CompanyModel,
    "topics": TopicModel,
}
