from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from aggregator.config import built_in_rules, load_setup
from aggregator.errors import ConfigError
from aggregator.model import Disclosure, DisclosureKind, FetchLimits, Origin, PageRules, Setup, SourceKind

SMALLEST = """\
sources:
  - url: https://example.org/rss
topics:
  - {slug: everything, match: "*"}
"""
FULL = """\
settings:
  database: sqlite:///data/aggregator.db
  output: out
  base_url: https://feeds.example.org/news
  contact: you@example.org
  poll_interval: 2h
  max_poll_interval: 1d
  disclaimer: Our own words.
  title: Our feeds
  footer: off
  retention: 90d
  log_format: json
  host: 0.0.0.0
  port: 9000
  max_in_flight: 8
  max_per_host: 1
  host_gap_seconds: 2
  proxy: http://proxy.example.org:3128
  allow_private_networks: true
  limits: {max_bytes: 1048576, total_seconds: 5}
sources:
  - url: https://example.org/rss
    name: Example News
    interval: 30m
    rank: 2
    full_text: true
    host_pause: false
  - url: file:///var/feeds/a.xml
  - url: https://example.org/page
    name: 예시
    slug: page
    page: {item: article, title: h2, link: a, date: time}
companies:
  - {slug: acme, name: Acme, aliases: [Acme Corp, 아크미], tickers: ["NYSE:ACME"]}
topics:
  - {slug: acme+samsung, match: Acme AND samsung, limit: 20, languages: [en, zh-TW], primary_only: true}
  - {slug: everything, title: All of it, match: "*", description: Every entry.}
"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Load a text as feeds.yaml of the current folder."""
    monkeypatch.chdir(tmp_path)

    def loaded(text: str | bytes) -> Setup:
        body = text if isinstance(text, bytes) else dedent(text).encode()
        Path("feeds.yaml").write_bytes(body)
        return load_setup(Path("feeds.yaml"))

    return loaded


@pytest.fixture
def problems(load):
    """The problems of a text."""

    def found(text: str | bytes) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(text)
        return list(caught.value.problems)

    return found


def test_the_smallest_file_is_enough(load, tmp_path):
    setup = load(SMALLEST)
    assert setup.settings.database == f"sqlite:///{tmp_path}/aggregator.db"
    assert setup.settings.output == str(tmp_path / "output")
    assert setup.settings.base_url == "http://localhost:8080/"
    assert setup.settings.poll_interval == timedelta(hours=1)
    assert setup.settings.fetch == FetchLimits()
    assert [(source.slug, source.name) for source in setup.sources] == [("example-org", "example.org")]
    assert setup.topics[0].title == "Everything"
    assert setup.rules == built_in_rules()
    assert setup.rules.companies == built_in_rules().companies


