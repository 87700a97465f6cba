"""core.language: by script, then by the commonest words; a declaration is believed where it fits."""

import pytest

from aggregator.core.language import choose, detect

TEXTS = {
    "en": "The harbour board approved a new ferry line on Monday, after three years of talks with the towns.",
    "de": "Die Gemeinde baut ihre Schule aus Holz, und der Rat stimmte am Montag mit elf zu zwei Stimmen zu.",
    "fr": "La halle de la ville rouvrira en mai, après deux ans de travaux, et le marché sera dans les rues.",
    "es": "El puerto de la ciudad tendrá un mercado desde junio, y los vecinos lo esperan con mucha alegría.",
    "pt": "O porto da cidade terá um mercado em junho, e os moradores não sabem ainda o que será da praça.",
    "it": "Il porto della città avrà un mercato nel mese di giugno, e gli abitanti sono contenti per questo.",
    "nl": "De haven van de stad krijgt een markt, en het bestuur is er niet blij mee omdat het te veel kost.",
    "ko": "서울시가 다음 달부터 한강 자전거길 두 곳을 고친다. Samsung 로고가 붙는다.",
    "ja": "北港市は4日、古い灯台を図書館として開くと発表した。",
    "zh": "台北一家小书店周二宣布，将把二楼改成自习室，全天开放。",
    "ru": "Городской совет в понедельник одобрил новую паромную линию.",
    "ar": "افتتحت البلدية مكتبة جديدة يوم الثلاثاء.",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_a_text_shows_its_language(language, text):
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "Samsung Galaxy S25", "12:30", "🎉"])
def test_too_little_text_shows_none(text):
    assert detect(text) is None


@pytest.mark.parametrize(
    ("declared", "text", "chosen"),
    [
        ("en_us", TEXTS["en"], "en-US"),
        ("ZH-hant-tw", TEXTS["zh"], "zh-Hant-TW"),
        ("en", TEXTS["ko"], "ko"),
        ("en-US", TEXTS["de"], "de"),
        ("uk", TEXTS["ru"], "uk"),
        ("fa", TEXTS["ar"], "fa"),
        ("ja", "東京都議会", "ja"),
        ("ko", TEXTS["en"], "en"),
        ("fi", TEXTS["en"], "fi"),
        ("de", "Samsung Galaxy S25", "de"),
        ("english please", TEXTS["en"], "en"),
        (None, TEXTS["fr"], "fr"),
        (None, "?", None),
    ],
)
def test_a_declaration_is_believed_unless_the_text_speaks_against_it(declared, text, chosen):
    assert choose(declared, text) == chosen
