"""The error tree: what a caller may want to catch, and what the user then sees.

Expected trouble of a source is no exception but a value (``model.Failed``, ``model.Refusal``).
Anything raised that is not in this tree is a defect and is shown as one.
"""

from __future__ import annotations

from collections.abc import Sequence


class AggregatorError(Exception):
    """The root: anything a user can mend."""


class ConfigError(AggregatorError):
    """Mistakes in feeds.yaml or in the command, all of them at once. Exit code 2.

    Each problem is one line that names file, line and key, and says what is expected:
    ``feeds.yaml:41: topics[3].match: unknown company 'samsng' at column 1. Did you mean 'samsung'?``
    """

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep the problems, in the order of the file."""
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class ExprError(AggregatorError):
    """A match expression that cannot be read: what is wrong, at which column (from 1), and a way out."""

    def __init__(self, reason: str, column: int, hint: str = "") -> None:
        """Keep the reason, the place of it and the hint: a sentence, or nothing."""
        super().__init__(f"{reason} at column {column}." + (f" {hint}" if hint else ""))
        self.reason = reason
        self.column = column
        self.hint = hint


class StoreError(AggregatorError):
    """The database cannot be opened, migrated or written. Exit code 1."""


class PublishError(AggregatorError):
    """An output file cannot be written. Exit code 1."""


class NotAFeedError(AggregatorError):
    """A document is no feed that we read, or is over a bound: becomes the source's error.

    ``feed_urls`` holds the feeds that an HTML page in its place declares, best first.
    """

    def __init__(self, reason: str, feed_urls: Sequence[str] = ()) -> None:
        """Keep the reason, in words for the operator of the source."""
        super().__init__(reason)
        self.feed_urls = tuple(feed_urls)


class EntryError(AggregatorError):
    """One entry breaks a stage, a defect of ours; the chain makes a ``Refusal`` of it and goes on."""