def test_each_key_reaches_the_setup(load, tmp_path):
    setup = load(FULL)
    settings = setup.settings
    assert settings.database == f"sqlite:///{tmp_path}/data/aggregator.db"
    assert settings.base_url == "https://feeds.example.org/news/"
    assert (settings.footer, settings.log_format, settings.port) == ("off", "json", 9000)
    assert (settings.max_poll_interval, settings.retention) == (timedelta(days=1), timedelta(days=90))
    assert (settings.fetch.max_bytes, settings.fetch.total_seconds) == (1 << 20, 5.0)
    first, file, page = setup.sources
    assert (first.slug, first.interval, first.rank, first.full_text, first.host_pause) == (
        "example-news",
        timedelta(minutes=30),
        2,
        True,
        False,
    )
    assert (file.slug, file.name) == ("a-xml", "a.xml")
    assert (page.kind, page.page) == (SourceKind.PAGE, PageRules("article", "h2", "a", "time"))
    topic = setup.topics[0]
    assert (topic.limit, topic.languages, topic.primary_only) == (20, ("en", "zh-TW"), True)
    assert topic.title.startswith("Acme and Samsung")
    assert setup.warnings == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "topics:\n  - {slug: a, match: samsng}",
            "2: topics[0].match: unknown company 'samsng' at column 1.",
        ),
        ("topics:\n  - {slug: a, match: samsng}", "Did you mean 'samsung'?"),
        ("setings: {}", "1: setings: unknown key. Did you mean 'settings'?"),
        (
            "topics:\n  - slug: a\n    match: '*'\n    lmit: 3",
            "4: topics[0].lmit: unknown key. Did you mean 'limit'?",
        ),
        ("topics:\n  - slug: a", "2: topics[0].match: missing. Expected an expression such as"),
        ("topics:\n  - everything", "2: topics[0]: 'everything'. Expected a mapping with slug, match,"),
        ("topics: {slug: a}", "1: topics: a mapping. Expected a list, each item after a hyphen."),
        (
            "topics:\n- {slug: A, match: '*'}",
            "2: topics[0].slug: 'A' is no slug. Expected small letters, digits",
        ),
        (
            "topics:\n- {slug: index, match: '*'}",
            "2: topics[0].slug: 'index' is the name of a file of our own.",
        ),
        (
            "topics:\n- {slug: a, match: '*', formats: [rss]}",
            "2: topics[0].formats: without atom, which every topic has. Expected a list of atom, rss and json",
        ),
        (
            "topics:\n- {slug: a, match: '*', formats: [atom, xml]}",
            "2: topics[0].formats[1]: 'xml'. Expected a list of atom, rss and json",
        ),
        ("settings: {formats: atom}", "1: settings.formats: 'atom'. Expected a list of atom, rss and json"),
        (
            "topics:\n- {slug: a, match: '*', limit: lots}",
            "topics[0].limit: 'lots'. Expected items in the feed",
        ),
        (
            "topics:\n- {slug: a, match: '*', limit: 0}",
            "topics[0].limit: the number 0 is too small. Expected items",
        ),
        (
            "topics:\n- {slug: a, match: '*', title: 2024}",
            "title: the number 2024 is no text: put it in quotes.",
        ),
        (
            "topics:\n- {slug: a, match: '*', title: yes}",
            "title: true is no text: put it in quotes. Expected a line",
        ),
        (
            "topics:\n- {slug: a, match: '*', languages: [en, 7]}",
            "2: topics[0].languages[1]: the number 7 is no text",
        ),
        (
            "topics:\n- {slug: a, match: (}",
            "topics[0].match: a company, a kind of disclosure, '(' or '*' expected",
        ),
        (
            "topics:\n- {slug: a, match: source:nowhere}",
            "topics[0].match: unknown source 'nowhere' at column 1.",
        ),
        (
            "topics:\n- {slug: a, match: '*'}\n- {slug: a, match: '*'}",
            "3: topics[1].slug: the same as topics[0].slug",
        ),
        (
            "sources:\n- url: ftp://example.org/",
            "sources[0].url: a URL with the scheme 'ftp'. Expected a URL that",
        ),
        ("sources:\n- url: example.org/rss", "sources[0].url: a URL without a scheme."),
        ("sources:\n- url: https:///rss", "sources[0].url: a URL without a host."),
        ("sources:\n- url: https://a b/", "sources[0].url: a URL with a blank or a control character in it."),
        ("sources:\n- url: https://a:99999/", "sources[0].url: a URL that cannot be read."),
        ("sources:\n- url: file:feeds/a.xml", "sources[0].url: a file: URL without an absolute path."),
        (
            "sources:\n- url: https://a.org/x\n- url: https://A.org:443/x#y",
            "3: sources[1].url: the same as sources[0]",
        ),
        (
            "sources:\n- {url: 'https://a.org/', slug: a}\n- {url: 'https://b.org/', slug: a}",
            "3: sources[1].slug: the",
        ),
        (
            "sources:\n- {url: 'https://a.org/', interval: 5}",
            "interval: the number 5 is no interval. Expected 90s, 15m,",
        ),
        ("sources:\n- {url: 'https://a.org/', interval: 5 min}", "interval: '5 min' is no interval."),
        ("sources:\n- {url: 'https://a.org/', interval: 0s}", "interval: '0s' is too short or too long."),
        (
            "sources:\n- {url: 'https://a.org/', interval: 999999999d}",
            "interval: '999999999d' is too short or too",
        ),
        (
            "sources:\n- {url: 'https://a.org/', disclosure: {ai: made}}",
            "disclosure.ai: 'made'. Expected generated or",
        ),
        (
            "sources:\n- {url: 'https://a.org/', disclosure: {sponsord: yes}}",
            "disclosure.sponsord: unknown key. Did you mean 'sponsored'?",
        ),
        (
            "sources:\n- {url: 'https://a.org/', disclosure: {ai: [x]}}",
            "sources[0].disclosure.ai: a list. Expected",
        ),
        (
            "sources:\n- {url: 'https://a.org/', page: {item: li}}",
            "sources[0].page.title: missing. Expected the CSS",
        ),
        (
            "settings: {poll_interval: 1y}",
            "1: settings.poll_interval: '1y' is no interval. Expected 90s, 15m, 6h, 1d",
        ),
        (
            "settings: {base_url: /feeds}",
            "settings.base_url: a URL without a scheme. Expected an absolute URL",
        ),
        (
            "settings: {database: mysql://x}",
            "settings.database: 'mysql' with no file or database that we can open.",
        ),
        (
            "settings: {database: 'sqlite://'}",
            "Expected sqlite:///FILE, relative to this file, or postgresql://",
        ),
        (
            "settings: {port: 99999}",
            "settings.port: the number 99999 is too large. Expected a port from 1 to 65535",
        ),
        ("settings: {footer: left}", "settings.footer: 'left'. Expected top, bottom or off"),
        (
            "settings: {limits: {max_bites: 1}}",
            "settings.limits.max_bites: unknown key. Did you mean 'max_bytes'?",
        ),
        (
            "settings: {max_poll_interval: 5m}",
            "settings.max_poll_interval: shorter than poll_interval. Expected a",
        ),
        ("settings: nothing", "1: settings: 'nothing'. Expected a mapping with database, output,"),
        (
            "companies:\n- {slug: human, name: Human}",
            "2: companies[0].slug: 'human' is a word of the topic language.",
        ),
        (
            "companies:\n- {slug: acme}",
            "2: companies[0].name: missing. Expected the name of the new company.",
        ),
        ("companies:\n- {slug: samsng}", "Or, to correct a built-in one, the slug: did you mean 'samsung'?"),
        (
            "companies:\n- {slug: samsng, off: true}",
            "companies[0].slug: unknown company 'samsng'. Did you mean 'samsung'?",
        ),
        (
            "companies:\n- {slug: acme, name: A, parent: samsng}",
            "companies[0].parent: unknown company 'samsng'. Did",
        ),
        (
            "companies:\n- {slug: a, name: A}\n- {slug: a, name: B}",
            "3: companies[1].slug: the same as companies[0].slug",
        ),
        (
            "companies:\n- {slug: acme, name: Acme, aliases: [OpenAI]}",
            "companies[0]: 'openai' is claimed by 'acme'",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_its_key_and_what_is_expected(problems, text, line):
    found = problems(text)
    assert any(line in one for one in found), found
    assert all(one.startswith("feeds.yaml:") for one in found)
    assert len(found) <= 2, found


def test_a_topics_own_formats_come_before_the_setting_each_once_and_in_our_order(load):
    setup = load(
        """\
        settings: {formats: [json, atom]}
        topics:
          - {slug: a, match: "*"}
          - {slug: b, match: "*", formats: [rss, atom, rss]}
        """
    )
    assert [topic.formats for topic in setup.topics] == [("atom", "json"), ("atom", "rss")]
    assert load("topics: [{slug: a, match: samsung}]").topics[0].formats == ("atom", "rss", "json")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(problems):
    found = problems(
        """\
        settings:
          port: no
          contct: you@example.org
        sources:
          - url: nowhere
            interval: soon
        companies:
          - {slug: acme}
        topics:
          - {slug: a, match: acme OR samsng, limit: -1}
        """
    )
    lines = [int(one.split(":")[1]) for one in found]
    assert lines == sorted(lines)
    assert lines == [2, 3, 5, 6, 8, 10, 10]
    assert "unknown company 'samsng'" in found[-1] + found[-2]
    assert not any("unknown company 'acme'" in one for one in found)  # one mistake, one complaint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "feeds.yaml:1: holds nothing. Expected the keys settings, sources, companies, topics."),
        ("# only a comment\n", "feeds.yaml:1: holds nothing."),
        ("- a\n", "feeds.yaml:1: is a list."),
        ("topics:\n\t- slug: a\n", "feeds.yaml:2: a tab in the indentation. Expected blanks."),
        ("topics:\n  - {slug: a, match: *}\n", "feeds.yaml:2: no YAML: "),
        ("topics:\n  - slug: a\n    match: *samsung\n", "Put a text that begins with * in quotes."),
        ("topics:\n  - slug: a: b\n", "feeds.yaml:2: no YAML: mapping values are not allowed"),
        ("topics: [\n", "no YAML: "),
        ("topics: 'a\n", "no YAML: "),
        ("topics: a\x07\n", "feeds.yaml:1: no YAML: "),
        ("a: 1\n---\nb: 2\n", "feeds.yaml:2: a second document."),
        (b"topics:\n- title: caf\xe9\n", "feeds.yaml:2: byte 0xe9 is no UTF-8. Save the file as UTF-8."),
        (
            "topics:\n- slug: a\n  slug: b\n  match: '*'\n",
            "feeds.yaml:3: topics[0].slug: given twice, first on line 2.",
        ),
        ("topics: !!python/object:os.system {}\n", "feeds.yaml:1: topics: the tag "),
        ("settings: {contact: !secret x}\n", "feeds.yaml:1: settings.contact: the tag '!secret'."),
        ("? [a]\n: b\n", "feeds.yaml:1: a key that is no text."),
    ],
)
def test_a_file_that_is_no_yaml_or_no_mapping_is_told_with_its_line(problems, text, message):
    assert any(message in one for one in problems(text)), problems(text)


