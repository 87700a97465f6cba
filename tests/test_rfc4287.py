from __future__ import annotations

import pytest
from builders import a_topic_feed
from rfc4287 import problems

from aggregator.write.atom import write_atom

GOOD = """<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:a.example,2025:f</id><title>t</title>
<updated>2025-02-04T12:00:00Z</updated><link rel="self" href="https://a.example/f"/><author><name>n</name></author>
<entry><id>tag:a.example,2025:e</id><title>t</title><updated>2025-02-04T12:00:00.5+09:00</updated>
<link href="https://a.example/1"/><content type="html">x</content></entry></feed>"""


def test_a_good_feed_has_no_problem():
    assert problems(GOOD.encode()) == []
    assert problems(write_atom(a_topic_feed()).whole()) == []


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("</feed>", "", "not well-formed"),
        ("<title>t</title>\n", "", "0 title"),
        ("tag:a.example,2025:e", "12", "no absolute IRI"),
        ('href="https://a.example/1"', 'href="/1"', "no absolute IRI"),
        ('href="https://a.example/1"', 'href="https://a.example/a b"', "no absolute IRI"),
        ("2025-02-04T12:00:00Z", "2025-02-04 12:00", "no RFC 3339 instant"),
        ("2025-02-04T12:00:00Z", "2025-02-04T12:00:00", "no RFC 3339 instant"),
        ('rel="self"', 'rel="related"', "no link rel=self"),
        ("<author><name>n</name></author>", "", "no author"),
        ("<author><name>n</name></author>", "<author><uri>urn:x</uri></author>", "not one name"),
        ('<content type="html">x</content>', '<content type="html"><b/></content>', "child elements"),
        ('<content type="html">', '<content type="nonsense">', "type 'nonsense'"),
        ('<content type="html">x</content>', "<published>2025</published>", "published"),
        ("<entry>", "<entry><subtitle>s</subtitle>", "not allowed here"),
        ("<entry>", '<entry><link href="https://a.example/2"/>', "two alternate links"),
        ("<entry>", '<entry><link rel="enclosure" href="urn:x:y" length="big"/>', "length"),
        ("<entry>", '<entry><category label="x"/>', "no term"),
        ("<entry>", "<entry><source><id>tag:a.example,2025:s</id></source>", "source without title"),
        ("<entry>", "<entry>words", "text between"),
        ('<title>t</title>\n<updated>2025-02-04T12:00:00Z', '<title size="1">t</title>\n<updated>2025-02-04T12:00:00Z', "attribute size"),
        ('<link href="https://a.example/1"/><content type="html">x</content>', "", "neither content nor"),
    ],
)  # fmt: skip
def test_each_fault_is_found(right, wrong, complaint):
    assert right in GOOD
    found = problems(GOOD.replace(right, wrong, 1).encode())
    assert any(complaint in problem for problem in found), found


def test_an_id_used_twice_is_found():
    entry = GOOD[GOOD.index("<entry>") : GOOD.index("</feed>")]
    assert any("in 2 entries" in problem for problem in problems(GOOD.replace(entry, entry * 2).encode()))
