"""In which language a text is written: by script, then by the commonest words."""

from __future__ import annotations

import re

_SCRIPTS = (
    ("ko", re.compile("[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
_BEYOND_LATIN = re.compile("[\u0370-\u1fff\u3040-\U0003ffff]+")  # holds all of the above
_LATIN = re.compile("[A-Za-zÀ-ɏ]")
# Languages whose script is the one named, so that a declaration of one of them is believed.
_OF_SCRIPT = {
    "ru": frozenset(("ru", "uk", "bg", "sr", "mk", "be", "kk", "mn", "ky", "tg")),
    "ar": frozenset(("ar", "fa", "ur", "ps", "ckb")),
    "hi": frozenset(("hi", "mr", "ne")),
    "zh": frozenset(("zh", "ja", "yue")),
    "ja": frozenset(("ja",)),
}
_NOT_LATIN = frozenset(("ko", "ja", "zh", "el", "he", "th", "yue", "ta", "te", "bn", "ka", "hy", "am")).union(
    _OF_SCRIPT["ru"] - {"sr"}, _OF_SCRIPT["ar"], _OF_SCRIPT["hi"]
)
# The commonest words of each language, without those that another one of these has too.
_COMMON = {
    "en": "the and of to in that is for on with as it was are by at from this be has have an will its",
    "de": "der die das und den von zu mit ist im nicht des auf für ein eine dem sich auch als wird bei nach",
    "fr": "le la les des et est une du dans que pour qui sur par au avec pas sont ce plus aux cette ses ont",
    "es": "el la los las que y en una por con para del se es su como más al lo sus ha este fue pero también",
    "pt": "o os que e da do em um uma para com não por mais dos das na no se foi ao pela são também",
    "it": "il di che la e un per una in è del della con non sono le si dei alla da più nel anche gli ha",
    "nl": "de het een van en in dat is op te voor met zijn niet aan er om ook als naar wordt door bij heeft",
    "sv": "och att det som en på är av för med den till inte har ett om de var från kan sig ska",
    "da": "og at det en den til er som på de med af for ikke der har et fra kan blev også",
    "pl": "w i na się z do nie to że jest o jak po przez od dla za są ma oraz",
    "tr": "ve bir bu için ile da de olarak olan daha çok gibi en sonra kadar olduğu ancak",
    "id": "yang dan di untuk dengan dari ini pada tidak dalam akan adalah itu juga oleh ke",
    "vi": "và của là các có cho được trong một với những không đã để người này",
}
_LANGUAGES_OF: dict[str, tuple[str, ...]] = {}
for _language, _words in _COMMON.items():
    for _word in set(_words.split()):
        _LANGUAGES_OF[_word] = (*_LANGUAGES_OF.get(_word, ()), _language)
_SAMPLE = 1500  # characters that tell enough
_ENOUGH = 3  # common words that make a guess


def detect(text: str) -> str | None:
    """The language of a text as a two-letter code; None where it is too short or too mixed to tell."""
    sample = text[:_SAMPLE]
    if sample.isascii():
        return _by_words(sample)
    beyond = "".join(_BEYOND_LATIN.findall(sample))
    if not beyond:
        return _by_words(sample)
    latin = len(_LATIN.findall(sample))
    counts = {language: len(pattern.findall(beyond)) for language, pattern in _SCRIPTS}
    # A Japanese text is mostly Han with some kana, a Korean one names its firms in Latin letters.
    if counts["ja"] and counts["ja"] * 12 >= counts["zh"] and counts["ja"] >= counts["ko"]:
        counts["ja"] += counts.pop("zh")
    best = max(counts, key=lambda language: counts[language])
    # A character of these scripts says about as much as two or three letters.
    if counts[best] and counts[best] * 2.5 >= latin:
        return best
    return _by_words(sample)


def choose(declared: str | None, text: str) -> str | None:
    """The declared language where the text does not speak against it, else what the text shows.

    ``declared`` is a BCP 47 tag of the entry or its feed, case and underscore mended; a declaration
    of another script, or of a language whose common words are hardly there, is a template's default.
    """
    found = detect(text)
    tag = _tag(declared)
    if tag is None or found is None:
        return tag or found
    primary = tag.split("-")[0]
    if primary == found or primary in _OF_SCRIPT.get(found, ()):
        return tag
    if primary in _NOT_LATIN or found not in _COMMON:
        return found
    if primary not in _COMMON:
        return tag  # a Latin-script language whose words we do not know
    scores = _scores(text[:_SAMPLE])
    return found if scores[found] > 2 * scores[primary] + _ENOUGH else tag


def _by_words(sample: str) -> str | None:
    scores = _scores(sample)
    words = sample.count(" ") + 1
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    best, second = ranked[0], ranked[1]
    if scores[best] < _ENOUGH or scores[best] * 10 < words or scores[best] == scores[second]:
        return None
    return best


def _scores(sample: str) -> dict[str, int]:
    """How many of the words are common ones, by language."""
    scores = dict.fromkeys(_COMMON, 0)
    common: dict[str, int] = {}
    for word in filter(_LANGUAGES_OF.__contains__, sample.lower().split()):
        common[word] = common.get(word, 0) + 1
    for word, count in common.items():
        for language in _LANGUAGES_OF[word]:
            scores[language] += count
    return scores


def _tag(declared: str | None) -> str | None:
    if not declared:
        return None
    parts = declared.strip().replace("_", "-").split("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", parts[0]) or not all(
        re.fullmatch(r"[A-Za-z0-9]{1,8}", p) for p in parts
    ):
        return None
    region = [
        part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in parts[1:]
    ]
    return "-".join([parts[0].lower(), *region])
