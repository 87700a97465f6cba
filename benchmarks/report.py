"""What was measured as Markdown and as a picture."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.corpus import Shape
from benchmarks.measure import COLD, DEAF, IDLE, NEWS, WARM, Cost, Walk

Rounds = Sequence[Mapping[str, Walk]]  # by the program's name
OURS = "aggregator"


@dataclass(frozen=True)
class Goal:
    """A measure, what is wanted of it, and what came out."""

    measure: str
    wanted: float
    at_least: bool
    found: float | None  # None: not measured
    unit: str = "x"

    @property
    def line(self) -> str:
        """A row of the table."""
        if self.found is None:
            return f"| {self.measure} | {self._sign} {self.wanted:g}{self.unit} | not measured | |"
        verdict = "reached" if self._reached else "**missed**"
        found = f"{self.found:.2f}" if self.unit == "x" else f"{self.found:.0f}"
        return (
            f"| {self.measure} | {self._sign} {self.wanted:g}{self.unit} | {found}{self.unit} | {verdict} |"
        )

    @property
    def _sign(self) -> str:
        return "≥" if self.at_least else "≤"

    @property
    def _reached(self) -> bool:
        assert self.found is not None
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted


def median(rounds: Rounds, side: str, cycle: str, value: Callable[[Cost], float]) -> float | None:
    """The median over the rounds; None where the program was not run so."""
    found = [value(one[side].costs[cycle]) for one in rounds if side in one and cycle in one[side].costs]
    return statistics.median(found) if found else None


def ratio(
    rounds: Rounds, above: Callable[[Mapping[str, Walk]], float], below: Callable[[Mapping[str, Walk]], float]
) -> float | None:
    """The median of the rounds' ratios: what slowed a whole round slowed both.

    None where a program was not run. Raises ValueError where a program took no time at all: then it
    did not do the work, or its start-up was measured wrongly.
    """
    try:
        pairs = [(above(one), below(one)) for one in rounds]
    except KeyError:
        return None
    if min(map(min, pairs)) <= 0:
        raise ValueError(f"a cycle cannot take {min(map(min, pairs)):.3f} seconds: {pairs}")
    return statistics.median(one / other for one, other in pairs)


def wall(side: str, cycle: str) -> Callable[[Mapping[str, Walk]], float]:
    """Reads a round's wall time."""
    return lambda one: one[side].costs[cycle].wall


def cpu(side: str, cycle: str) -> Callable[[Mapping[str, Walk]], float]:
    """Reads a round's CPU time."""
    return lambda one: one[side].costs[cycle].cpu


def running(side: str, cycle: str) -> Callable[[Mapping[str, Walk]], float]:
    """Reads a round's CPU time without that of starting."""
    return lambda one: one[side].costs[cycle].cpu - one[side].costs[IDLE].cpu


def goals(
    rounds: Rounds,
    starts: Sequence[Mapping[str, Cost]],
    changed: tuple[float, float],
    unchanged: tuple[float, float],
    resting: tuple[int, int],
    feeds: int,
) -> list[Goal]:
    """Every goal beside its result.

    changed and unchanged are CPU seconds, ours and theirs, of a document and of a source; resting is the
    peak of an all-304 cycle over few and many sources, bytes. feeds are asked in each cycle.
    """
    ours = cpu(OURS, WARM)
    peak = median(rounds, OURS, COLD, lambda cost: cost.peak / 2**20)

    def start(command: str) -> float:
        return statistics.median(one[command].cpu / one["bare"].cpu for one in starts)

    def less(side: str, theirs: Callable[[Mapping[str, Walk]], float]) -> float | None:
        found = [theirs(one) for one in rounds if side in one]
        return statistics.median(found) / feeds / unchanged[0] if found else None

    cold = wall(OURS, COLD)
    return [
        Goal("cold cycle, wall: faster than the beginner's program", 12, True,
             ratio(rounds, wall("beginner", COLD), cold)),
        Goal("cold cycle, wall: faster than reader", 8, True, ratio(rounds, wall("reader", COLD), cold)),
        Goal("cold cycle, wall: faster than newsboat", 1.5, True,
             ratio(rounds, wall("newsboat", COLD), cold)),
        Goal("cold cycle, wall: faster than sfeed_update", 1.5, True,
             ratio(rounds, wall("sfeed_update", COLD), cold)),
        Goal("all 304, CPU a source in a running process: of a bare aiohttp loop", 1.5, False,
             unchanged[0] / unchanged[1]),
        Goal("all 304, CPU a source in a running process: less than reader, its start left out", 8, True,
             less("reader", running("reader", WARM))),
        Goal("all 304, CPU a source in a running process: less than sfeed_update with ETags", 50, True,
             less("sfeed_update + ETag", cpu("sfeed_update + ETag", WARM))),
        Goal("validators ignored, CPU: of our own all-304 cycle", 1.5, False,
             ratio(rounds, cpu(OURS, DEAF), ours)),
        Goal("2 % of the feeds with one new entry, CPU: of our own all-304 cycle", 1.4, False,
             ratio(rounds, cpu(OURS, NEWS), ours)),
        Goal("changed document, one new entry of 30, CPU: less than feedparser on the whole", 8, True,
             changed[1] / changed[0]),
        Goal("start-up, CPU: `--version` of a bare interpreter", 4, False, start("--version")),
        Goal("start-up, CPU: `check` of 10 sources of a bare interpreter", 6, False, start("check")),
        Goal("memory, peak of all processes: cold cycle", 200, False, peak, " MiB"),
        Goal("memory, peak of an all-304 cycle: 1,000 sources over 100", 10, False,
             (resting[1] - resting[0]) / 2**20, " MiB"),
    ]  # fmt: skip


