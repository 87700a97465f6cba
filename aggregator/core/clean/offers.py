"""Short lines that offer what a site has: "Follow us on Spotify", "공감 한 번 눌러 주세요", "Terms of use".

No list of phrases holds them all, so they are told by their parts, which data/boilerplate.yaml lists by kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

MAX_OFFER = 120  # characters
MAX_LONG_OFFER = 260
# Weights of what an offer holds, and how much makes a longer line one; set apart inside a text it takes more.
ENOUGH, ENOUGH_INSIDE = 5.0, 6.0
_FOR_PART, _FOR_ADDRESS, _FOR_TOLD, _FOR_OTHER, _FOR_SHORT = 2.0, 1.0, -1.5, -0.4, 1.0
_SHORT = 40  # characters: of a label rather than a sentence
_MORE_REQUESTS = 2  # that count beyond the first
# Words of an offer that the data does not know: a name, a day. Of a platform's offer, and of a site's own.
_MAX_OTHER = 2
_MAX_OTHER_OWN = 1
MAX_APPEAL = 320  # characters
MAX_LONG_APPEAL = 800  # of one whose links all lead to where offers do
_ENOUGH_APPEAL, _MOST_ASKED = 6.0, 2
_FOR_SIGN = 1.5
_PRICE = re.compile(r"[€$£¥]\s?\d|\d[\d.,]* ?(?:[€$£¥]|euros?\b|dollars?\b|pounds?\b|reais\b|cents?\b)")
_ROW_SEAM = re.compile(r"\s*[|·•/»«<>\[\]]+\s*|\s+[-–—~]+\s+")
_COUNT = re.compile(r"\(?\b\d[\d.,]*\)?\s*")  # "Comments (3)"
_MAX_NETWORKS_LABEL = 5  # words
_MIN_ROW, _MAX_ROW, _MAX_ROW_PART = 2, 12, 30
_QUOTED = re.compile('["“”„«»「」『』]')
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BLANKED = bytes(code if chr(code).isalpha() else 32 for code in range(128)) + bytes(128)
_CLAUSE = re.compile(r"[,.:;!?¡¿|·•–—]+")
_MORE = re.compile(
    r"[。！？](?=\w)|(?<=[다요죠])[.!] (?=\w)"
)  # another sentence follows: each is asked by itself
_ROW_EDGES = " .!>»→"
_ADDRESS = re.compile(r"(.{2,70}?)\W*\b(?:https?://(?:www\.)?|www\.)(\S+)\Z")
_CONDITION = re.compile(r"(?:if|wenn|falls|si|se|als) ")
_MOST_OTHERS, _MOST_TOLD = 2, 1  # words of a label of an address, and of a sure request


@dataclass(frozen=True, slots=True)
class Form:
    """An offer in a language that does not part its words by blanks: it holds ``act`` and ``thing``."""

    letters: re.Pattern[str]  # those of the language
    act: re.Pattern[str]
    thing: re.Pattern[str]
    told: re.Pattern[str]  # and none of these


@dataclass(frozen=True)
class Offers:
    """The parts of offers; all words are in lower case."""

    acts: frozenset[str]
    mild_acts: frozenset[str]  # only of lines that are weighed
    sure_acts: frozenset[str]  # enough where the line leads to where offers do
    things: frozenset[str]
    own_things: frozenset[str]  # things only beside a word of ``whose``
    whose: frozenset[str]
    leads: frozenset[str]  # before an act
    small: frozenset[str]
    goods: frozenset[str]  # beside those, of lines that are weighed
    anyones: frozenset[str]  # of ``whose``: those that others say too
    readers: frozenset[str]  # whom an offer speaks to
    told: frozenset[str]  # no offer holds one of these
    rows: frozenset[str]  # whole entries of a row under a page
    networks: frozenset[str]  # what a row of links to them calls them
    joiners: frozenset[str]
    labels: frozenset[str]  # before an address: "Merch: https://…"
    shelf_words: frozenset[str]  # beside links to what a text is filed under
    row_links: frozenset[str]  # those that are none alone
    forms: tuple[Form, ...]

    @cached_property
    def all_acts(self) -> frozenset[str]:
        """Both kinds."""
        return self.acts | self.mild_acts

    @cached_property
    def ours(self) -> frozenset[str]:
        """The words that say that something is the site's."""
        return self.whose - self.anyones

    @cached_property
    def known(self) -> frozenset[str]:
        """All the words that an offer may be made of."""
        return (
            self.acts | self.mild_acts | self.things | self.own_things | self.whose | self.small | self.leads
        )

    @cached_property
    def known_weighed(self) -> frozenset[str]:
        """Those of a line that is weighed."""
        return self.known | self.goods | self.readers

    @cached_property
    def only_told(self) -> frozenset[str]:
        """The words that are told of somebody and stand in no offer that is weighed."""
        return self.told - self.small - self.goods - self.readers


