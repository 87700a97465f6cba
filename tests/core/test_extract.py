"""core.extract: an article's own page becomes the same article as its feed gives."""

import json
from datetime import UTC, datetime

import pytest
from core.cleaning import an_article, rules, zones

from aggregator.core.clean import clean
from aggregator.core.extract import extract
from aggregator.core.passages import blocks
from aggregator.model import Article, BodyType, Document, FeedInfo, RawEntry
from benchmarks import extraction

URL = "https://wire.example/news/lantern-harbor"
PAGES = {page.name: page for page in extraction.pages()}
TEXT = (
    "Lantern Robotics and Harbor Chips said on Tuesday that they would build a factory together in Fjordvik.",
    "The plant is to open in 2027 and to employ four hundred people, most of them from the closed paper mill.",
    "“We need chips that we understand,” said Mira Holt, who runs the works at Lantern, in a call after the news.",
    "Harbor will bring its process for sensors; Lantern brings the machines, the land and two thirds of the money.",
    "Analysts had expected a smaller plant, and in another country. Shares of both rose by about three per cent.",
    "The town has promised a road and a kindergarten. Its mayor called the day the best since the bridge opened.",
    "Not everybody is pleased: the fishermen of Fjordvik fear for the water, and have asked to see the plans.",
    "A permit is due in May. Work would start in June, before the autumn storms, and pause over the winter.",
)
NOTICE = (
    "Disclaimer: the news articles on this platform are generated in whole or in part by artificial intelligence "
    "and may not have been reviewed by human editors. We make no representations or warranties of any kind as to "
    "their accuracy, and accept no liability for any loss that arises from their use."
)
TITLE = "Lantern and Harbor to build a factory together"
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in TEXT)
PAGE = f"""<!doctype html><html lang="en"><head><title>{TITLE} - Wire Example</title>
<meta property="og:title" content="{TITLE}"><link rel="canonical" href="{URL}"></head><body>
<nav><a href="/">Home</a><a href="/markets">Markets</a></nav><main>
<div class="news-head"><div class="col">Word on the Street</div><h1>{TITLE}</h1>
<div class="info"><div>Jane Doe</div><div>Tuesday, Feb 4, 2025 3:01 am ET</div><div>2min read</div></div></div>
<div class="content">{PARAGRAPHS}</div><div class="notice"><p>{NOTICE}</p></div>
<div class="box"><h3>Comments</h3><p>Add a public comment...</p><p>No comments yet</p></div></main>
<aside><h3>Latest</h3><a href="/1">Three things that nobody talks about at dinner</a></aside></body></html>"""
ITEM = f"""<div>Word on the Street</div><h1>{TITLE}</h1><p>By Jane Doe</p><div>Tuesday, Feb 4, 2025 3:01 am ET</div>
<div>2min read</div>{PARAGRAPHS}<p>{NOTICE}</p>
<div><h3>Comments</h3><div>Add a public comment...</div><div>No comments yet</div></div>"""
TOP = ("Word on the Street", TITLE, "Jane Doe", "Tuesday, Feb 4, 2025 3:01 am ET 2min read")
WIDGET = "Comments\nAdd a public comment...\nNo comments yet"
PLAIN = "\n\n".join((*TOP, *TEXT, NOTICE, WIDGET))


def a_document(html: str | bytes, content_type: str = "text/html; charset=utf-8") -> Document:
    body = html.encode() if isinstance(html, str) else html
    return Document(URL, content_type, body, datetime(2025, 2, 5, tzinfo=UTC))


def extracted(html: str) -> RawEntry:
    return extract(a_document(html), rules(), zones())


def article_of(html: str) -> Article:
    return clean(extracted(html), FeedInfo("page"), rules(), zones())


def texts(article: Article) -> list[str]:
    return [block.passage.text for block in blocks(article.html)]


def in_forms() -> dict[str, Article]:
    return {
        "page": article_of(PAGE),
        "item": an_article(ITEM, title=TITLE, url=URL),
        "text": an_article(PLAIN, BodyType.TEXT, title=TITLE, url=URL),
    }


@pytest.mark.parametrize("form", ["page", "item", "text"])
def test_a_page_an_item_and_a_plain_text_give_the_same_article(form):
    article = in_forms()[form]
    assert article.title == TITLE
    assert article.author == "Jane Doe"
    assert article.section == "Word on the Street"
    assert article.published == datetime(2025, 2, 4, 8, 1, tzinfo=UTC)
    assert article.reading_minutes == 2
    assert article.language == "en"
    # The notice stays: whether it is one, the next stage decides.
    assert texts(article) == [*TEXT, NOTICE]


