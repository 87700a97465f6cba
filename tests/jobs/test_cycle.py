from __future__ import annotations

import copy
import re
import threading
from dataclasses import replace

import pytest
from jobs.feeds import World, item
from sqlalchemy import func, select

from aggregator.core import pipeline, stories, versions
from aggregator.fetch.http import Fetcher
from aggregator.jobs import prepare
from aggregator.jobs.cycle import Progress, run_cycle, spread_start
from aggregator.model import Company, SourceHealth, Topic
from aggregator.store.schema import entries, sources
from aggregator.store.sources import statuses


@pytest.fixture
def world(tmp_path, store) -> World:
    return World(tmp_path, store)


def stored(world: World) -> int:
    with world.store.read() as connection:
        return connection.scalar(select(func.count()).select_from(entries))


def test_a_first_cycle_stores_every_entry_and_publishes_every_file(world):
    report = world.cycle()
    assert (report.polled, report.unchanged, report.failed) == (3, 0, 0)
    assert (report.new, report.changed) == (6, 0)
    assert (report.documents_parsed, report.entries_cleaned, report.files_written) == (3, 6, 15)
    assert set(world.files()) == {
        "_health.atom",
        "index.html",
        "topics.opml",
        *(
            f"{slug}.{suffix}"
            for slug in ("samsung+openai", "nvidia", "everything")
            for suffix in ("atom", "rss", "json", "html")
        ),
    }
    assert "Samsung and OpenAI meet" in world.text("samsung+openai.atom")
    assert "Nvidia grows" not in world.text("samsung+openai.atom")


def test_a_second_cycle_over_unchanged_sources_does_no_work_and_touches_no_file(world):
    world.cycle()
    before = world.files()
    report = world.cycle()
    assert (report.polled, report.unchanged) == (3, 3)
    assert (report.documents_parsed, report.entries_cleaned, report.files_written) == (0, 0, 0)
    assert world.files() == before


def test_a_cycle_with_nothing_due_polls_nothing(world):
    world.cycle()
    assert world.cycle(everything=False).polled == 0


def test_only_the_new_entry_is_cleaned_and_only_its_topics_are_rewritten(world):
    world.cycle()
    before = world.files()
    world.write(
        0,
        [
            item(0, 2, "Nvidia falls"),
            item(0, 0, "Samsung and OpenAI meet"),
            item(0, 1, "Nvidia grows"),
        ],
    )
    report = world.cycle()
    assert (report.new, report.documents_parsed, report.entries_cleaned) == (1, 1, 1)
    rewritten = {name for name, file in world.files().items() if file != before[name]}
    suffixes = ("atom", "rss", "json", "html")
    assert rewritten == {
        "index.html",
        *(f"{slug}.{suffix}" for slug in ("nvidia", "everything") for suffix in suffixes),
    }


def test_a_document_that_cannot_be_read_is_its_sources_trouble_alone(world):
    (world.folder / "1.xml").write_text("<html><body>Moved.</body></html>")
    report = world.cycle()
    assert (report.polled, report.failed, report.new) == (3, 1, 4)
    with world.store.read() as connection:
        found = statuses(connection, world.setup.sources)
    assert [one.state for one in found] == [SourceHealth.OK, SourceHealth.FAILING, SourceHealth.OK]
    assert found[1].error


def test_a_missing_source_recovers(world):
    (world.folder / "1.xml").rename(world.folder / "kept")
    assert world.cycle().failed == 1
    (world.folder / "kept").rename(world.folder / "1.xml")
    report = world.cycle()
    assert (report.failed, report.new) == (0, 2)
    with world.store.read() as connection:
        assert statuses(connection, world.setup.sources)[1].error is None


