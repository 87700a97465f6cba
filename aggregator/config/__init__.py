"""feeds.yaml and data/*.yaml -> Setup. Below this floor nobody knows that YAML exists.

Its reader is imported when asked for: workers that want the built-in rules alone have no use for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aggregator.config.rules import built_in_rules

if TYPE_CHECKING:
    from pathlib import Path

    from aggregator.model import Setup

__all__ = ["built_in_rules", "load_setup"]


def load_setup(path: Path) -> Setup:
    """Read and check a feeds.yaml and join it with the built-in rules.

    Raises ConfigError with every mistake of the file, in its order. What works but
    deserves a word, such as a very short interval, is in Setup.warnings.
    """
    from aggregator.config.load import load_setup as load

    return load(path)
