"""The built-in rules: data/*.yaml -> RuleData."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

from aggregator.config.marked import load_data
from aggregator.model import Company, Person, RuleData

DATA = Path(__file__).parent.parent / "data"


@cache
def built_in_rules() -> RuleData:
    """The rules that come with the program. They are read once; treat them as frozen."""
    return RuleData(
        companies=_companies(),
        boilerplate=_mapping("boilerplate.yaml"),
        disclosures=_mapping("disclosures.yaml"),
        zones=cast("Mapping[str, str]", _mapping("zones.yaml")),
        context=_mapping("context.yaml"),
    )


def _companies() -> tuple[Company, ...]:
    records: list[Company] = []
    for path in sorted((DATA / "companies").glob("*.yaml")):
        data = cast("Mapping[str, list[dict[str, object]]]", load_data(path.read_text("utf-8")))
        records.extend(_record(one) for one in data["companies"])
    return tuple(records)


def _record(one: Mapping[str, object]) -> Company:
    """One record as written. An unknown key is a defect of our data, and shown as one."""
    values = _frozen(one)
    people = cast("tuple[Mapping[str, object], ...]", values.get("people", ()))
    values["people"] = tuple(Person(**_frozen(person)) for person in people)  # type: ignore[arg-type]
    return Company(**values)  # type: ignore[arg-type]


def _frozen(one: Mapping[str, object]) -> dict[str, object]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in one.items()}


def _mapping(name: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", load_data((DATA / name).read_text("utf-8")))