def test_two_cycles_at_once_poll_each_source_once(tmp_path, database_url, opened):
    world = World(tmp_path, opened(database_url), sources=40)
    other = opened(database_url)
    reports = []
    threads = [
        threading.Thread(target=lambda store=store: reports.append(run_cycle(world.setup, store)))
        for store in (world.store, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.polled for report in reports) == 40
    assert sum(report.new for report in reports) == stored(world) == 80


def test_a_new_topic_is_published_from_what_is_stored_without_any_reading(world):
    world.cycle()
    topic = replace(world.setup.topics[1], slug="chips", title="Chips")
    world.change(topics=(*world.setup.topics, topic))
    report = world.cycle()
    assert (report.documents_parsed, report.entries_cleaned) == (0, 0)
    assert world.text("chips.atom").count("<entry>") == 3


def test_a_topic_that_is_gone_takes_its_files_along_and_nobody_elses(world):
    world.cycle()
    (world.output / "notes.atom").write_text("mine")
    world.change(topics=world.setup.topics[:1])
    world.cycle()
    assert set(world.files()) == {
        "_health.atom",
        "index.html",
        "notes.atom",
        "samsung+openai.atom",
        "samsung+openai.html",
        "samsung+openai.json",
        "samsung+openai.rss",
        "topics.opml",
    }


def test_a_company_that_is_added_tags_what_is_stored_and_moves_no_date(world):
    world.write(0, [item(0, 0, "Brightloom opens a mill")])
    world.cycle()
    rules = world.setup.rules
    brightloom = Company("brightloom", "Brightloom", aliases=("Brightloom",))
    topic = replace(world.setup.topics[1], slug="brightloom", match="brightloom")
    world.change(
        rules=replace(rules, companies=(*rules.companies, brightloom)), topics=(*world.setup.topics, topic)
    )
    updated = "<updated>" + world.text("everything.atom").split("<updated>")[1].split("<")[0]
    report = world.cycle()
    assert (report.new, report.changed, report.documents_parsed) == (0, 0, 0)
    assert world.text("brightloom.atom").count("<entry>") == 1
    assert world.text("everything.atom").split("<updated>")[1].split("<")[0] == updated.split(">")[1]
    assert world.cycle().files_written == 0


def without_kind(rules, kind):
    """The rules as an older version had them: it knew no notice of that kind."""
    data = copy.deepcopy(rules.disclosures)
    for language in data["languages"].values():
        language["rules"].pop(kind)
    return replace(rules, disclosures=data)


def without_subject(rules, subject):
    """The rules as an older version had them: it left parts of that name in the article."""
    data = copy.deepcopy(rules.boilerplate)
    data["names"]["subjects"] = [one for one in data["names"]["subjects"] if one != subject]
    return replace(rules, boilerplate=data)


def changed_names(before, after):
    """The topics and pages of which a file was touched."""
    return {name.partition(".")[0] for name in before if before[name] != after[name]}


def test_notices_that_a_newer_version_knows_are_found_in_what_is_stored(world):
    now = world.setup.rules
    sponsored = Topic("sponsored", "Sponsored", "only sponsored")
    world.write(0, [item(0, 0, "Samsung and OpenAI meet", "They met. This article was sponsored by Lumen.")])
    world.change(rules=without_kind(now, "sponsored"), topics=(*world.setup.topics, sponsored))
    world.cycle()
    before = world.files()
    assert "<entry>" not in world.text("sponsored.atom")
    world.change(rules=now)
    report = world.cycle()
    assert (report.documents_parsed, report.new, report.changed) == (0, 0, 0)
    assert "sponsored by Lumen" in world.text("sponsored.atom")
    assert changed_names(before, world.files()) == {"samsung+openai", "everything", "sponsored", "index"}
    assert world.cycle().files_written == 0


def test_boilerplate_that_a_newer_version_knows_is_cut_from_what_is_stored_and_moves_no_date(world):
    now = world.setup.rules
    box = "&lt;p&gt;They met.&lt;/p&gt;&lt;div class='newsletter'&gt;Sign here&lt;/div&gt;"
    world.write(0, [item(0, 0, "Samsung and OpenAI meet", box)])
    world.change(rules=without_subject(now, "newsletter"))
    world.cycle()
    before = world.files()
    assert "Sign here" in world.text("samsung+openai.atom")
    world.change(rules=now)
    world.cycle()
    assert "Sign here" not in world.text("samsung+openai.atom")
    assert changed_names(before, world.files()) == {"samsung+openai", "everything"}
    assert updates(before["everything.atom"][1]) == updates(world.files()["everything.atom"][1])


def updates(feed):
    """Every ``updated`` of a feed."""
    return re.findall(rb"<updated>(.*?)</updated>", feed)


def test_what_comes_out_of_newer_code_as_before_is_stamped_and_touches_no_file(world, monkeypatch):
    world.cycle()
    before = world.files()
    monkeypatch.setattr(versions, "TAG_CODE", versions.TAG_CODE + 1)
    world.change(rules=replace(world.setup.rules))
    assert world.cycle().files_written == 0
    assert world.files() == before
    with world.store.read() as connection:
        stamps = set(connection.scalars(select(entries.c.versions)))
    assert len(stamps) == 1
    assert f"t{versions.TAG_CODE}:" in stamps.pop()


def test_unchanged_rules_are_not_compiled_in_a_cycle_without_new_entries(world, monkeypatch):
    world.cycle()
    monkeypatch.setattr(pipeline, "compile_rules", None)
    assert world.cycle().unchanged == 3


def test_a_process_reads_the_compiled_rules_once_for_all_its_cycles_until_they_change(world, monkeypatch):
    read: list[object] = []
    real = prepare.compiled
    monkeypatch.setattr(prepare, "compiled", lambda data: read.append(data) or real(data))
    for number in range(3):
        world.write(0, [item(0, number, f"Nvidia grows by {number} in a year")])
        world.cycle()
    assert read == [world.setup.rules]
    world.change(rules=replace(world.setup.rules))
    world.write(0, [item(0, 9, "Nvidia shrinks")])
    assert world.cycle().new == 1
    assert len(read) == 2


def test_the_statements_of_a_cycle_do_not_grow_with_what_is_stored(world):
    world.cycle()
    few = world.cycle().statements
    world.write(
        0, [item(0, number, f"Nvidia grows by {number} in its {number}th year") for number in range(300)]
    )
    world.cycle()
    assert world.cycle().statements == few


def test_progress_is_told_and_a_stop_ends_a_cycle_with_every_lease_given_back(world):
    told: list[Progress] = []
    run_cycle(world.setup, world.store, True, told.append)
    assert told[-1] == Progress(polled=3, due=3, new=6)
    stop = threading.Event()
    stop.set()
    assert run_cycle(world.setup, world.store, True, stop=stop).polled == 0
    with world.store.read() as connection:
        assert connection.scalars(select(sources.c.leased_until)).all() == [None, None, None]


def test_a_start_after_a_long_stop_moves_only_what_is_long_overdue(world):
    world.cycle()
    assert spread_start(world.setup, world.store) == 0


def test_a_source_that_breaks_our_program_stops_no_other(world, monkeypatch, caplog):
    real = Fetcher.fetch

    async def breaks(self, state, keep=None):
        if state.slug == "s1":
            raise IndexError
        return await real(self, state, keep)

    monkeypatch.setattr(Fetcher, "fetch", breaks)
    report = world.cycle()
    assert (report.polled, report.failed, report.new) == (3, 1, 4)
    assert "could not ask source=s1" in caplog.text


def _breaks_at(monkeypatch, title):
    """Let a stage break at entries of this title, as a defect of ours would."""
    real = stories.sketch

    def sketch(article):
        if article.title == title:
            raise IndexError("list index out of range")
        return real(article)

    monkeypatch.setattr(stories, "sketch", sketch)


def test_an_entry_that_breaks_our_program_stops_no_other_and_is_tried_again(world, monkeypatch, caplog):
    _breaks_at(monkeypatch, "Nvidia grows")
    report = world.cycle()
    assert (report.polled, report.failed, report.new) == (3, 0, 3)
    assert "refused source=s1 entry='id:1' why=reading it broke our program (IndexError(" in caplog.text
    monkeypatch.undo()
    for number in range(3):
        world.write(number, [item(number, 1, "Nvidia grows"), item(number, 2, "Samsung grows")])
    assert world.cycle().new == 6


def test_an_entry_that_newer_rules_break_at_stays_as_it_was_and_the_others_are_derived(
    world, monkeypatch, caplog
):
    world.cycle()
    before = world.text("nvidia.atom")
    _breaks_at(monkeypatch, "Nvidia grows")
    monkeypatch.setattr(versions, "TAG_CODE", versions.TAG_CODE + 1)
    world.change(rules=replace(world.setup.rules))
    world.cycle()
    assert "kept as it was" in caplog.text
    assert world.text("nvidia.atom") == before
    with world.store.read() as connection:
        stamps = connection.scalars(select(entries.c.versions)).all()
    assert sum(f"t{versions.TAG_CODE}:" in stamp for stamp in stamps) == 3
