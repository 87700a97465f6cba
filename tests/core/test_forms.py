"""An article of an AI news platform comes out the same, whether it was a page, a feed's item or plain text."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape

import pytest
from core.cleaning import an_article, rules, zones

from aggregator.core.clean import clean
from aggregator.core.disclose import disclose
from aggregator.core.extract import extract
from aggregator.core.passages import blocks
from aggregator.model import Article, BodyType, Disclosure, Document, FeedInfo, RawEntry
from benchmarks.disclosures import built_in_rules

NOTICES = built_in_rules()
PORT = (
    "The port of Aldersund will electrify all eleven of its quay cranes by 2029, its operator said on Tuesday.",
    "The work starts in the spring and is to cost 140 million euros. Half of the money comes from the state, "
    "which has set aside funds for ports that leave diesel behind.",
    "Each crane burns some 400 litres a day at present. Their engines will be taken out one after another, so "
    "that no more than two cranes stand still at a time.",
    "The operator ordered the motors from Siemens and the transformers from ABB. Neither would say at what price.",
    "“We have waited for motors of this size for ten years,” said Ingrid Holm, who runs the quay for the port.",
    "Residents of the hillside above the harbour have complained about soot since the nineties, and a petition "
    "gathered 4,000 names in 2021.",
    "The grid is the weak point: the cable under the fjord can carry what nine cranes need at once. A second one "
    "is planned for 2028.",
    "Other ports watch closely. Delegations from Gdansk and Cork visited the test crane in March.",
)
GLASS = (
    "Corning and a glassworks in Lyon have agreed to make lids for medicine bottles that need no aluminium.",
    "The lids are pressed from the same glass as the bottle, so that both can be melted down together after use.",
    "A line in Lyon is to turn out forty million of them in the first year, and four times as many in the third.",
    "Drug makers have asked for such lids since the price of aluminium doubled. Two of them have ordered samples.",
    "“The seal was the hard part,” said Claire Aubry, who led the trials. “It has to open with one hand.”",
    "Shares of Corning were little changed in New York. The glassworks belongs to its workers and is not listed.",
    "A recycling firm in Ghent will take back the first million bottles, wash them and count how many lids hold.",
    "If fewer than one in a thousand fails, the partners will ask for approval in Europe in the autumn.",
)


@dataclass(frozen=True)
class Sent:
    """An article as a platform sends it."""

    column: str
    title: str
    author: str
    dateline: str
    minutes: str
    text: tuple[str, ...]
    heading: str  # of the notice; empty: none
    notice: tuple[str, ...]  # its paragraphs
    widget: tuple[str, ...]
    rule: str  # the line that parts notice and widget from the text, in plain text; empty: none
    mark: str  # the element of author, time and minutes in a page
    width: int  # at which plain text is broken; 0: a paragraph is a line


ARTICLES = {
    "heading, broken at 72": Sent(
        column="Harbour Lights",
        title="Aldersund electrifies its quay cranes",
        author="Ruth Lindgren",
        dateline="Wednesday, Mar 12, 2025 9:45 am ET",
        minutes="3 min read",
        text=PORT,
        heading="Disclaimer",
        notice=(
            "This article was produced by an artificial intelligence system and has not been checked by a human "
            "editor.",
            "It is provided “as is”. Harbour Lights makes no warranty, express or implied, as to its accuracy or "
            "completeness and accepts no liability for decisions that are taken on the basis of it.",
        ),
        widget=("Join the conversation", "Log in to comment", "Be the first to comment"),
        rule="",
        mark="div",
        width=72,
    ),
    "inline, a paragraph a line": Sent(
        column="The Glass Desk",
        title="Lids of glass for bottles of glass",
        author="Omar Haddad",
        dateline="Thursday, June 5, 2025 4:30 pm ET",
        minutes="2min read",
        text=GLASS,
        heading="",
        notice=(
            "Disclaimer: Stories on this website are written by AI and published without human review. They may "
            "contain mistakes. The publisher does not guarantee that the information is correct or complete and "
            "shall not be liable for any damage that results from relying on it.",
        ),
        widget=("Comments (0)", "Write a comment…", "Post"),
        rule="",
        mark="li",
        width=0,
    ),
    "rule and two paragraphs": Sent(
        column="Morning Brief",
        title="Eleven cranes leave diesel behind",
        author="Priya Raman",
        dateline="Monday, Nov 3, 2025 7:05 am ET",
        minutes="3 minute read",
        text=PORT,
        heading="",
        notice=(
            "A note on how this was made: AI wrote the text above from public sources; nobody on our staff has "
            "edited or reviewed it.",
            "We take no responsibility for errors or omissions, give no warranty of any kind and cannot be held "
            "liable for losses that arise from its use.",
        ),
        widget=("Comments", "Add a public comment...", "No comments yet"),
        rule="-" * 40,
        mark="p",
        width=72,
    ),
    "legal, in one long line": Sent(
        column="Deal Watch",
        title="Corning and Lyon press lids of glass",
        author="Jo Park",
        dateline="Friday, Aug 22, 2025 12:10 pm ET",
        minutes="2 min read",
        text=GLASS,
        heading="Legal disclaimer",
        notice=(
            "Content on this platform, including this article, is generated by large language models and is not "
            "reviewed by editors before publication. Deal Watch and its affiliates disclaim all liability for "
            "inaccuracies, and no representation or warranty is made as to the reliability of the information.",
        ),
        widget=("0 comments", "Sign in to leave a comment", "No comments yet"),
        rule="* * *",
        mark="div",
        width=0,
    ),
}
INSTANTS = {
    "heading, broken at 72": datetime(2025, 3, 12, 13, 45, tzinfo=UTC),
    "inline, a paragraph a line": datetime(2025, 6, 5, 20, 30, tzinfo=UTC),
    "rule and two paragraphs": datetime(2025, 11, 3, 12, 5, tzinfo=UTC),
    "legal, in one long line": datetime(2025, 8, 22, 16, 10, tzinfo=UTC),
}


def tagged(name: str, texts: tuple[str, ...]) -> str:
    return "".join(f"<{name}>{escape(each, False)}</{name}>" for each in texts)


def as_page(sent: Sent) -> RawEntry:
    head = f"<h3>{sent.heading}</h3>" if sent.heading else ""
    html = f"""<!doctype html><html lang="en"><head><title>{sent.title} | {sent.column} Daily</title>
