"""core.extract: author and date are read from what a page shows, where it does not tell machines."""

import pytest
from core.test_extract import PARAGRAPHS, TITLE, extracted

VOICE = '<div class="v"><b class="author">Reader</b><time datetime="2025-03-01">2h</time><p>I will believe it when I see it.</p></div>'


def page(above: str = "", below: str = "", head: str = "") -> str:
    return (
        f"<html><head><title>{TITLE}</title>{head}</head><body><h1>{TITLE}</h1>{above}"
        f'<div class="text">{PARAGRAPHS}</div>{below}<section id="comments">{VOICE * 4}</section></body></html>'
    )


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ('<ul><li itemprop="author"><span>Jane Doe</span></li></ul>', "Jane Doe"),
        ('<span class="c-bylines-0-2">By JANE DOE</span>', "JANE DOE"),
        ('<div class="authorCol_x1"><div>Jane Doe</div><small>Keeper of the works</small></div>', "Jane Doe"),
        ("<ul><li>Jane Doe, Wire Staff Writer</li><li>Jan 19, 2024</li></ul>", "Jane Doe"),
        ("<p>By <a>loom_jane</a>, in Workshop</p>", "loom_jane"),
        ("<i>By Jane Doe<br>Wire Staff Writer</i>", "Jane Doe"),
        ("<p>Interview by <span>Jane Doe</span>. Portraits by Ole Berg.</p>", "Jane Doe"),
        ("<span>Escrito por Ana Ruiz</span>", "Ana Ruiz"),
        ("<p>By Monday</p>", None),
        ('<span class="author">von unserer Redaktion</span>', None),
        ("<p>By the time the works opened, the mill had closed.</p>", None),
    ],
)
def test_an_author_is_who_stands_behind_a_label_or_before_a_job(line, author):
    assert extracted(page(above=line)).author == author


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("<p>本文作者：沈若溪</p>", "沈若溪"),
        ('<div class="x-sig"><span>佐伯美和</span></div>', "佐伯美和"),
        ("<div>Par <a>Bastien</a> - Publié dans : <a>Hiver</a></div>", "Bastien"),
    ],
)
def test_an_author_may_stand_below_the_text(line, author):
    assert extracted(page(below=line)).author == author


def test_a_commenter_and_the_site_itself_are_no_authors():
    assert extracted(page()).author is None
    named = '<meta property="og:site_name" content="Wire Example"><meta name="author" content="Wire Example">'
    assert extracted(page(head=named)).author is None
    placed = '<meta name="author" content="Jane Doe in Osset">'
    assert extracted(page(head=placed)).author == "Jane Doe"


@pytest.mark.parametrize(
    ("above", "published"),
    [
        (
            '<li itemprop="datePublished"><span>9 Maio, 2019</span></li><time>1 April 2018</time>',
            "2019-05-09",
        ),
        (
            '<span class="Timestamp" data-source="2019-08-08T19:20:11Z">August 8, 2019</span>',
            "2019-08-08T19:20:11Z",
        ),
        ("<div>Vendredi 17 février 2012</div>", "2012-02-17"),
        ('<span>Edition of May 3, 2017</span><p class="dt">September 3, 2018</p>', "2018-09-03"),
        ("<p>Founded in 1901</p>", None),
    ],
)
def test_a_date_is_a_line_that_says_nothing_else(above, published):
    found = extracted(page(above=above)).published
    assert found is None if published is None else (found or "").startswith(published)


def test_a_meta_element_may_say_in_its_own_way_when_a_text_came_out():
    head = '<meta name="town:first-published-at" content="2025-02-18T10:30:00+00:00">'
    assert extracted(page(head=head)).published == "2025-02-18T10:30:00+00:00"


def test_json_ld_is_read_where_an_xhtml_page_guards_it():
    script = '<script type="application/ld+json"><![CDATA[{"@type": "NewsArticle", "author": {"name": "Ole Berg"}}]]></script>'
    assert extracted(page(head=script)).author == "Ole Berg"