@dataclass(frozen=True)
class Appeals:
    """The parts of sentences that ask for money or members; all words are in lower case."""

    gifts: frozenset[str]
    free: frozenset[str]  # what a site does without, and is for
    payers: frozenset[str]
    askers: frozenset[str]
    small: frozenset[str]
    acts: frozenset[str]  # what is asked for
    told: frozenset[str]  # of others than the site and its readers
    forms: tuple[tuple[re.Pattern[str], ...], ...]  # all patterns of one are found

    @cached_property
    def subjects(self) -> frozenset[str]:
        """What no appeal is without."""
        return self.gifts | self.free


def compile_offers(data: Mapping[str, object]) -> Offers:
    """Compile the mapping "offers" of data/boilerplate.yaml. Raises KeyError, TypeError or re.error."""
    forms = data["forms"]
    if not isinstance(forms, list):
        raise TypeError(f"expected a list, got {forms!r:.60}")
    return Offers(
        acts=_words(data["acts"]),
        mild_acts=_words(data["mild_acts"]),
        sure_acts=_words(data["sure_acts"]),
        things=_words(data["things"]),
        own_things=_words(data["own_things"]),
        whose=_words(data["whose"]),
        leads=_words(data["leads"]),
        small=_words(data["small"]),
        goods=_words(data["goods"]),
        anyones=_words(data["anyones"]),
        readers=_words(data["readers"]),
        told=_words(data["told"]),
        rows=_words(data["rows"]),
        row_links=_words(data["row_links"]),
        networks=_words(data["networks"]),
        joiners=_words(data["joiners"]),
        labels=_words(data["labels"]),
        shelf_words=_words(data["shelf_words"]),
        forms=tuple(
            Form(*(re.compile(form[part]) for part in ("letters", "act", "thing", "told"))) for form in forms
        ),
    )


def compile_appeals(data: Mapping[str, object]) -> Appeals:
    """Compile the mapping "appeals" of data/boilerplate.yaml. Raises KeyError, TypeError or re.error."""
    forms = data["forms"]
    if not isinstance(forms, list):
        raise TypeError(f"expected a list, got {forms!r:.60}")
    return Appeals(
        gifts=_words(data["gifts"]),
        free=_words(data["free"]),
        payers=_words(data["payers"]),
        askers=_words(data["askers"]),
        small=_words(data["small"]),
        acts=_words(data["acts"]),
        told=_words(data["told"]),
        forms=tuple(tuple(re.compile(str(part)) for part in form) for form in forms),
    )


@lru_cache(maxsize=64)  # a line is asked for several things, and again when others are gone
def words_of(text: str) -> frozenset[str]:
    """The words of a folded text, as the rest of this module takes them."""
    if "n't" in text:
        text = text.replace("n't", " not")  # "don" is a gift in French
    if text.isascii() and "-" not in text:
        return frozenset(
            text.encode().translate(_BLANKED).decode().split()
        )  # the same, in a third of the time
    return frozenset(_WORD.findall(text))


def is_offer(text: str, words: frozenset[str], offers: Offers) -> bool:
    """Whether a folded line of at most MAX_OFFER characters is an offer or a row of a page's footer."""
    if len(text) > MAX_OFFER:
        return False
    if text.strip(_ROW_EDGES) in offers.rows:
        return True
    if not (text.isascii() or _MORE.search(text)) and any(
        form.letters.search(text)
        and form.act.search(text)
        and form.thing.search(text)
        and not form.told.search(text)
        for form in offers.forms
    ):
        return True
    return not offers.acts.isdisjoint(words) and _offers_by_words(text, words, offers)