<meta property="og:title" content="{sent.title}"></head><body>
<nav><a href="/">Home</a><a href="/markets">Markets</a></nav><main>
<div class="head"><div class="column">{sent.column}</div><h1>{sent.title}</h1>
<div class="meta">{tagged(sent.mark, (sent.author, sent.dateline, sent.minutes))}</div></div>
<div class="story">{tagged("p", sent.text)}</div>
<div class="legal">{head}{tagged("p", sent.notice)}</div>
<div class="talk">{tagged("div", sent.widget)}</div></main>
<footer><a href="/about">About</a></footer></body></html>"""
    document = Document(
        "https://wire.example/a", "text/html; charset=utf-8", html.encode(), INSTANTS["heading, broken at 72"]
    )
    return extract(document, rules(), zones())


def as_item(sent: Sent) -> str:
    head = f"<p><strong>{sent.heading}</strong></p>" if sent.heading else ""
    part = "<hr>" if sent.rule else ""
    return (
        f"<p>{sent.column}</p><h1>{sent.title}</h1><p>By {sent.author}</p><p>{sent.dateline}</p>"
        f"<p>{sent.minutes}</p>{tagged('p', sent.text)}{part}{head}{tagged('p', sent.notice)}"
        f"<div>{tagged('p', sent.widget)}</div>"
    )


def as_text(sent: Sent) -> str:
    def wrapped(text: str) -> str:
        return textwrap.fill(text, sent.width) if sent.width else text

    head = (sent.column, sent.title, sent.author, f"{sent.dateline} {sent.minutes}")
    end = (*((sent.rule,) if sent.rule else ()), *((sent.heading,) if sent.heading else ()))
    paragraphs = (*head, *map(wrapped, sent.text), *end, *map(wrapped, sent.notice), "\n".join(sent.widget))
    return ("\n\n" if sent.width else "\n").join(paragraphs)


def in_form(sent: Sent, form: str) -> tuple[Article, tuple[Disclosure, ...]]:
    raw = RawEntry(key="k", fingerprint=b"")
    if form == "page":
        raw = replace(as_page(sent), key="k")
        article = clean(raw, FeedInfo("page"), rules(), zones())
    elif form == "item":
        article = an_article(as_item(sent), title=sent.title)
    else:
        article = an_article(as_text(sent), BodyType.TEXT, title=sent.title)
    return disclose(article, raw, NOTICES)


@pytest.mark.parametrize("form", ["page", "item", "text"])
@pytest.mark.parametrize("name", ARTICLES)
def test_every_form_gives_the_same_article_and_the_same_two_disclosures(name, form):
    sent = ARTICLES[name]
    article, found = in_form(sent, form)
    assert (article.title, article.author, article.section) == (sent.title, sent.author, sent.column)
    assert article.published == INSTANTS[name]
    assert article.reading_minutes == int(sent.minutes[0])
    assert [block.passage.text for block in blocks(article.html)] == list(sent.text)
    assert [each.kind.value for each in found] == ["ai-generated", "not-reviewed", "liability"]
