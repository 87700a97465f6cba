from __future__ import annotations

import re
from pathlib import Path

import pytest

from aggregator.config import load_setup, schema
from aggregator.config.values import interval
from aggregator.core import disclose
from aggregator.core.topics import ATOMS, KINDS, parse_expr

ROOT = Path(__file__).parent.parent
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text("utf-8")
TOPICS = (ROOT / "docs" / "topics.md").read_text("utf-8")
SECTIONS = {
    "## settings": schema.SETTINGS,
    "### settings.limits": schema.LIMITS,
    "## sources": schema.SOURCE,
    "### sources[].page": schema.PAGE,
    "## companies": schema.COMPANY,
    "### companies[].people": schema.PERSON,
    "## topics": schema.TOPIC,
}


def section(title: str) -> str:
    """The text from a heading to the next one of any level."""
    return re.split(r"^#+ ", CONFIGURATION.split(f"\n{title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> dict[str, tuple[str, str]]:
    """The first table of a text: key -> its other two cells."""
    table = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert table
    found = re.findall(r"^\| `([^`]+)` \| (.*?) \| ?(.*?) ?\|$", table[0], re.MULTILINE)
    return {key: (cell, last) for key, cell, last in found}


@pytest.mark.parametrize(("title", "shape"), SECTIONS.items(), ids=SECTIONS)
def test_each_key_is_in_the_docs_as_messages_describe_it_and_no_other(title: str, shape: schema.Shape):
    documented = rows(section(title))
    assert {key: cell for key, (cell, _) in documented.items()} == {
        key: one.description for key, one in shape.items()
    }
    required = {key for key, (_, last) in documented.items() if last == "required"}
    assert required == {key for key, one in shape.items() if one.default is schema.REQUIRED}


@pytest.mark.parametrize("shape", [schema.SETTINGS, schema.LIMITS, schema.TOPIC, schema.SOURCE])
def test_each_default_in_the_docs_is_the_real_one(shape: schema.Shape):
    title = next(title for title, one in SECTIONS.items() if one is shape)
    for key, (_, written) in rows(section(title)).items():
        if not written.startswith("`"):
            continue
        default = shape[key].default
        value = written.strip("`")
        spelled = {"true": True, "false": False, "[atom, rss, json]": ("atom", "rss", "json")}.get(
            value, value
        )
        assert spelled == default or value == str(default) or interval(value) == default


def test_each_disclosure_that_can_be_declared_is_in_the_docs_and_no_other():
    table = section("## sources").split("| key | values |", 1)[1]
    documented = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE))
    assert documented.keys() == disclose.DECLARABLE.keys()
    for key, values in disclose.DECLARABLE.items():
        assert tuple(re.findall(r"`([^`]+)`", documented[key])) == values


def test_each_atom_and_each_kind_of_disclosure_is_in_the_docs_and_no_other():
    table = TOPICS.split("| atom |", 1)[1]
    documented = re.findall(r"^\| `([^`]+)` \| (.*?) \|$", table.split("\n\n")[0], re.MULTILINE)
    read = [type(parse_expr(text, ("samsung",))) for text, _ in documented]
    assert set(read) == set(ATOMS)
    assert [atom.meaning for atom in read] == [meaning for _, meaning in documented]
    listed = TOPICS.split("The kinds: ", 1)[1].split(".\n", 1)[0]
    assert set(re.findall(r"`([^`]+)`", listed)) == set(KINDS)


def test_the_smallest_file_of_the_docs_is_right(tmp_path: Path):
    path = tmp_path / "feeds.yaml"
    path.write_text(re.findall(r"```yaml\n(.*?)```", CONFIGURATION, re.DOTALL)[0], "utf-8")
    assert load_setup(path).topics[0].slug == "samsung"


def test_the_shipped_file_comments_each_of_its_settings():
    text = (ROOT / "feeds.yaml").read_text("utf-8")
    settings = text.split("settings:\n", 1)[1].split("\nsources:", 1)[0]
    for block in re.split(r"\n\n", settings):
        assert block.lstrip().startswith("#"), block
