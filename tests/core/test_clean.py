"""core.clean: an entry as sent becomes an article: facts as fields, the body as its author wrote it."""

import json
import re
from datetime import UTC, datetime

import pytest
from core.cleaning import FIXTURES, URL, an_article, html_of, rules
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.core import stories
from aggregator.core.clean.body import html_of_text
from aggregator.core.clean.gate import markup, needs_surgery
from aggregator.core.clean.rules import compile_phrases
from aggregator.core.clean.sanitize import sanitize
from aggregator.core.clean.surgery import operate
from aggregator.core.passages import blocks
from aggregator.model import BodyType, Draft, FeedInfo, Passage, Place, RawEntry, Versions
from aggregator.store.rows import pack
from benchmarks import cleaning

PROSE = "The harbour board approved a new ferry line on Monday, after three years of talks with both towns."
SCORES = list(cleaning.measure(FIXTURES / "bodies", rules()))


@pytest.mark.parametrize("score", SCORES, ids=lambda score: score.name)
def test_a_body_keeps_its_authors_words_and_loses_the_rest(score):
    assert score.lost == ()
    assert score.remains == ()
    assert score.targets_right


def test_fifty_varied_bodies_are_measured():
    assert len(SCORES) >= 50


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        ("Plain", "Plain"),
        ("A <b>bold</b> claim", "A bold claim"),
        ("AT&amp;amp;T &amp;lt;b&amp;gt;buys&amp;lt;/b&amp;gt;", "AT&T buys"),
        ("  two\n lines ", "two lines"),
        ("한빛 &amp; 달빛", "한빛 & 달빛"),
    ],
)
def test_a_title_is_plain_text(sent, title):
    assert an_article(title=sent).title == title


def test_an_entry_without_title_is_called_by_its_first_words():
    assert an_article(f"<p>{PROSE}</p>", title="").title.startswith("The harbour board approved")


@pytest.mark.parametrize(
    ("sent", "author"),
    [
        ("Jane Doe", "Jane Doe"),
        ("By Jane Doe", "Jane Doe"),
        ("jane@example.org (Jane Doe)", "Jane Doe"),
        ("Jane Doe <jane@example.org>", "Jane Doe"),
        ("Jane Doe jane@example.org", "Jane Doe"),
        ("von Erika Muster", "Erika Muster"),
        ("김도윤 기자", "김도윤"),
        ("jane@example.org", "jane@example.org"),
        ("", None),
        (None, None),
    ],
)
def test_an_author_is_the_name_alone(sent, author):
    assert an_article(author=sent).author == author


@pytest.mark.parametrize(
    ("sent", "cleaned"),
    [
        ('<a href="/x">y</a>', "https://news.example/x"),
        ('<a href="x">y</a>', "https://news.example/2025/x"),
        ('<a href="#note">y</a>', URL + "#note"),
        ('<a href="//other.example/x">y</a>', "https://other.example/x"),
        ('<a href="https://e.example/?utm_source=a&id=1&fbclid=b">y</a>', "https://e.example/?id=1"),
        ('<a href="https://www.google.com/url?q=https://e.example/a&sa=D">y</a>', "https://e.example/a"),
        ('<a href="https://e.example/p?id=1&ref=news.example">y</a>', "https://e.example/p?id=1"),
        ('<a href="https://e.example/p?ref=v1.2">y</a>', "https://e.example/p?ref=v1.2"),
        ('<a href="mailto:a@e.example">y</a>', "mailto:a@e.example"),
    ],
)
def test_links_are_absolute_and_free_of_trackers(sent, cleaned):
    assert f'href="{cleaned}"'.replace("&", "&amp;") in html_of(sent).replace("&amp;", "&").replace(
        "&", "&amp;"
    )


def test_the_base_of_the_body_is_what_its_relative_links_stand_on():
    assert 'src="https://cdn.example/a/b.png"' in html_of('<img src="b.png">', base="https://cdn.example/a/")


@pytest.mark.parametrize(
    "pixel",
    [
        '<img src="https://news.example/p.gif" width="1" height="1">',
        '<img src="https://news.example/p.gif" style="display:none">',
        '<img src="https://news.example/p.gif" style="width:1px;height:1px">',
        '<img src="https://feeds.feedburner.com/~r/x/1" alt="">',
        '<img src="https://pixel.anything.example/a">',
        '<img src="https://medium.com/_/stat?event=x">',
        "<img>",
        '<img src="data:image/gif;base64,R0lGOD">',
    ],
)
def test_tracking_pixels_go(pixel):
    assert html_of(f"<p>{PROSE}</p>{pixel}") == f"<p>{PROSE}</p>"