def test_a_file_with_a_byte_order_mark_is_read(load):
    assert load(b"\xef\xbb\xbf" + SMALLEST.encode()).topics[0].slug == "everything"


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{k}: &{k} [{', '.join(['*' + p] * 9)}]\n" for p, k in zip("abcdefghi", "bcdefghij", strict=True)
        ),
        "topics: &loop [*loop]\n",
        "topics: " + "[" * 900 + "]" * 900,
        "topics: " + "{a: " * 50_000,
    ],
)
def test_anchors_and_nesting_cannot_blow_up(problems, text):
    assert len(problems(text)) == 1


def test_a_missing_file_a_folder_and_a_huge_file_are_told(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: no such file\. Create it"):
        load_setup(tmp_path / "nowhere.yaml")
    with pytest.raises(ConfigError, match=r"Expected a file that can be read\."):
        load_setup(tmp_path)
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(17 << 20)
    with pytest.raises(ConfigError, match="larger than 16 MiB"):
        load_setup(huge)


def test_thousands_of_mistakes_are_cut_to_what_can_be_read(problems):
    found = problems("topics:\n" + "- {slg: a}\n" * 3000)
    assert len(found) == 201
    assert "more" in found[-1]


def test_a_password_in_a_url_is_not_repeated(problems):
    text = "sources:\n- url: https://me:hunter2@example.org:99999/\n- url: me:hunter2@example.org\n"
    assert "hunter2" not in "".join(problems(text))


def test_what_works_but_is_rude_or_useless_is_warned_of(load):
    setup = load("settings: {poll_interval: 5m}\nsources:\n- {url: 'https://a.org/', interval: 90s}\n")
    assert {warning.split(": ")[1] for warning in setup.warnings} == {
        "settings.contact",
        "settings.poll_interval",
        "topics",
        "sources[0].interval",
    }


def test_two_sources_of_one_name_get_slugs_of_their_own(load):
    text = (
        "sources:\n- {url: 'https://a.org/1', name: Café News}\n- {url: 'https://a.org/2', name: Cafe News}\n"
    )
    first, second = load(text).sources
    assert first.slug == "cafe-news"
    assert second.slug.startswith("cafe-news-")


def test_yaml_words_for_yes_and_no_are_understood_where_they_are_meant(load):
    text = """\
    sources:
      - url: https://a.org/
        disclosure: {ai: generated, reviewed: no, press_release: yes}
    """
    declared = load(text).sources[0].declared
    assert [one.kind for one in declared] == [
        DisclosureKind.AI_GENERATED,
        DisclosureKind.NOT_REVIEWED,
        DisclosureKind.PRESS_RELEASE,
    ]
    assert all(isinstance(one, Disclosure) and one.origin is Origin.SOURCE for one in declared)


def company(setup: Setup, slug: str):
    return next((one for one in setup.rules.companies if one.slug == slug), None)


def test_a_company_of_the_users_own_is_added_with_its_name_as_an_alias(load):
    acme = company(load("companies:\n- {slug: acme, name: Acme, aliases: [아크미]}\n" + SMALLEST), "acme")
    assert (acme.name, acme.aliases) == ("Acme", ("Acme", "아크미"))
    oracle = company(
        load("companies:\n- {slug: pear, name: Pear, words: [Pear], doubt: 3}\n" + SMALLEST), "pear"
    )
    assert (oracle.aliases, oracle.words, oracle.doubt) == ((), ("Pear",), 3)


def test_a_built_in_company_is_extended_stripped_replaced_or_switched_off(load):
    before = company(load(SMALLEST), "samsung")
    text = "companies:\n- {slug: samsung, aliases: [Samsong], people: [{names: [Kim Sample], since: 2020}]}\n"
    extended = company(load(text + SMALLEST), "samsung")
    assert extended.aliases == (*before.aliases, "Samsong")
    assert extended.people[-1].names == ("Kim Sample",)
    assert extended.name == before.name
    stripped = company(
        load(f"companies:\n- slug: samsung\n  remove_aliases: ['{before.aliases[0]}']\n" + SMALLEST),
        "samsung",
    )
    assert before.aliases[0] not in stripped.aliases
    replaced = company(load("companies:\n- {slug: samsung, name: S, replace: true}\n" + SMALLEST), "samsung")
    assert (replaced.aliases, replaced.units) == (("S",), ())
    assert company(load("companies:\n- {slug: samsung, off: true}\n" + SMALLEST), "samsung") is None


def test_a_topic_that_names_a_company_switched_off_is_told_so(problems):
    text = "companies:\n- {slug: samsung, off: true}\ntopics:\n- {slug: a, match: samsung}\n"
    assert problems(text) == [
        "feeds.yaml:4: topics[0].match: company 'samsung' is switched off under companies."
    ]


def test_the_shipped_file_is_right_and_says_nothing_twice():
    setup = load_setup(Path(__file__).parent.parent / "feeds.yaml")
    assert setup.warnings == ()
    assert 25 <= len(setup.sources) <= 45
    assert "samsung+openai" in {topic.slug for topic in setup.topics}


def test_the_built_in_rules_are_complete():
    rules = built_in_rules()
    assert {"samsung", "openai", "softbank", "sk-group", "kakao", "oracle"} <= {
        one.slug for one in rules.companies
    }
    assert rules.boilerplate
    assert rules.disclosures
    assert rules.context
    assert rules.zones["KST"] == "+09:00"
