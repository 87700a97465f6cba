"""feeds.yaml -> Setup: every section is checked, then what the sections say about each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aggregator.config.companies import Companies, companies_of
from aggregator.config.items import Once, given, items
from aggregator.config.marked import Marked, read
from aggregator.config.rules import built_in_rules, with_companies
from aggregator.config.schema import SECTIONS, SETTINGS, TOPIC
from aggregator.config.sources import POLITE, RUDE, sources_of
from aggregator.config.values import shown
from aggregator.config.words import Values, checked, unknown_key
from aggregator.core.topics import parse_expr
from aggregator.errors import ConfigError, ExprError
from aggregator.model import FORMATS, FetchLimits, Settings, Setup, Topic

MAX_FILE_BYTES = 16 * 1024 * 1024


def load_setup(path: Path) -> Setup:
    """Read and check a feeds.yaml and join it with the built-in rules.

    Raises ConfigError with every mistake of the file, in its order. What works but
    deserves a word, such as a very short interval, is in Setup.warnings.
    """
    marked = read(_text(path), str(path))
    data = _sections(marked)
    settings = _settings(marked, data.get("settings"), path.parent)
    rules = built_in_rules()
    companies = companies_of(marked, rules.companies)
    rules = with_companies(rules, companies.all)
    sources = sources_of(marked, rules)
    # A source with mistakes has no slug yet: a topic that names it would be a second complaint.
    slugs = {source.slug for source in sources} if len(sources) == len(_list(data, "sources")) else None
    formats = settings.formats if settings else FORMATS
    topics = _topics(marked, companies, slugs, formats)
    if marked.found or settings is None:
        raise ConfigError(marked.problems())
    return Setup(settings, sources, topics, rules, marked.warnings())


def _text(path: Path) -> str:
    """The file's text. Raises ConfigError where there is none to be had."""
    try:
        body = path.read_bytes() if path.stat().st_size <= MAX_FILE_BYTES else None
    except FileNotFoundError:
        hint = (
            "Create it (docs/configuration.md begins with the smallest one), or name another with --config."
        )
        raise ConfigError([f"{path}: no such file. {hint}"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror or error}. Expected a file that can be read."]) from None
    if body is None:
        raise ConfigError(
            [f"{path}: larger than {MAX_FILE_BYTES >> 20} MiB. Expected a file written by hand."]
        )
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        what = f"{path}:{line}: byte 0x{body[error.start]:02x} is no UTF-8. Save the file as UTF-8."
        raise ConfigError([what]) from None


def _sections(marked: Marked) -> dict[str, object]:
    """The file's sections; keys that are none are noted, sections that are empty warned of."""
    data = marked.data
    if not isinstance(data, dict):
        what = "holds nothing" if data is None else f"is {shown(data)}"
        raise ConfigError([f"{marked.file}:1: {what}. Expected the keys {', '.join(SECTIONS)}."])
    for key in data:
        if key not in SECTIONS:
            marked.problem((key,), unknown_key(key, tuple(SECTIONS)))
    for key, sentence in (("sources", "nothing will be polled"), ("topics", "nothing will be published")):
        if not data.get(key):
            marked.warning((key,), f"empty: {sentence}.")
    return data


def _list(data: dict[str, object], section: str) -> list[object]:
    value = data.get(section)
    return value if isinstance(value, list) else []


def _settings(marked: Marked, value: object, folder: Path) -> Settings | None:
    found = checked(marked, SETTINGS, {} if value is None else value, ("settings",))
    if found is None:
        return None
    if not found.contact:
        marked.warning(
            ("settings", "contact"), "missing: publishers cannot reach you. Expected an address or URL."
        )
    if found.poll_interval < POLITE:
        marked.warning(("settings", "poll_interval"), RUDE)
    if found.max_poll_interval is not None and found.max_poll_interval < found.poll_interval:
        marked.problem(
            ("settings", "max_poll_interval"), "shorter than poll_interval. Expected a longer one."
        )
    values = vars(found)
    limits = FetchLimits(**vars(values.pop("limits")))
    values["database"] = _database(found.database, folder)
    values["output"] = _absolute(found.output, folder)
    values["formats"] = _in_order(found.formats)
    return Settings(**values, fetch=limits)


def _database(url: str, folder: Path) -> str:
    """The database's URL, the path of an SQLite file made absolute."""
    kind, _, name = url.partition(":///")
    return f"sqlite:///{_absolute(name, folder)}" if kind == "sqlite" else url


def _absolute(name: str, folder: Path) -> str:
    return str((folder / Path(name).expanduser()).absolute())


def _in_order(formats: Sequence[str]) -> tuple[str, ...]:
    """The formats named, each once and in our order: another order is no other wish."""
    return tuple(name for name in FORMATS if name in formats)


def _topics(
    marked: Marked, companies: Companies, sources: set[str] | None, formats: tuple[str, ...]
) -> tuple[Topic, ...]:
    names = {company.slug: company.name for company in companies.all}
    once = Once(marked, "topics", "slug")
    topics: list[Topic] = []
    for at, item in items(marked, "topics"):
        found = checked(marked, TOPIC, item, ("topics", at))
        once.take(at, given(item, "slug"))
        _check_match(marked, at, given(item, "match"), companies, sources)
        if found is not None:
            topics.append(_topic(found, names, formats))
    return tuple(topics)


def _check_match(
    marked: Marked, at: int, match: str | None, companies: Companies, sources: set[str] | None
) -> None:
    """Note an expression that cannot be read, or that names what is not there."""
    if match is None:
        return
    try:
        parse_expr(match, companies.claimed, sources)
    except ExprError as error:
        off = next((slug for slug in companies.off if repr(slug) in error.reason), None)
        what = f"company {off!r} is switched off under companies." if off else str(error)
        marked.problem(("topics", at, "match"), what)


def _topic(found: Values, names: dict[str, str], formats: tuple[str, ...]) -> Topic:
    return Topic(
        slug=found.slug,
        title=found.title or _title(found.slug, names),
        match=found.match,
        limit=found.limit,
        description=found.description,
        languages=tuple(found.languages),
        primary_only=found.primary_only,
        formats=formats if found.formats is None else _in_order(found.formats),
    )


def _title(slug: str, names: dict[str, str]) -> str:
    """A title made from a slug: ``samsung+openai`` -> Samsung and OpenAI."""
    parts = (names.get(part) or part.replace("-", " ").capitalize() for part in slug.split("+"))
    return " and ".join(parts)
