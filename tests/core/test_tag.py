import pytest
from core.tagging import a_matcher, an_article, companies, primary, rules, tagged

from aggregator.core.tag import explain, puzzling, tag
from aggregator.model import Article, Company, Passage, Place


@pytest.mark.parametrize(
    ("title", "body", "found"),
    [
        # Words that are names need evidence around them.
        ("Oracle buys a rival", "The database firm pays $2bn.", {"oracle"}),
        ("The oracle said nothing", "Oracle and priest left the temple.", set()),
        ("Apple opens a shop", "The iPhone maker hired forty people.", {"apple"}),
        ("Apple picking begins", "Growers in Kent need hands. Apple trees bend.", set()),
        ("The Big Apple in snow", "Sledges sold out.", set()),
        ("Target lifts pay", "Shoppers at the retailer will notice nothing.", {"target"}),
        ("Target missed", "The governor spoke of inflation.", set()),
        ("Visa and Mastercard cut fees", "Merchants cheer.", {"visa", "mastercard"}),
        ("Visa rules eased", "Tourists need a passport only.", set()),
        ("Gap closes forty shops", "The clothing chain keeps Old Navy.", {"gap"}),
        ("Pay gap narrows", "Gap persists in finance.", set()),
        ("Ford recalls vans", "Dealers will change a belt.", {"ford"}),
        ("Harrison Ford in Paris", "Ford waved.", set()),
        ("Arm sues", "The chip designer wants fees.", {"arm"}),
        ("Arm in plaster", "The goalkeeper hurt his elbow.", set()),
        ("X fined over ads", "Musk's social network must pay.", {"x-corp"}),
        ("Generation X", "Its pensions are small.", set()),
        # Affiliates, products, leaders stand for the company.
        ("Waymo adds a town", "Its cars drive at night.", {"alphabet"}),
        ("Kia sells more cars", "The carmaker grows in Europe.", {"hyundai"}),
        ("Altman speaks in Oslo", "Sam Altman met pupils.", {"openai"}),
        ("Robert Altman season", "Six films are shown.", set()),
        ("Elon Musk dances", "Guests filmed it.", set()),
        ("SK hynix ships samples", "The stacks are thin.", {"sk-hynix"}),
        # Places, foundations, venues, persons are not the company.
        ("Toyota City plants trees", "The mayor dug.", set()),
        ("Ford Foundation gives", "Libraries gain.", set()),
        ("Die Robert-Bosch-Stiftung fördert Schulen", "Es gibt Geld.", set()),
        ("Frau Porsche singt", "Sie ist zwölf.", set()),
        # Initials stand for what the article says they do.
        (
            "A trial for IBM patients",
            "Inclusion Body Myositis (IBM) weakens the fingers. IBM is rare.",
            set(),
        ),
        ("A trial at IBM", "International Business Machines (IBM) paid for it.", {"ibm"}),
        # One believed name supports the next, and that one another.
        ("Four names", "Among them Gap, Visa, Block and Nvidia.", {"gap", "visa", "block", "nvidia"}),
        # A joint venture alone stands for nobody.
        ("Stargate site opens", "Visitors came.", set()),
        # The names that merged records once shared are companies of their own.
        ("Avianca meets Varig", "They will share a hangar.", {"avianca", "varig"}),
        ("Randstad NV hires", "Adecco does not.", {"randstad", "adecco"}),
        # Words that are places, planets, races and people.
        ("Runners finish the Marathon", "Mars stood over Granada.", set()),
        ("Das Bild hing schief", "Otto und Springer spielten Schach. Der Verbund tagt.", set()),
        # Other scripts.
        ("애플, 새 전화 공개", "가격은 그대로다.", {"apple"}),
        ("애플파이 만들기", "사과와 계피.", set()),
        ("オンラインの講座", "オンラインで学ぶ。", set()),
        ("小米粥的做法", "加水煮。", set()),
    ],
)
def test_a_company_is_tagged_where_the_text_means_it(title, body, found):
    assert companies(an_article(title, body)) == found


@pytest.mark.parametrize(
    "line",
    [
        "Follow us on Facebook, X and LinkedIn.",
        "Share this on X",
        "Download our app from the App Store or Google Play.",
        "© 2025 Google LLC",
        "Amazon and the Amazon logo are trademarks of Amazon.com, Inc.",
        "Disclosure: the author owns shares in Apple.",
        "The writer holds a position in Nvidia.",
        "This text was written with the help of ChatGPT and checked by an editor.",
        "Related: Samsung beats forecast",
        "Photo: Samsung",
        "By Jane Apple, arts desk",
        "Sign in with Google or Apple",
        "We use cookies. Partners such as Google and Meta may store data.",
        "Sponsored: save at Target and Amazon today",
        "Folgen Sie uns auf Facebook und X",
        "Foto: Siemens",
        "관련기사 삼성전자 실적",
    ],
)
def test_lines_that_are_not_the_story_count_for_nobody(line):
    article = an_article("City plants trees", "Volunteers dug all day in the rain.", line)
    assert companies(article) == set()
    assert all(
        "not" in mention.reason or not mention.accepted for mention in explain(article, rules().matcher)
    )


def test_what_follows_a_heading_over_other_stories_does_not_count():
    article = an_article(
        "Bakery opens", "It sells buns.", "Related", "Samsung beats forecast", "OpenAI hires"
    )
    assert companies(article) == set()


def test_the_story_goes_on_after_such_a_list():
    long = (
        "Samsung will sell the buns in its canteen, the company said, and the baker has hired nine people to fill the order before the spring; "
        * 2
    )
    assert companies(an_article("Bakery opens", "It sells buns.", "Related", "OpenAI hires", long)) == {
        "samsung"
    }


