"""Our own XML elements (docs/feeds.md), the same in Atom and in RSS."""

from __future__ import annotations

from typing import Final

from lxml import etree

from aggregator.model import CompanyTag, Disclosure
from aggregator.write import notices
from aggregator.write.addresses import absolute_iri
from aggregator.write.grammar import language_tag
from aggregator.write.notices import one_line, safe
from aggregator.write.vocabulary import NAMESPACE, PREFIX, TAGGING

NSMAP: Final = {PREFIX: NAMESPACE}
LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def of_all(feed: etree._Element, notice: str) -> None:
    """What holds for the whole feed: how tags are made, and the republisher's disclaimer."""
    child(feed, f"{{{NAMESPACE}}}tagging", TAGGING, method="rules")
    own = notices.republisher(notice)
    if own:
        disclosure(feed, own)


def disclosure(parent: etree._Element, item: Disclosure) -> None:
    """One statement as data (docs/disclosures.md)."""
    element = child(
        parent,
        f"{{{NAMESPACE}}}disclosure",
        item.text,
        kind=item.kind.value,
        origin=item.origin.value,
        uri=absolute_iri(item.uri),
    )
    language = language_tag(item.language)
    if language:
        element.set(LANG, language)


def company(parent: etree._Element, tag: CompanyTag, name: str) -> None:
    """A company with its salience and the first accepted mention, for machines."""
    first = next((mention for mention in tag.mentions if mention.accepted), None)
    child(
        parent,
        f"{{{NAMESPACE}}}company",
        name,
        slug=tag.company,
        score=f"{tag.score:.3f}",
        primary="true" if tag.primary else "false",
        alias=one_line(first.alias) if first else None,
        where=first.evidence.place.value if first else None,
    )


def child(parent: etree._Element, name: str, text: str | None, **attributes: str | None) -> etree._Element:
    """A new last child; attributes that are None are left out, and all text is made XML-safe."""
    given = {key: safe(value) for key, value in attributes.items() if value is not None}
    element = etree.SubElement(parent, name, given, NSMAP if name[0] == "{" else None)
    if text is not None:
        element.text = safe(text)
    return element
