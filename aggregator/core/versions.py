"""Which rules made a row: told without compiling them, or importing the stages that they are for."""

from __future__ import annotations

from dataclasses import replace

from aggregator.core.identity import data_version
from aggregator.model import RuleData, Source, Versions

# Raise one of these when its stage's code makes other rows of the same data: stored rows are then
# derived again. Changed data is noticed by its hash.
CLEAN_CODE = 3
DISCLOSE_CODE = 4
TAG_CODE = 2


def rule_versions(data: RuleData) -> Versions:
    """The versions of the rules, without compiling them. What a later stage is fed by is part of it."""
    cleaned = data_version("c", CLEAN_CODE, (data.boilerplate, data.zones))
    disclosed = data_version("d", DISCLOSE_CODE, (cleaned, data.disclosures))
    return Versions(
        cleaned, disclosed, data_version("t", TAG_CODE, (disclosed, data.companies, data.context))
    )


def source_versions(versions: Versions, source: Source) -> Versions:
    """The versions that a source's rows carry: what the operator declares of it is a rule too."""
    if not source.declared:
        return versions
    declared = [(item.kind, item.text, item.uri) for item in source.declared]
    return replace(versions, disclosed=f"{versions.disclosed}+{data_version('s', 1, declared)[3:]}")
