"""The names that our feeds add to Atom, RSS and JSON Feed; docs/feeds.md defines each."""

from __future__ import annotations

from typing import Final

from aggregator.model import DisclosureKind, Origin, SourceHealth

# A namespace name is an identity, not an address: it stays what it is wherever the program or its docs move.
NAMESPACE: Final = "tag:aggregator.example,2026:disclosure"
PREFIX: Final = "d"
COMPANY_SCHEME: Final = NAMESPACE + "/company"
KIND_SCHEME: Final = NAMESPACE + "/kind"

GENERATOR: Final = "aggregator"

FEED_TYPES: Final = {
    "atom": "application/atom+xml",  # RFC 4287 §7
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
"""The media type of each format, by its extension."""

FEED_NAMES: Final = {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}
"""What people call each format."""

KIND_LABELS: Final = {
    DisclosureKind.AI_GENERATED: "AI-generated",
    DisclosureKind.AI_ASSISTED: "AI-assisted",
    DisclosureKind.HUMAN: "Written by people",
    DisclosureKind.REVIEWED: "Reviewed by an editor",
    DisclosureKind.NOT_REVIEWED: "Not reviewed by an editor",
    DisclosureKind.LIABILITY: "No warranty",
    DisclosureKind.NOT_ADVICE: "Not investment advice",
    DisclosureKind.SPONSORED: "Sponsored",
    DisclosureKind.AFFILIATE: "Affiliate links",
    DisclosureKind.HOLDINGS: "Author holds shares",
    DisclosureKind.PRESS_RELEASE: "Press release",
    DisclosureKind.SYNDICATED: "Syndicated",
    DisclosureKind.EMBARGO: "Embargo",
    DisclosureKind.CORRECTION: "Correction",
    DisclosureKind.LICENCE: "Terms of use",
    DisclosureKind.REPUBLISHER: "About this feed",
}
"""What people read for each kind, on badges and before a notice's own words."""

ORIGIN_LABELS: Final = {
    Origin.ARTICLE: "stated in the article",
    Origin.SOURCE: "known of the source",
    Origin.REPUBLISHER: "added by the republisher",
}
"""Who says so, in words."""

TAGGING: Final = "Company tags are made by rules from the article's own words, not by a language model."
"""How the tags were made: said once a feed, since tagging by rules makes no entry AI-generated."""

WHAT_TO_DO: Final = {
    SourceHealth.FAILING: "Nothing for now: it is tried again. If this lasts, check its URL in feeds.yaml.",
    SourceHealth.POSTPONED: "Nothing: its server asked us to come back later, and we will.",
    SourceHealth.PAUSED: "Put the feed's new URL into feeds.yaml, or take the source out.",
}
"""What the operator may do about a source in trouble."""

HEALTH_FEED: Final = "_health"
"""The name of the feed of sources that break and recover; no topic's slug begins with an underscore."""
