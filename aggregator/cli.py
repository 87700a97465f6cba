"""The commands: each reads its arguments, calls one function, prints, and ends with an exit code."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aggregator.jobs.cycle import CycleReport, Progress
    from aggregator.jobs.preview import LabelledItem
    from aggregator.model import Setup

# What a command needs is imported when it runs: --help and check start in a fraction of the time.

app = typer.Typer(
    name="aggregator",
    help="Many RSS and Atom feeds in; few clean, company-tagged ones out, each entry with its disclaimers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration.", show_default=True)]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log more, to standard error.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
FEEDS = Path("feeds.yaml")


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"aggregator {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Many RSS and Atom feeds in; few clean, company-tagged ones out, each entry with its disclaimers."""


@app.command()
def check(config: Config = FEEDS, verbose: Verbose = False) -> None:
    """Read the configuration and name every mistake, each with its line."""
    setup = _setup(config, verbose)
    typer.echo(
        f"{config}: right. {len(setup.sources)} sources, {len(setup.topics)} topics, "
        f"{len(setup.rules.companies)} companies."
    )


@app.command()
def poll(
    everything: Annotated[bool, typer.Option("--all", help="Every source now, still conditionally.")] = False,
    as_json: AsJson = False,
    config: Config = FEEDS,
    verbose: Verbose = False,
) -> None:
    """Run one cycle over the sources that are due, and exit: for cron."""
    from aggregator.jobs.cycle import run_cycle
    from aggregator.store.base import open_store

    setup = _setup(config, verbose)
    store = open_store(setup.settings.database)
    with _progress_bar(wanted=not as_json) as progress:
        report = run_cycle(setup, store, everything, progress)
    _print_cycle(report, as_json, setup)


@app.command()
def run(config: Config = FEEDS, verbose: Verbose = False) -> None:
    """Poll for ever and serve the feeds; SIGTERM ends it, SIGHUP or a changed file re-reads feeds.yaml."""
    from aggregator import daemon

    _setup(config, verbose)
    daemon.run(config, lambda url: typer.echo(f"Serving {url}", err=True))


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="One cycle, then exit.")] = False,
    directory: Annotated[Path, typer.Option("--dir", help="Where output/ and the database go.")] = Path(),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the page; 0: any.")] = 8080,
    config: Annotated[Path | None, typer.Option("--config", "-c", hidden=True)] = None,
    verbose: Verbose = False,
) -> None:
    """Show the whole job on bundled sample feeds; needs no network."""
    from aggregator import demo as show
    from aggregator.report import configure_logging

    configure_logging("text", verbose)
    if once:
        with _progress_bar(wanted=True) as progress:
            made = show.run_once(directory, progress, port)
        _print_cycle(made.report, as_json=False, setup=made.setup)
    else:
        show.run(directory, port, typer.echo)


@app.command("try")
def try_url(url: str, as_json: AsJson = False, config: Config = FEEDS, verbose: Verbose = False) -> None:
    """Fetch one feed or article and show what each entry would become; stores nothing."""
    from aggregator import report
    from aggregator.jobs.preview import preview

    shown = asyncio.run(preview(url, _setup_or_built_in(config, verbose)))
    if as_json:
        report.print_json(report.preview_document(shown))
    else:
        report.print_preview(shown)


@app.command()
def status(as_json: AsJson = False, config: Config = FEEDS, verbose: Verbose = False) -> None:
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


@app.command()
def explain(
    id_or_url: str, as_json: AsJson = False, config: Config = FEEDS, verbose: Verbose = False
) -> None:
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


@app.command()
def tag(
    paths: Annotated[tuple[Path, Path], typer.Option("--jsonl", metavar="IN OUT")],
    config: Config = FEEDS,
    verbose: Verbose = False,
) -> None:
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
    typer.echo(f"{paths[1]}: {len(items)} items tagged", err=True)


def _setup(config: Path, verbose: bool) -> Setup:
    """Load the configuration, start logging as it says, and tell its warnings."""
    from aggregator.config import load_setup
    from aggregator.report import configure_logging

    setup = load_setup(config)
    configure_logging(setup.settings.log_format, verbose)
    for warning in setup.warnings:
        typer.echo(f"warning: {warning}", err=True)
    return setup


def _setup_or_built_in(config: Path, verbose: bool) -> Setup:
    """Load the configuration; where none was named and none is there, the built-in rules do."""
    if config == FEEDS and not config.exists():
        from aggregator.jobs.preview import built_in_setup
        from aggregator.report import configure_logging

        configure_logging("text", verbose)
        return built_in_setup()
    return _setup(config, verbose)


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