def is_labelled_address(text: str, offer_urls: re.Pattern[str], offers: Offers) -> bool:
    """Whether a folded line is an offer and its address: "Merch: https://…", "Instagram: https://…"."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return False
    label = found[1]
    words = words_of(label)
    if label.strip(_ROW_EDGES) in offers.rows or is_offer(label, words, offers):
        return True
    told = words & offers.only_told
    owned = not (offers.own_things.isdisjoint(words) or offers.whose.isdisjoint(words))
    telling = owned or not words.isdisjoint(offers.labels | offers.things | offers.networks)
    others = len(words - offers.known - offers.labels - offers.networks - offers.goods - offers.readers)
    if offer_urls.match(found[2]):
        return not told and others <= _MOST_OTHERS and (telling or not offers.acts.isdisjoint(words))
    return not told and not others and telling


def is_sure_request(text: str, words: frozenset[str], offers: Offers) -> bool:
    """Whether a folded sentence that leads to where offers do asks to subscribe, to join or to give."""
    if offers.sure_acts.isdisjoint(words):
        return False
    first, *rest = _CLAUSE.split(text, maxsplit=2)
    if rest and _CONDITION.match(first):
        first = rest[0]
    told = words & offers.only_told
    return len(told) <= _MOST_TOLD and is_request(first, offers.sure_acts, offers.leads)


def weigh(text: str, words: frozenset[str], leads_there: bool, offers: Offers) -> float:
    """How much a folded line of one or more sentences is an offer; 0 where it asks for nothing.

    ``leads_there``: all its links lead to where offers do.
    """
    if len(text) > MAX_LONG_OFFER or offers.all_acts.isdisjoint(words):
        return 0.0
    requests = requests_in(text, offers)
    if not requests:
        return 0.0
    own = not offers.own_things.isdisjoint(words)
    ours = not offers.ours.isdisjoint(words)
    anyones = not ours and not offers.anyones.isdisjoint(words)
    addressed = (not offers.readers.isdisjoint(words)) + ours
    things = len(offers.things & words)
    named = things > 0 and (addressed > 0 or leads_there or things > 1)
    if not addressed and not leads_there and not named:
        return 0.0
    parts = 1 + leads_there + (things > 0) + (own and ours)
    told = words & offers.only_told
    others = words - offers.known_weighed - told
    return (
        parts * _FOR_PART
        + (addressed + (own and anyones) + (things > 1) + named + min(requests - 1, _MORE_REQUESTS))
        * _FOR_ADDRESS
        + len(told) * _FOR_TOLD
        + len(others) * _FOR_OTHER
        + (len(text) <= _SHORT and not text.endswith((".", "!", "?"))) * _FOR_SHORT
    )


def is_row(text: str, beside: str, offers: Offers) -> bool:
    """Whether a folded line is a row of links: "Home | Archive | Guestbook".

    ``beside`` is its text outside of links.
    """
    seen = (_COUNT.sub("", part).strip(_ROW_EDGES) for part in _ROW_SEAM.split(text))
    parts = [part for part in seen if part]
    if not _MIN_ROW <= len(parts) <= _MAX_ROW or any(len(part) > _MAX_ROW_PART for part in parts):
        return False
    known = sum(part in offers.rows or part in offers.row_links for part in parts)
    return known == len(parts) or (known > 0 and not _WORD.search(beside))


def is_row_of_networks(links: Sequence[str], beside: str, offers: Offers) -> bool:
    """Whether links are called by networks and nothing else, after a label that asks to follow or none.

    ``beside`` is the line's text outside of them; both are in lower case.
    """
    if any(link.strip(_ROW_EDGES) not in offers.networks for link in links):
        return False
    words = [word for word in _WORD.findall(beside) if word not in offers.joiners]
    return not words or (
        len(words) <= _MAX_NETWORKS_LABEL
        and words[0] in offers.all_acts | offers.leads
        and offers.told.isdisjoint(words)
    )


def is_appeal(
    text: str, words: frozenset[str], leads_there: bool, is_apart: bool, offers: Offers, appeals: Appeals
) -> bool:
    """Whether folded sentences ask for money or members.

    They quote nobody and tell nothing of others; they speak of a gift or of independence, for the site
    itself. ``leads_there``: all their links lead to where offers do; ``is_apart``: a rule or a box parts
    them from the text.
    """
    gift = not appeals.gifts.isdisjoint(words)
    free = not appeals.free.isdisjoint(words)
    if len(text) > (MAX_LONG_APPEAL if leads_there else MAX_APPEAL):
        return False
    if not gift and not free:
        return not text.isascii() and any(all(part.search(text) for part in form) for form in appeals.forms)
    asker = not appeals.askers.isdisjoint(words)
    payers = not appeals.payers.isdisjoint(words)
    addressed = not offers.readers.isdisjoint(words)
    request = any(is_request(clause, appeals.acts, offers.leads) for clause in _CLAUSE.split(text))
    speaks_up = free or payers or leads_there or is_apart or request or (asker and addressed)
    if not (asker or free) or not speaks_up or _QUOTED.search(text):
        return False
    asked = min(len(words & appeals.small), _MOST_ASKED)
    return (
        (gift + free + leads_there) * _FOR_PART
        + (payers + request + is_apart + bool(_PRICE.search(text))) * _FOR_SIGN
        + (asker + asked + addressed) * _FOR_ADDRESS
        - len(words & appeals.told) * _FOR_PART
    ) >= _ENOUGH_APPEAL


def _offers_by_words(text: str, words: frozenset[str], offers: Offers) -> bool:
    if not offers.told.isdisjoint(words):
        return False
    named = not offers.things.isdisjoint(words)
    owned = not (offers.own_things.isdisjoint(words) or offers.whose.isdisjoint(words))
    if not named and not owned:
        return False
    others = len(words - offers.known)
    if others > (_MAX_OTHER if named else _MAX_OTHER_OWN if not offers.ours.isdisjoint(words) else 0):
        return False
    return any(
        is_request(clause, offers.acts, offers.leads) or (not others and _ends_with_request(clause, offers))
        for clause in _CLAUSE.split(text)
    )


def requests_in(text: str, offers: Offers) -> int:
    """How many clauses of a folded text say what to do."""
    return sum(is_request(clause, offers.all_acts, offers.leads) for clause in _CLAUSE.split(text))


def is_request(clause: str, acts: frozenset[str], leads: frozenset[str]) -> bool:
    """Whether the first word of a clause, but for what may lead to it, says what to do."""
    first = next((word for word in _WORD.findall(clause) if word not in leads), "")
    return first in acts


def _ends_with_request(clause: str, offers: Offers) -> bool:
    """As German infinitives do."""
    words = _WORD.findall(clause)
    return len(words) > 1 and words[-1] in offers.acts


def _words(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, got {value!r:.60}")
    return frozenset(str(word) for word in value)
