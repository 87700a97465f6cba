"""The docs and the code name the same things."""

from __future__ import annotations

import re
from pathlib import Path

import aggregator
from aggregator.cli import make_parser

ROOT = Path(__file__).parents[2]
PACKAGE = Path(aggregator.__file__).parent


def test_every_module_stands_on_the_page_of_the_house():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    words = set(re.findall(r"\w+", page))
    modules = {path.stem for path in PACKAGE.rglob("*.py") if path.parent.name != "versions"}
    assert modules - words - {"__init__", "__main__", "env"} == set()


def test_every_command_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = set(re.findall(r"^ {4}([a-z]+) ", make_parser().format_help(), re.MULTILINE))
    assert "poll" in names
    assert {name for name in names if f"aggregator {name}" not in readme} == set()


def test_every_link_in_the_docs_leads_somewhere():
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
