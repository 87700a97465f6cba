"""core.extract: other texts on an article's page are no part of it; its own headings, lists and sections are."""

import pytest
from core.test_extract import PARAGRAPHS, TEXT, TITLE, article_of, texts

from aggregator.core.extract.complete import complete, drop_outside
from aggregator.core.passages import blocks

HEAD = f'<html lang="en"><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>'
VOICES = (
    "I have lived beside that mill for forty years and will believe it when I see it.",
    "Two thirds of the money is a lot for a firm that nobody here had heard of.",
    "The kindergarten alone is worth it. Ask anyone with small children in Fjordvik.",
    "My brother fishes there. The water has been bad since the mill, not before.",
    "They should have asked us first, and not the week after the contract was signed.",
)
SHORT = "".join(f"<p>{text}</p>" for text in TEXT[:2])


def voices(item: str) -> str:
    return "".join(item.format(name=f"Reader {'ABCDE'[n]}.", n=n, text=text) for n, text in enumerate(VOICES))


@pytest.mark.parametrize(
    "zone",
    [
        '<section id="kommentare">' + voices("<div><p>{text}</p></div>") + "</section>",
        '<div class="article-comments-list">' + voices("<div><b>{name}</b><p>{text}</p></div>") + "</div>",
        "<section><h3>Conversation</h3>" + voices("<div><p>{text}</p></div>") + "</section>",
        "<div><h2>댓글 5</h2>" + voices("<div><p>{text}</p></div>") + "</div>",
        "<div><h2>12 commentaires</h2>" + voices("<p>{text}</p>") + "</div>",
        voices('<div itemprop="comment" itemscope><p>{text}</p></div>'),
        "<div>" + voices('<div class="x{n}"><b>{name}</b><span>{n}h</span><p>{text}</p></div>') + "</div>",
        "<section><h2>Read next</h2>"
        + voices('<div><a href="/n/{n}"><h3>A story of another kind</h3></a><p>{text}</p></div>')
        + "</section>",
        "<div>"
        + voices('<div class="c{n}"><a href="/n/{n}">A story of another kind</a><p>{text}</p></div>')
        + "</div>",
    ],
)
def test_readers_comments_and_cards_are_no_part_of_a_short_article(zone):
    assert texts(article_of(f"{HEAD}<div>{SHORT}</div>{zone}</body></html>")) == list(TEXT[:2])


def test_an_article_in_a_box_that_is_named_like_comments_is_kept():
    page = f'{HEAD}<div class="has-comments"><div class="entry comments-open">{PARAGRAPHS}</div></div></body></html>'
    assert texts(article_of(page)) == list(TEXT)
    inside = f'<html><body><div id="conversation"><h1>{TITLE}</h1>{PARAGRAPHS}</div></body></html>'
    assert texts(article_of(inside)) == list(TEXT)


def test_a_page_of_nothing_but_cards_is_its_own_article():
    page = voices('<div class="c{n}"><a href="/n/{n}">A story of another kind</a><p>{text}</p></div>')
    assert set(VOICES) <= set(
        texts(article_of(f"<html><body><h1>{TITLE}</h1><div>{page}</div></body></html>"))
    )


def test_headings_and_lists_in_boxes_of_their_own_stay_between_paragraphs():
    boxes = [f"<div><p>{text}</p></div>" for text in TEXT]
    boxes.insert(2, "<div><h3>A mill and its people</h3></div>")
    boxes.insert(5, "<div><ul><li>One road to the plant</li><li>One kindergarten</li></ul></div>")
    found = texts(article_of(f"{HEAD}<div>{''.join(boxes)}</div></body></html>"))
    assert found == [
        *TEXT[:2],
        "A mill and its people",
        *TEXT[2:4],
        "One road to the plant",
        "One kindergarten",
        *TEXT[4:],
    ]


def test_every_item_of_a_list_article_keeps_its_heading():
    credit = '<div class="pic"><img src="/p.jpg"><div>A. Lund</div></div>'
    items = "".join(
        f"<div><h2>{n}. Place {n}</h2>{credit}<p>{text}</p></div>" for n, text in enumerate(TEXT, 1)
    )
    found = texts(article_of(f"{HEAD}<div>{items}</div></body></html>"))
    assert [text for text in found if "Place" in text] == [f"{n}. Place {n}" for n in range(1, 9)]
    assert "A. Lund" not in found


def test_posts_of_a_live_page_are_no_comments():
    data = '<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "Day of the plant"}</script>'
    posts = "".join(
        f"<article><time>{9 + n}:15</time><span>Jane Doe</span><h3>Hour {'ABCDEFGH'[n]}</h3><p>{text}</p></article>"
        for n, text in enumerate(TEXT)
    )
    found = texts(
        article_of(
            f"<html><head>{data}</head><body><h1>Day of the plant</h1><div>{posts}</div></body></html>"
        )
    )
    assert set(TEXT) <= set(found)
    assert "Hour C" in found


def test_a_promotion_that_the_extractor_left_out_is_not_brought_back():
    promotion = "<div><h4>Every evening at six</h4><p>The news of the day, without adverts.</p></div>"
    html = "".join(f"<div><p>{text}</p></div>{promotion if n == 3 else ''}" for n, text in enumerate(TEXT))
    found = blocks(html)
    chosen = [block.passage.text in TEXT for block in found]
    before = list(chosen)
    complete(html, found, chosen)
    assert chosen == before


def test_short_lines_and_links_outside_the_box_of_the_text_are_no_part_of_it():
    box = f"<div>{PARAGRAPHS}</div>"
    outside = "<div><p>Twelve guests online</p><p>© 2025 Wire Example, all rights of all kinds reserved for ever.</p></div>"
    html = (
        f'<div><a href="/x">Front page</a></div><div><p>A town waits for its plant.</p></div>{box}{outside}'
    )
    found = blocks(html)
    chosen = [True] * len(found)
    drop_outside(html, found, chosen)
    kept = [block.passage.text for block, wanted in zip(found, chosen, strict=True) if wanted]
    assert kept == ["A town waits for its plant.", *TEXT]