@pytest.mark.parametrize("name", PAGES)
def test_an_article_is_found_in_its_page(name):
    page = PAGES[name]
    article = extraction.read(page)
    found = extraction.fit(" ".join(texts(article)), page.text)
    assert found.recall >= 0.97
    assert found.precision >= 0.85
    assert article.title == page.title


def test_on_all_pages_the_text_is_found_better_than_the_goal():
    fits = [extraction.fit(" ".join(texts(extraction.read(page))), page.text).f1 for page in PAGES.values()]
    assert len(fits) >= 25
    assert sum(fits) / len(fits) >= 0.965


def test_json_ld_and_meta_elements_become_fields_and_labels():
    data = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebPage", "name": "Wire"},
            {
                "@type": "NewsArticle",
                "headline": TITLE,
                "author": [{"name": "Jane Doe"}, {"name": "Ida Brandt"}],
                "datePublished": "2025-02-04T03:01:00-05:00",
                "dateModified": "2025-02-04T10:00:00Z",
                "articleSection": ["Markets", "Chips"],
                "keywords": ["chips", "factories"],
                "license": "https://creativecommons.org/licenses/by/4.0/",
                "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
                "inLanguage": "en-GB",
            },
        ],
    }
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    raw = extracted(f"<html><head>{script}</head><body><h1>{TITLE}</h1>{PARAGRAPHS}</body></html>")
    assert (raw.title, raw.author, raw.language) == (TITLE, "Jane Doe, Ida Brandt", "en-GB")
    assert (raw.published, raw.updated) == ("2025-02-04T03:01:00-05:00", "2025-02-04T10:00:00Z")
    assert raw.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert "section:Markets" in raw.labels
    assert "chips" in raw.labels
    assert (
        "digitalSourceType:http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
        in raw.labels
    )


@pytest.mark.parametrize(
    ("page_title", "site", "title"),
    [
        (f"{TITLE} | Wire Example", "", TITLE),
        (f"{TITLE} - Wire Example", "Wire Example", TITLE),
        ("Ferry - Lindow", "", "Ferry - Lindow"),
        (f"{TITLE}｜みなと新聞", "みなと新聞", TITLE),
    ],
)
def test_the_name_of_the_site_is_no_part_of_a_title(page_title, site, title):
    head = f'<title>{page_title}</title><meta property="og:site_name" content="{site}">'
    assert extracted(f"<html><head>{head}</head><body>{PARAGRAPHS}</body></html>").title == title


def test_a_canonical_link_counts_only_on_the_same_site():
    other = PAGE.replace(f'href="{URL}"', 'href="https://elsewhere.example/x/y"')
    assert extracted(other).url == URL
    same = PAGE.replace(f'href="{URL}"', 'href="/news/lantern-harbor?page=all"')
    assert extracted(same).url == "https://wire.example/news/lantern-harbor?page=all"


def test_a_page_saved_in_a_file_is_read_as_the_page_it_was():
    document = Document("file:///tmp/page.html", "text/html", PAGE.encode(), datetime(2025, 2, 5, tzinfo=UTC))
    raw = extract(document, rules(), zones())
    assert (raw.url, raw.base) == (URL, URL)


def test_pictures_lists_and_links_keep_the_markup_of_the_page():
    inner = '<figure><img data-src="/f.jpg"><figcaption>The works</figcaption></figure><ul><li>A permit in May, says the town</li></ul>'
    linked = TEXT[1].replace("closed paper mill", '<a href="/mill?utm_source=x">closed paper mill</a>')
    html = article_of(PAGE.replace(f"<p>{TEXT[1]}</p>", f"<p>{linked}</p>{inner}")).html
    assert '<img src="https://wire.example/f.jpg" title="The works" alt="The works">' in html
    assert '<a href="https://wire.example/mill" rel' in html
    assert "<ul><li>A permit in May, says the town</li></ul>" in html
    assert "<div" not in html


def test_an_encoding_is_read_from_the_page():
    page = PAGES["korean ko3"].html.replace('charset="utf-8"', 'charset="euc-kr"').encode("cp949", "replace")
    assert extract(a_document(page, "text/html"), rules(), zones()).title == PAGES["korean ko3"].title


@pytest.mark.parametrize(
    "page",
    [b"", b"\x00\xff", b"<html>", b"<div>" * 50_000, b'<script type="application/ld+json">[[[[</script>', b"just text"],
)  # fmt: skip
def test_no_page_breaks_the_reader(page):
    raw = extract(a_document(page), rules(), zones())
    assert raw.url == URL
    assert clean(raw, FeedInfo("page"), rules(), zones()).html.count("<script") == 0


def test_a_json_ld_that_is_nested_without_end_is_given_up():
    script = '<script type="application/ld+json">' + '{"@graph":' * 5_000 + "1" + "}" * 5_000 + "</script>"
    assert extracted(PAGE.replace("</head>", script + "</head>")).title == TITLE
