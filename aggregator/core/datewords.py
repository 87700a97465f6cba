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

# Of other languages, what those above have not taken. They have no clock of their own here.
_MORE_MONTHS = (
    "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
    "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december",
    "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember des",
    "tammikuuta tammikuu|helmikuuta helmikuu|maaliskuuta maaliskuu|huhtikuuta huhtikuu"
    "|toukokuuta toukokuu|kesäkuuta kesäkuu|heinäkuuta heinäkuu|elokuuta elokuu|syyskuuta syyskuu"
    "|lokakuuta lokakuu|marraskuuta marraskuu|joulukuuta joulukuu",
    "sty stycznia styczeń|lut lutego luty|mar marca marzec|kwi kwietnia kwiecień|maja maj"
    "|cze czerwca czerwiec|lip lipca lipiec|sie sierpnia sierpień|wrz września wrzesień"
    "|paź października październik|lis listopada listopad|gru grudnia grudzień",
    "ledna leden|února únor|března březen|dubna duben|května květen|června červen|července červenec"
    "|srpna srpen|září|října říjen|listopadu|prosince prosinec",
    "янв января январь|фев февр февраля февраль|мар марта март|апр апреля апрель|мая май"
    "|июн июня июнь|июл июля июль|авг августа август|сен сент сентября сентябрь|окт октября октябрь"
    "|ноя нояб ноября ноябрь|дек декабря декабрь",
    "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня",
    "oca ocak|şub şubat|mart|nis nisan|may mayıs|haz haziran|tem temmuz|ağu ağustos|eyl eylül"
    "|eki ekim|kas kasım|ara aralık",
    "ιανουαρίου|φεβρουαρίου|μαρτίου|απριλίου|μαΐου|ιουνίου|ιουλίου|αυγούστου|σεπτεμβρίου|οκτωβρίου"
    "|νοεμβρίου|δεκεμβρίου",
    "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember",
    "يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر",
)


def _months() -> dict[str, tuple[int, str]]:
    """Word -> (month, language); "" where several languages share it, as they may differ in their clock."""
    words: dict[str, tuple[int, str]] = {}
    for language, months in _MONTHS_BY_LANGUAGE.items():
        for number, names in enumerate(months.split("|"), start=1):
            for name in names.split():
                words[name] = (number, "" if name in words else language)
    for months in _MORE_MONTHS:
        for number, names in enumerate(months.split("|"), start=1):
            for name in names.split():
                words.setdefault(name, (number, ""))
    return words


MONTHS = _months()

# "uhr" and "à" say which clock is meant where the month's name is shared ("4. April 2025, 9:01 Uhr").
CLUES = {
    "uhr": "de", "à": "fr", "um": "de",
    "montag": "de", "dienstag": "de", "mittwoch": "de", "donnerstag": "de", "freitag": "de", "samstag": "de",
    "sonntag": "de", "lundi": "fr", "mardi": "fr", "mercredi": "fr", "jeudi": "fr", "vendredi": "fr",
    "samedi": "fr", "dimanche": "fr",
    "오전": "ko", "오후": "ko", "입력": "ko", "수정": "ko", "등록": "ko", "승인": "ko",
    "午前": "ja", "午後": "ja", "上午": "zh", "下午": "zh",
}  # fmt: skip

# Before the hour in Korean, Japanese and Chinese, after it in English. True: the second half of the day.
AFTERNOON = {
    "am": False, "a.m.": False, "a.m": False, "pm": True, "p.m.": True, "p.m": True,
    "오전": False, "새벽": False, "아침": False, "오후": True, "저녁": True, "밤": True,
    "午前": False, "午後": True, "上午": False, "下午": True, "早上": False, "凌晨": False, "清晨": False,
    "中午": True, "傍晚": True, "晚上": True, "晚间": True,
}  # fmt: skip
