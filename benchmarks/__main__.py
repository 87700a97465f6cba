"""``python -m benchmarks [--sources N] [--rounds 3] [--only NAME ...]``: our speed beside others'.

Every round takes each program through the same cycles on the same corpus, in an order that moves on by
one each round. Prints Markdown; ``--write`` also puts tables and picture into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path

from benchmarks import measure, report
from benchmarks.corpus import Shape
from benchmarks.measure import ROOT, Walk
from benchmarks.peers import Side, sides
from benchmarks.server import Server, served

_PAGE = ROOT / "docs" / "benchmarks.md"
_BETWEEN = "<!-- measured: from here to the end marker, python -m benchmarks --write -->"
_END = "<!-- end -->"


def _present(only: list[str]) -> list[Side]:
    chosen = []
    for side in sides():
        if only and side.name not in only:
            continue
        if side.missing:
            print(f"{side.name}: skipped; {side.missing}", file=sys.stderr)
            continue
        chosen.append(side)
    return chosen


def _round(number: int, chosen: list[Side], server: Server) -> dict[str, Walk]:
    found: dict[str, Walk] = {}
    turn = number % len(chosen)
    for side in chosen[turn:] + chosen[:turn]:
        with tempfile.TemporaryDirectory() as folder:
            found[side.name] = measure.walk(side, server, Path(folder))
        cold = found[side.name].costs[measure.COLD]
        print(f"round {number + 1}: {side.name}: cold {cold.wall:.2f} s", file=sys.stderr)
    return {side.name: found[side.name] for side in chosen}


def _same_work(rounds: list[dict[str, Walk]], shape: Shape) -> list[str]:
    """Sentences on whether every program did the same; what differs is said."""
    wanted = shape.total + shape.moving
    wrong = {
        f"{name} stored {walk.stored} entries, not {wanted}"
        for one in rounds
        for name, walk in one.items()
        if walk.stored not in (None, wanted)
    }
    for one in rounds:
        publishers = {name: walk.published for name, walk in one.items() if walk.published}
        if len({tuple(sorted(found.items())) for found in publishers.values()}) > 1:
            wrong.add(f"items published differ: {publishers}")
    sound = (
        f"Every program that stores had {wanted} entries in the end; the publishers' feeds hold equal items."
    )
    return sorted(wrong) or [sound]


def main() -> None:
    """Measure, print, and with --write put it into the documentation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--entries", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    shape = Shape(options.sources, options.entries)
    chosen = _present(options.only)
    rounds: list[dict[str, Walk]] = []
    starts = []
    with served(shape) as server, tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds):
            rounds.append(_round(number, chosen, server))
            starts += [measure.startup(Path(folder)) for _ in range(3)]
    resting = measure.resting_peak(100), measure.resting_peak(1000)
    changed, unchanged = measure.changed_document(shape), measure.unchanged_source()
    goals = report.goals(rounds, starts, changed, unchanged, resting, shape.sources)
    text = _text(shape, rounds, goals)
    print(text)
    if options.write:
        page = _PAGE.read_text("utf-8")
        inside = re.compile(f"{re.escape(_BETWEEN)}.*?{re.escape(_END)}", re.DOTALL)
        _PAGE.write_text(inside.sub(lambda _: f"{_BETWEEN}\n{text}\n{_END}", page), "utf-8")
        _PAGE.with_suffix(".svg").write_text(report.plot(rounds), "utf-8")


def _text(shape: Shape, rounds: list[dict[str, Walk]], goals: list[report.Goal]) -> str:
    stages = measure.stages(shape)
    rows = "\n".join(f"| {name} | {value:.0f} |" for name, value in stages.items())
    return "\n\n".join(
        [
            f"{shape.sources} feeds of {shape.entries} entries, {len(rounds)} alternating rounds, medians. "
            + " ".join(_same_work(rounds, shape)),
            "## Goals and results",
            report.goals_table(goals),
            "## Every program, seconds of wall / CPU time",
            report.costs_table(rounds, shape),
            "## Our stages, microseconds of CPU an entry",
            f"| stage | µs |\n|---|---|\n{rows}",
        ]
    )


if __name__ == "__main__":
    main()
