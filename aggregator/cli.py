"""The commands: each reads its arguments, calls one function, prints, and ends with an exit code."""

from __future__ import annotations

import gc
import json
import sys
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aggregator.jobs.cycle import CycleReport, Progress
    from aggregator.jobs.preview import LabelledItem
    from aggregator.model import Setup

# What a command needs is imported when it runs: --help and check start in a fraction of the time.

FEEDS = Path("feeds.yaml")
_TURNS_AT_START = 100_000  # objects made between two turns of the collector
_TURNS = 20_000  # what a cycle makes for the moment is freed by its counts; the usual 700 cost it a tenth


def run_command(arguments: Sequence[str]) -> None:
    """Run one command line; a wrong one, or none, exits with 2. Raises AggregatorError."""
    # What a start makes, it keeps: collecting it again and again would take a tenth of the time.
    gc.set_threshold(_TURNS_AT_START)
    parser = make_parser()
    if not arguments:
        parser.print_help(sys.stderr)
        sys.exit(2)
    given = vars(parser.parse_args(arguments))
    command: Callable[..., None] = given.pop("command")
    command(**given)


def make_parser() -> ArgumentParser:
    """The command line: what each command's function takes, under the same names."""
    parser = ArgumentParser(
        "aggregator",
        description="Many RSS and Atom feeds in; few clean, company-tagged ones out, "
        "each entry with its disclaimers.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=f"aggregator {__version__}", help="Print the version."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, command: Callable[..., None], config: Path | None = FEEDS) -> ArgumentParser:
        told = command.__doc__ or ""
        made = commands.add_parser(name, help=told, description=told, allow_abbrev=False)
        made.set_defaults(command=command)
        made.add_argument(
            "-c",
            "--config",
            type=Path,
            default=config,
            help="The configuration; without it, feeds.yaml." if config else SUPPRESS,
        )
        made.add_argument("-v", "--verbose", action="store_true", help="Log more, to standard error.")
        return made

    def with_json(made: ArgumentParser) -> ArgumentParser:
        told = "One JSON document on standard output."
        made.add_argument("--json", dest="as_json", action="store_true", help=told)
        return made

    add("check", check)
    with_json(add("poll", poll)).add_argument(
        "--all", dest="everything", action="store_true", help="Every source now, still conditionally."
    )
    add("run", run)
    shown = add("demo", demo, config=None)
    shown.add_argument("--once", action="store_true", help="One cycle, then exit.")
    shown.add_argument(
        "--dir", dest="directory", type=Path, default=Path(), help="Where output/ and the database go."
    )
    shown.add_argument("--port", type=_port, default=8080, help="Of the page; 0: any.")
    with_json(add("try", try_url)).add_argument("url", metavar="URL")
    with_json(add("status", status))
    with_json(add("explain", explain)).add_argument("id_or_url", metavar="ID_OR_URL")
    add("tag", tag).add_argument(
        "--jsonl", dest="paths", nargs=2, type=Path, metavar=("IN", "OUT"), required=True
    )
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError(f"{text!r} is no port. Expected a number from 0 to 65535.")
    return int(text)


def check(config: Path, verbose: bool) -> None:
    """Read the configuration and name every mistake, each with its line."""
    setup = _setup_warned(config, verbose)
    print(
        f"{config}: right. {len(setup.sources)} sources, {len(setup.topics)} topics, "
        f"{len(setup.rules.companies)} companies."
    )


def poll(everything: bool, as_json: bool, config: Path, verbose: bool) -> None:
    """Run one cycle over the sources that are due, and exit: for cron."""
    from aggregator.jobs.cycle import run_cycle
    from aggregator.store.base import open_store

    setup = _setup_warned(config, verbose)
    store = open_store(setup.settings.database)
    with _progress_bar(wanted=not as_json) as progress:
        report = run_cycle(setup, store, everything, progress)
    _print_cycle(report, as_json, setup)


def run(config: Path, verbose: bool) -> None:
    """Poll for ever and serve the feeds; SIGTERM ends it, SIGHUP or a changed file re-reads feeds.yaml."""
    from aggregator import daemon

    _setup_warned(config, verbose)
    daemon.run(config, lambda url: print(f"Serving {url}", file=sys.stderr))


def demo(once: bool, directory: Path, port: int, config: Path | None, verbose: bool) -> None:
    """Show the whole job on bundled sample feeds; needs no network."""
    from aggregator import demo as show
    from aggregator.report import configure_logging

    configure_logging("text", verbose)
    if once:
        with _progress_bar(wanted=True) as progress:
            made = show.run_once(directory, progress, port)
        _print_cycle(made.report, as_json=False, setup=made.setup)
    else:
        show.run(directory, port, partial(print, flush=True))


def try_url(url: str, as_json: bool, config: Path, verbose: bool) -> None:
    """Fetch one feed or article and show what each entry would become; stores nothing."""
    import asyncio

    from aggregator import report
    from aggregator.jobs.preview import preview

    shown = asyncio.run(preview(_address(url), _setup_or_built_in(config, verbose)))
    if as_json:
        report.print_json(report.preview_document(shown))
    else:
        report.print_preview(shown)


def status(as_json: bool, config: Path, verbose: bool) -> None:
    """Tell how the sources and topics stand, what is wrong, and what comes next."""
    from aggregator import report
    from aggregator.jobs.overview import overview
    from aggregator.store.base import open_store

    setup = _setup(config, verbose)
    found = overview(setup, open_store(setup.settings.database))
    if as_json:
        report.print_json(report.status_document(found.sources, found.topics))
    else:
        report.print_status(found.sources, found.topics)


def explain(id_or_url: str, as_json: bool, config: Path, verbose: bool) -> None:
    """Tell why an entry is, or is not, in each topic."""
    from aggregator import report
    from aggregator.jobs.overview import explain as explained
    from aggregator.store.base import open_store

    setup = _setup(config, verbose)
    found = explained(id_or_url, setup, open_store(setup.settings.database))
    if as_json:
        report.print_json(report.explanation_document(found))
    else:
        report.print_explanation(found)


def tag(paths: tuple[Path, Path], config: Path, verbose: bool) -> None:
    """Tag loose articles: objects with id, title, body_html, url, a line each, from IN to OUT."""
    from aggregator.jobs.preview import tag_items
    from aggregator.report import match_counts

    items = _labelled_items(paths[0])
    tagged = tag_items(items, _setup_or_built_in(config, verbose))
    with paths[1].open("w", encoding="utf-8") as out:
        for item, tags in zip(items, tagged, strict=True):
            companies = [
                {
                    "company": found.company,
                    "score": round(found.score, 3),
                    "primary": found.primary,
                    "matches": match_counts(found),
                }
                for found in tags
            ]
            out.write(json.dumps({"id": item.id, "companies": companies}, ensure_ascii=False) + "\n")
    print(f"{paths[1]}: {len(items)} items tagged", file=sys.stderr)


def _setup(config: Path, verbose: bool) -> Setup:
    """Load the configuration, and start logging as it says."""
    from aggregator.config import load_setup
    from aggregator.report import configure_logging

    setup = load_setup(config)
    # What is loaded by now stays for good: the collector need not look at it again, and may take
    # its turns from here on.
    gc.freeze()
    gc.set_threshold(_TURNS)
    configure_logging(setup.settings.log_format, verbose)
    return setup


def _setup_warned(config: Path, verbose: bool) -> Setup:
    """The same, and tell what works but deserves a word: where feeds.yaml is put to work."""
    setup = _setup(config, verbose)
    for warning in setup.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return setup


def _setup_or_built_in(config: Path, verbose: bool) -> Setup:
    """Load the configuration; where none was named and none is there, the built-in rules do."""
    if config == FEEDS and not config.exists():
        from aggregator.jobs.preview import built_in_setup
        from aggregator.report import configure_logging

        configure_logging("text", verbose)
        return built_in_setup()
    return _setup(config, verbose)


def _address(given: str) -> str:
    """A URL as given; of a file that is named by its path, its URL."""
    path = Path(given)
    return path.absolute().as_uri() if "://" not in given and path.is_file() else given


def _labelled_items(path: Path) -> tuple[LabelledItem, ...]:
    from aggregator.errors import ConfigError
    from aggregator.jobs.preview import LabelledItem

    items = []
    problems = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read: {error}"]) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            items.append(
                LabelledItem(str(row["id"]), row["title"] or "", row["body_html"] or "", row.get("url"))
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems.append(f"{path}:{number}: no object with id, title and body_html: {error!r}")
    if problems:
        raise ConfigError(problems)
    return tuple(items)


@contextmanager
def _progress_bar(*, wanted: bool) -> Iterator[Callable[[Progress], None] | None]:
    """A bar on standard error where that is a terminal; nothing elsewhere."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Polling", total=None)

        def show(progress: Progress) -> None:
            bar.update(task, total=progress.due, completed=progress.polled)

        yield show


def _print_cycle(report: CycleReport, as_json: bool, setup: Setup) -> None:
    from aggregator import report as printer

    if as_json:
        printer.print_json(report.as_json())
    else:
        printer.print_cycle(report, setup)
