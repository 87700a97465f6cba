"""Words of written dates: months, weekdays and halves of the day in the languages that our sources use."""

from __future__ import annotations

_MONTHS_BY_LANGUAGE = {
    "en": "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august"
    "|sep sept september|oct october|nov november|dec december",
    "de": "jan januar jänner jaenner|feb februar feber|mär märz maerz mrz|apr april|mai|jun juni|jul juli"
    "|aug august|sep sept september|okt oktober|nov november|dez dezember",
    "fr": "janv janvier|févr fév février fevrier fevr|mars|avr avril|mai|juin|juil juillet|août aout"
    "|sept septembre|oct octobre|nov novembre|déc décembre decembre",
    "es": "ene enero|febr febrero|marzo|abr abril|mayo|junio|julio|ago agosto|set septiembre setiembre"
    "|octubre|noviembre|dic diciembre",
    "pt": "janeiro|fev fevereiro|março marco|abril|maio mai|junho|julho|agosto|setembro set"
    "|outubro out|novembro|dez dezembro",
    "it": "gen gennaio|febbraio|marzo|aprile|mag maggio|giu giugno|lug luglio|ago agosto|settembre"
    "|ott ottobre|novembre|dicembre dic",
    "nl": "januari|februari|mrt maart|april|mei|juni|juli|augustus|september|okt oktober|november|december",
}


def _months() -> dict[str, tuple[int, str]]:
    """Word -> (month, language); "" where several languages share it, as they may differ in their clock."""
    words: dict[str, tuple[int, str]] = {}
    for language, months in _MONTHS_BY_LANGUAGE.items():
        for number, names in enumerate(months.split("|"), start=1):
            for name in names.split():
                words[name] = (number, "" if name in words else language)
    return words


MONTHS = _months()

# "uhr" and "à" say which clock is meant where the month's name is shared ("4. April 2025, 9:01 Uhr").
CLUES = {
    "uhr": "de", "à": "fr", "um": "de",
    "montag": "de", "dienstag": "de", "mittwoch": "de", "donnerstag": "de", "freitag": "de", "samstag": "de",
    "sonntag": "de", "lundi": "fr", "mardi": "fr", "mercredi": "fr", "jeudi": "fr", "vendredi": "fr",
    "samedi": "fr", "dimanche": "fr",
    "오전": "ko", "오후": "ko", "午前": "ja", "午後": "ja", "上午": "zh", "下午": "zh",
}  # fmt: skip

# Before the hour in Korean, Japanese and Chinese, after it in English. True: the second half of the day.
AFTERNOON = {
    "am": False, "a.m.": False, "a.m": False, "pm": True, "p.m.": True, "p.m": True,
    "오전": False, "새벽": False, "아침": False, "오후": True, "저녁": True, "밤": True,
    "午前": False, "午後": True, "上午": False, "下午": True, "早上": False, "凌晨": False, "清晨": False,
    "中午": True, "傍晚": True, "晚上": True, "晚间": True,
}  # fmt: skip
