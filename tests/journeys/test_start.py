"""What a command loads before it does anything: counted by modules, not timed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from journeys.world import environment, feed_server, rss, write_config

STAGES = {"feedparser", "bs4", "lxml", "nh3", "ahocorasick_rs", "trafilatura", "feedgen", "jinja2"}
ENGINES = {"sqlalchemy", "aiohttp", "asyncio", "starlette", "apscheduler", "rich"}


@pytest.fixture
def config(tmp_path):
    with feed_server() as feeds:
        feeds.documents["/one.xml"] = rss("one", [("Samsung opens a tea room", "<p>In Suwon.</p>")])
        yield write_config(tmp_path, [f"{feeds.url}/one.xml"])


def loaded(*arguments: str | Path) -> set[str]:
    """The packages that a command has loaded when it ends."""
    code = (
        "import sys, aggregator.__main__ as program\n"
        f"sys.argv = ['aggregator', *{[str(one) for one in arguments]!r}]\n"
        "program.main()\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=environment()
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def test_check_loads_neither_store_nor_network_nor_any_stage(config):
    found = loaded("check", "--config", config)
    assert "yaml" in found
    assert found & (STAGES | ENGINES) == set()


def test_a_cycle_that_brings_nothing_new_loads_no_stage(config):
    assert loaded("poll", "--config", config) & STAGES, "the first cycle has an entry to clean"
    found = loaded("poll", "--all", "--json", "--config", config)
    assert "aiohttp" in found
    assert found & STAGES == set()
