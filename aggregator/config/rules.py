"""The built-in rules: data/*.yaml -> RuleData."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import cast

from aggregator.config.cache import copied, state_of
from aggregator.model import Company, Person, RuleData

DATA = Path(__file__).parent.parent / "data"
_MAPPINGS = ("boilerplate", "zones", "context")
_VOCABULARY = "kinds"  # of data/disclosures; its other files are a language each


@cache
def built_in_rules() -> RuleData:
    """The rules that come with the program. They are read once; treat them as frozen."""
    catalogue = sorted((DATA / "companies").glob("*.yaml"))
    notices = sorted((DATA / "disclosures").glob("*.yaml"))
    mappings = [DATA / f"{name}.yaml" for name in _MAPPINGS]
    files = (*catalogue, *notices, *mappings)
    documents = cast("Mapping[str, Mapping[str, object]]", copied(files, lambda: _read(files)))
    companies: list[Company] = []
    for file in catalogue:
        records = cast("list[dict[str, object]]", documents[str(file)]["companies"])
        companies.extend(_record(one) for one in records)
    said = {file.stem: documents[str(file)] for file in notices}
    disclosures = {**said.pop(_VOCABULARY), "languages": said}
    boilerplate, zones, context = (documents[str(file)] for file in mappings)
    offsets = cast("Mapping[str, str]", zones)
    rules = RuleData(tuple(companies), boilerplate, disclosures, offsets, context)
    return rules.stamped(_stamp(state_of(files)))


def with_companies(rules: RuleData, companies: tuple[Company, ...]) -> RuleData:
    """The rules with another catalogue, made of theirs."""
    if companies is rules.companies:
        return rules
    theirs = set(map(id, rules.companies))
    # A record that is one of theirs is told by its slug; the order decides between equal names.
    told = [one.slug if id(one) in theirs else one for one in companies]
    return replace(rules, companies=companies).stamped(_stamp((rules.stamp, told)))


def _stamp(told: object) -> str:
    return blake2b(repr(told).encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def _read(files: Sequence[Path]) -> dict[str, object]:
    from aggregator.config.marked import load_data  # YAML is not needed where a copy is at hand

    return {str(file): load_data(file.read_text("utf-8"), str(file)) for file in files}


def _record(one: Mapping[str, object]) -> Company:
    """One record as written. An unknown key is a defect of our data, and shown as one."""
    values = _frozen(one)
    people = cast("tuple[Mapping[str, object], ...]", values.get("people", ()))
    values["people"] = tuple(Person(**_frozen(person)) for person in people)  # type: ignore[arg-type]
    return Company(**values)  # type: ignore[arg-type]


def _frozen(one: Mapping[str, object]) -> dict[str, object]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in one.items()}