@pytest.mark.parametrize(
    ("title", "body", "about"),
    [
        ("Samsung and OpenAI plan a lab", "They met in Suwon.", {"samsung", "openai"}),
        ("Unlike Apple, this watch runs a month", "The firm sells by post.", set()),
        ("Not OpenAI but Anthropic wins", "The library chose.", {"anthropic"}),
        ("Startup denies Samsung takeover", "It had not spoken to Samsung.", {"samsung"}),
        ("Rakuten fans fill stadium", "The Rakuten Eagles won.", set()),
        ("Five stocks to watch", "Oracle shares rose. Intel shares fell.", set()),
        ("A phone for all", "The phone by Samsung costs less.", {"samsung"}),
        ("Harbour bets on servers", "The tenant is OpenAI, quieter than a Boeing.", {"openai"}),
        ("Stargate site opens", "The project of OpenAI and SoftBank needs power.", {"openai", "softbank"}),
        # Whoever the lead begins with; those who only stand beside it are not.
        ("A van that streams films", "Toyota's prototype shows Sony films on the back rows.", {"toyota"}),
        ("A van for two", "Toyota and Sony build a van.", {"toyota", "sony"}),
        # Things side by side are about none of them.
        ("Which set is best in a bright room", "An LG with a new film, two Samsung sets, one Sony.", set()),
        # Former employers.
        ("Coders open a noodle shop", "They worked for Microsoft before.", set()),
        ("写代码的人开面馆", "四位微软前工程师在苏州煮面。", set()),
    ],
)
def test_primary_is_what_the_article_is_about(title, body, about):
    assert primary(an_article(title, body)) == about


def test_certain_companies_in_the_passage_speak_for_a_word():
    alone = an_article("Exit", "Zenith left in May, before the board met.")
    among = an_article("Exit", "Intel and Siemens wait. Zenith left in May, before the board met.")
    matcher = a_matcher(
        Company("zenith", "Zenith", words=("Zenith",), cues=("board",), doubt=2),
        Company("intel", "Intel", aliases=("Intel",)),
        Company("siemens", "Siemens", aliases=("Siemens",)),
    )
    assert not any(found.company == "zenith" for found in tag(alone, matcher))
    assert any(found.company == "zenith" for found in tag(among, matcher))


def test_tags_come_best_first_with_their_mentions():
    found = tag(
        an_article("Samsung opens a lab", "Samsung will supply Nokia. Samsung is glad."), rules().matcher
    )
    assert [each.company for each in found] == ["samsung", "nokia"]
    assert all(0 <= each.score <= 1 for each in found)
    assert len(found[0].mentions) == 3
    assert found[0].mentions[0].evidence.quote == "Samsung"


def test_evidence_points_to_what_was_written():
    article = an_article("Die Sam\u00adsung-Aktie", "Ｎｖｉｄｉａ steigt.")
    for mention in explain(article, rules().matcher):
        passage = next(each for each in article.passages if each.place is mention.evidence.place)
        assert passage.text[mention.evidence.start : mention.evidence.end] == mention.evidence.quote


def test_a_rejected_name_says_why():
    (mention, *_) = explain(an_article("Orange juice is dear", "Growers fear frost."), rules().matcher)
    assert not mention.accepted
    assert mention.reason == "part of 'Orange juice'"


@pytest.mark.parametrize(
    ("title", "puzzles"),
    [
        ("The archers hit the target", []),  # a plain word
        ("Old car seats become benches", []),  # part of a word
        ("Larry turns the Page", []),  # a surname that stands for nobody here
        ("Orange juice is dear", [("orange", "Orange juice")]),
        ("Dolphins return to the Amazon near Manaus", [("amazon", "Amazon")]),
        ("Samsung opens a lab", []),  # it counts
    ],
)
def test_only_what_a_reader_could_have_taken_for_the_company_puzzles(title, puzzles):
    article = an_article(title, "Amazon dolphins swim in the river." if "Amazon" in title else "So it is.")
    tagged = {found.company for found in tag(article, rules().matcher)}
    found = puzzling(explain(article, rules().matcher), tagged)
    assert [(mention.company, mention.evidence.quote) for mention in found] == puzzles


def test_a_leader_counts_in_the_years_of_office(a_year):
    then = an_article("Lee Iacocca speaks", "He was brief.", published=a_year(1987))
    now = an_article("Lee Iacocca speaks", "He was brief.", published=a_year(2025))
    assert companies(then) == {"chrysler"}
    assert companies(now) == set()


@pytest.fixture
def a_year():
    from datetime import UTC, datetime

    return lambda year: datetime(year, 6, 1, tzinfo=UTC)


def test_title_and_summary_are_read_where_there_are_no_passages():
    assert companies(Article(url=None, title="Nvidia hires", summary="So does Intel Corp.")) == {
        "nvidia",
        "intel",
    }


def test_labels_count_a_little():
    article = Article(url=None, title="A day out", passages=(Passage(Place.LABEL, "Samsung"),))
    (found,) = tag(article, rules().matcher)
    assert not found.primary


def test_nothing_is_found_in_nothing():
    assert tag(Article(url=None, title=""), rules().matcher) == ()


def test_headlines_that_are_links_and_end_the_body_are_other_stories():
    found = tagged(
        "Tram opens",
        "<p>It stops twice.</p><ul><li><a href='/a'>Sony sells a studio</a></li><li><a href='/b'>Boeing hires in Oslo</a></li></ul>",
    )
    assert found == ()