@pytest.mark.parametrize(
    ("frame", "link"),
    [
        ('<iframe src="https://www.youtube.com/embed/abcdefghijk?rel=0"></iframe>', "https://www.youtube.com/watch?v=abcdefghijk"),
        ('<iframe data-src="//player.vimeo.com/video/123"></iframe>', "https://vimeo.com/123"),
        ('<object data="https://www.youtube.com/v/abcdefghijk"></object>', "https://www.youtube.com/watch?v=abcdefghijk"),
        ('<video controls><source src="/a.mp4"></video>', "https://news.example/a.mp4"),
        ('<iframe src="https://open.spotify.com/embed/track/1"></iframe>', "https://open.spotify.com/embed/track/1"),
        ('<amp-youtube data-videoid="abcdefghijk"></amp-youtube>', "https://www.youtube.com/watch?v=abcdefghijk"),
    ],
)  # fmt: skip
def test_an_embedded_player_becomes_a_link(frame, link):
    html = html_of(f"<p>{PROSE}</p>{frame}")
    assert f'<a href="{link}"' in html
    assert "<iframe" not in html


def test_other_frames_go():
    assert html_of('<p>x</p><iframe src="https://ads.example/banner"></iframe>') == "<p>x</p>"


@pytest.mark.parametrize(
    "image",
    [
        '<img src="data:image/gif;base64,AAAA" data-src="/a.jpg">',
        '<img data-lazy-srcset="/s.jpg 300w, /a.jpg 900w">',
        '<img srcset="/s.jpg 1x, /a.jpg 2x">',
        '<picture><source srcset="/a.jpg"></picture>',
        '<picture><source srcset="/w.webp"><img src="/a.jpg"></picture>',
        '<img class="lazy"><noscript><img src="/a.jpg"></noscript>',
        "<noscript>&lt;img src=/a.jpg&gt;</noscript>",
        '<amp-img src="/a.jpg"></amp-img>',
    ],
)
def test_a_lazy_picture_is_a_plain_one(image):
    assert html_of(f"<p>x</p>{image}").count('<img src="https://news.example/a.jpg"') == 1


def test_a_column_a_dateline_and_a_reading_time_at_the_top_become_fields():
    article = an_article(
        "<p>Word on the Street</p><h1>Ferry line approved</h1><p>By Jane Doe</p>"
        f"<p>Tuesday, Feb 4, 2025 3:01 am ET</p><p>2min read</p><p>{PROSE}</p>",
        title="Ferry line approved",
    )
    assert article.section == "Word on the Street"
    assert article.author == "Jane Doe"
    assert article.published == datetime(2025, 2, 4, 8, 1, tzinfo=UTC)
    assert article.reading_minutes == 2
    assert article.html == f"<p>{PROSE}</p>"


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("3 min read", 3), ("Reading time: 12 minutes", 12), ("읽는 시간 2분", 2), ("この記事は約5分で読めます", 5),
        ("阅读时间 4分钟", 4), ("Lesezeit: 7 Min.", 7), ("Temps de lecture : 6 min", 6), ("Tiempo de lectura: 8 min", 8),
    ],
)  # fmt: skip
def test_a_shown_reading_time_is_believed(line, minutes):
    article = an_article(f"<p>{line}</p><p>{PROSE}</p>")
    assert (article.reading_minutes, article.html) == (minutes, f"<p>{PROSE}</p>")


@pytest.mark.parametrize(
    "line",
    [
        "We waited 5 min to read the letter.",
        "Feb 4 was a Tuesday",
        "By the river, where Jane Doe lives",
        "Reporters met",
    ],
)
def test_a_line_that_is_only_partly_a_fact_is_text(line):
    assert line in an_article(f"<p>{line}</p><p>{PROSE}</p>").html


def test_what_the_entry_says_itself_comes_before_what_its_body_shows():
    article = an_article(
        f"<p>By Jane Doe</p><p>Feb 4, 2025</p><p>{PROSE}</p>",
        author="Ida Brandt",
        published="2025-02-03T10:00:00Z",
        updated="2025-02-05T10:00:00Z",
    )
    assert article.author == "Ida Brandt"
    assert article.published == datetime(2025, 2, 3, 10, tzinfo=UTC)
    assert article.updated == datetime(2025, 2, 5, 10, tzinfo=UTC)


def test_passages_are_the_title_the_body_and_the_labels():
    article = an_article("<p>Text</p>", title="Title", labels=("Ports &amp; ships", "section:Sea"))
    assert article.passages == (
        Passage(Place.TITLE, "Title"),
        Passage(Place.LEAD, "Text"),
        Passage(Place.LABEL, "Ports & ships"),
    )
    assert article.section == "Sea"