def costs_table(rounds: Rounds, shape: Shape) -> str:
    """Each program's cycles: wall / CPU seconds, and peak memory."""
    cycles = (COLD, WARM, DEAF, NEWS)
    lines = [
        "| program | " + " | ".join(cycles) + " | start-up | peak, cold | entries/s, cold |",
        "|---|" + "---|" * (len(cycles) + 3),
    ]
    for side in dict.fromkeys(name for one in rounds for name in one):
        cells = [_pair(rounds, side, cycle) for cycle in (*cycles, IDLE)]
        peak = median(rounds, side, COLD, lambda cost: cost.peak / 2**20)
        took = median(rounds, side, COLD, lambda cost: cost.wall)
        rate = f"{shape.total / took:,.0f}" if took else ""
        lines.append(f"| {side} | {' | '.join(cells)} | {peak or 0:.0f} MiB | {rate} |")
    return "\n".join(lines)


def _pair(rounds: Rounds, side: str, cycle: str) -> str:
    took = median(rounds, side, cycle, lambda cost: cost.wall)
    spent = median(rounds, side, cycle, lambda cost: cost.cpu)
    return "" if took is None or spent is None else f"{took:.2f} / {spent:.2f}"


def goals_table(found: Sequence[Goal]) -> str:
    """The goals beside the results."""
    head = ["| measure | goal | result | |", "|---|---|---|---|"]
    return "\n".join([*head, *(goal.line for goal in found)])


def plot(rounds: Rounds) -> str:
    """Bars of the wall time of the cold cycle and the CPU time of the all-304 cycle, as SVG."""
    names = list(dict.fromkeys(name for one in rounds for name in one))
    panels = (
        ("Cold cycle, seconds of wall time", COLD, lambda cost: cost.wall),
        ("All 304, seconds of CPU", WARM, lambda cost: cost.cpu),
    )
    parts: list[str] = []
    top = 30
    for title, cycle, value in panels:
        values = [(name, median(rounds, name, cycle, value) or 0.0) for name in names]
        most = max(number for _, number in values) or 1.0
        parts.append(f'<text x="10" y="{top}" font-weight="bold">{escape(title)}</text>')
        for name, number in values:
            top += 24
            fill = "#1769aa" if name == OURS else "#9aa7b1"
            width = 380 * number / most
            parts.append(f'<text x="150" y="{top}" text-anchor="end">{escape(name)}</text>')
            parts.append(f'<rect x="158" y="{top - 12}" width="{width:.1f}" height="15" fill="{fill}"/>')
            parts.append(f'<text x="{164 + width:.1f}" y="{top}">{number:.2f}</text>')
        top += 44
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 {top - 20}" '
    style = 'font-family="sans-serif" font-size="13" role="img" aria-label="Times of each program">'
    back = f'<rect width="620" height="{top - 20}" fill="#ffffff"/>'
    return f"{head}{style}{back}{''.join(parts)}</svg>\n"
