"""Every domain type: frozen values that travel from stage to stage.

Instants are aware UTC ``datetime``s, spans are ``timedelta``s, sequences are tuples.
A field that may be absent says in its comment what ``None`` means.
"""

from aggregator.model.article import (
    Article,
    CompanyTag,
    Disclosure,
    DisclosureKind,
    Draft,
    Evidence,
    Mention,
    Origin,
    Passage,
    Place,
    ProcessedFeed,
    Refusal,
    Versions,
)
from aggregator.model.feed import BodyType, Enclosure, FeedInfo, ParsedFeed, RawEntry
from aggregator.model.operator import FetchLimits, PageRules, Settings, Source, SourceKind, Topic
from aggregator.model.request import (
    Document,
    Failed,
    Fetched,
    FetchResult,
    Hints,
    SourceState,
    Trouble,
    Unchanged,
    Validators,
)
from aggregator.model.rules import Company, Person
from aggregator.model.stored import Changes, Entry, Link, Origination, Outcome, Story, TopicFeed

__all__ = [
    "Article",
    "BodyType",
    "Changes",
    "Company",
    "CompanyTag",
    "Disclosure",
    "DisclosureKind",
    "Document",
    "Draft",
    "Enclosure",
    "Entry",
    "Evidence",
    "Failed",
    "FeedInfo",
    "FetchLimits",
    "FetchResult",
    "Fetched",
    "Hints",
    "Link",
    "Mention",
    "Origin",
    "Origination",
    "Outcome",
    "PageRules",
    "ParsedFeed",
    "Passage",
    "Person",
    "Place",
    "ProcessedFeed",
    "RawEntry",
    "Refusal",
    "Settings",
    "Source",
    "SourceKind",
    "SourceState",
    "Story",
    "Topic",
    "TopicFeed",
    "Trouble",
    "Unchanged",
    "Validators",
    "Versions",
]