def test_a_body_escaped_once_too_often_is_read_as_html():
    assert html_of("&lt;p&gt;One &amp;amp; two&lt;/p&gt;") == "<p>One &amp; two</p>"
    assert "&lt;p&gt;" in html_of("<p>Write &lt;p&gt; for a paragraph.</p>")


def test_plain_text_gets_paragraphs_and_links():
    assert html_of_text("One < two\n\nSee https://e.example/a?b=1&c=2.\n\n한국") == (
        '<p>One &lt; two</p>\n<p>See <a href="https://e.example/a?b=1&amp;c=2">https://e.example/a?b=1&amp;c=2</a>.</p>'
        "\n<p>한국</p>"
    )


def test_lines_broken_at_a_column_are_one_paragraph():
    lines = ["word " * 13 + "end", "more " * 13 + "end", "and the last one"]
    assert html_of_text("\n".join(lines)).count("<p>") == 1
    assert html_of_text("short\nlines\nof a list").count("<p>") == 3


def test_an_entry_without_body_shows_its_summary():
    assert html_of("", summary="<p>Only this.</p>") == "<p>Only this.</p>"


def test_the_gate_lets_pass_only_what_surgery_would_not_change():
    passed = 0
    for path in sorted((FIXTURES / "bodies").glob("*.yaml")):
        for body in cleaning.yaml.safe_load(path.read_text(encoding="utf-8")):
            html = body["html"].replace("⟦", "").replace("⟧", "")
            if needs_surgery(html, markup(html), rules()):
                continue
            passed += 1
            operated = sanitize(operate(html, URL, rules()), URL, URL, rules())
            assert _texts(operated) == _texts(sanitize(html, URL, URL, rules()))
    assert passed > 15


def _texts(html: str) -> list[str]:
    return [block.passage.text for block in blocks(html)]


@pytest.mark.parametrize(
    "line",
    [
        "You are receiving this email because you opted in on our website.",
        '<a href="/u">Unsubscribe from this list</a> | <a href="/p">Update your preferences</a>',
        'Update your email preferences or unsubscribe <a href="/u">here</a>',
        "👉 Don't forget to like and subscribe and hit the bell!",
        'submitted by <a href="/u/a">/u/a</a> <a href="/l">[link]</a> <a href="/c">[comments]</a>',
        '<a href="/c">Add new comment</a>',
        "Hosted by Simplecast, an AdsWizz company. See pcm.adswizz.com for information about our collection.",
        "Suscríbete para seguir leyendo",
        "Il vous reste 80 % de cet article à lire. La suite est réservée aux abonnés.",
        "Dieser Artikel ist nur für Abonnenten verfügbar.",
        'Más información: <a href="/p">Los perros piden lo mismo</a>',
        "네이버에서 마을신문 구독하기",
        '▶ <a href="/b">오늘의 인기 기사 보기</a>',
        "この記事は有料会員限定です。残り：812文字",
        "この記事が気に入ったらサポートをしてみませんか？",
        "点击上方蓝字关注我们",
        "长按识别二维码关注",
        "点个“在看”再走吧",
        '<a href="/2">下一篇：酱油巷里的猫</a>',
    ],
)
def test_a_line_that_only_asks_or_leads_elsewhere_is_cut(line):
    assert html_of(f"<p>{PROSE}</p><p>{line}</p><p>{PROSE}</p>") == f"<p>{PROSE}</p><p>{PROSE}</p>"


@pytest.mark.parametrize(
    "line",
    [
        'More on <a href="https://e.example/a">the flooding of the village</a>.',
        'Más información: <a href="https://e.example/">www.e.example</a>',
        "Subscribe was the word he used, and he meant it.",
        "이 회사는 카카오톡에서 채널을 운영한다고 밝혔다.",
        "有料会員は十万人を超えた。",
        "他在看那本书，点了一下头。",
        "Unsubscribe rates rose by a third in May, the firm says.",
    ],
)
def test_a_line_of_the_authors_that_sounds_alike_stays(line):
    assert an_article(f"<p>{PROSE}</p><p>{line}</p>").html.count("<p>") == 2


def test_facts_for_machines_are_no_categories_of_what_is_published():
    labels = ("Chips", "section:Markets", "readingMinutes:2", "digitalSourceType:trainedAlgorithmicMedia")
    raw = RawEntry(key="k", fingerprint=b"", url="https://e.example/1", title="T", labels=labels)
    article = an_article(f"<p>{PROSE}</p>", labels=labels)
    assert (article.section, article.reading_minutes) == ("Markets", 2)
    draft = Draft(raw, article, (), (), stories.sketch(article), Versions("c", "d", "t"))
    assert json.loads(pack(draft).columns["extras"])[0] == ["Chips"]


TOKENS = (
    '<p>|</p>|<div>|</div>|<b>|</b>|<a href="/x?utm_source=1">|</a>|<a href="https://twitter.com/share?u=1">|'
    "<img src=/a.png>|<img src=/p.gif width=1>|<br>|<hr>|<ul>|<li>|</ul>|<ol>|</li>|<h2>|</h2>|<pre>|</pre>|\n|"
    "<blockquote>|</blockquote>|<table>|<tr>|<td>|</td>|</table>|<caption>|<figure>|<figcaption>|</figure>|"
    '<span class="share">|</span>|<iframe src="https://www.youtube.com/embed/abcdefghi">|</iframe>|<noscript>|'
    "</noscript>|<button>|</button>|<object>|</object>|<svg>|</svg>|<math>|<mi>|</math>|<title>|</title>|"
    "<textarea>|<style>|</style>|<script>|</script>|<!--|-->|&lt;p&gt;|&amp;lt;|&nbsp;|Read more|Comments|"
    "Share this:|Related articles|No comments yet|The author wrote this sentence.|Feb 4, 2025|By Jane Doe|T|"
    "<select>|<option>|<template>|</template>|<form>|</form>|<custom-tag>|<dl>|<dt>|<dd>|<details>|<summary>|"
    "<code>|</code>|<sup>|<i>|<em>|</em>|<section>|<nav>|</nav>|<x:y>|[caption]|[/caption]|<ruby>|<rt>|<center>|"
    "<font>|</font>|<marquee>|<body>|<html>|<head>|<frameset>|<plaintext>|<xmp>|<noembed>|<picture>|"
    '<source srcset="/b.png 2x">|<img data-src=/l.png>|<video src=/v.mp4>|</video>'
)
MARKUP = st.lists(st.sampled_from(TOKENS.split("|")), max_size=25).map("".join)


@settings(max_examples=400, deadline=None)
@given(MARKUP)
def test_cleaning_twice_equals_cleaning_once(markup):
    once = an_article(markup, title="Another title")
    again = an_article(once.html, title="Another title")
    assert again.html == once.html


@given(st.text(max_size=300), st.sampled_from(list(BodyType)))
def test_any_text_at_all_becomes_an_article(body, body_type):
    article = an_article(body, body_type)
    assert article.html == an_article(article.html).html
    article.html.encode("utf-8")


def test_the_language_is_the_feeds_where_the_text_agrees():
    assert an_article(f"<p>{PROSE}</p>", language="en-GB").language == "en-GB"
    assert an_article("<p>서울시가 다음 달부터 자전거길 두 곳을 고친다.</p>", language="en").language == "ko"
    assert FeedInfo("rss20").language is None


def test_phrases_are_asked_by_their_first_letters_and_found_as_without():
    patterns = [
        "(please )?(like|follow) us.{0,9}",
        "b?c",
        r"\d+ notes|x{0,2}y",
        "(?:공유|share)",
        "[ef]g|(a|)h",
    ]
    found = compile_phrases(patterns)
    whole = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    texts = [
        "please like us",
        "follow us now",
        "c",
        "bc",
        "3 notes",
        "y",
        "xy",
        "공유",
        "share",
        "eg",
        "h",
        "ah",
        "like",
        "please",
        "ag",
        "z",
    ]
    assert [bool(found.fullmatch(text)) for text in texts] == [bool(whole.fullmatch(text)) for text in texts]
    assert set(found.first) >= {"pl", "li", "fo", "bc", "c", "sh"}


@pytest.mark.parametrize(
    "name", ["label", "anywhere", "advert", "courtesy", "tail", "related", "related_label"]
)
def test_every_phrase_of_the_data_is_a_sound_pattern(name):
    asked = getattr(rules(), name)
    patterns = [asked.any, asked.other.pattern, *(each.pattern for each in asked.first.values())]
    # Nor does any take an empty text for a phrase.
    assert not [pattern.pattern for pattern in patterns if pattern.fullmatch("")]


@pytest.mark.parametrize("name", ["open", "ends"])
def test_every_guarded_phrase_is_a_sound_pattern(name):
    asked = getattr(rules(), name)
    guarded = [asked] if name == "open" else [*asked.by_beginning.values(), asked.rest]
    patterns = [phrase.pattern for one in guarded for _, phrase in (*one.ascii, *one.other)]
    assert patterns
    assert not [pattern.pattern for pattern in patterns if pattern.fullmatch("")]
