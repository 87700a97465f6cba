"""What a site sets around a text in sentences, rows and boxes of its own; and the author's lines like it."""

import re

import pytest
from core.cleaning import html_of

PROSE = "The miller has put up a bench beside the race, and by Sunday evening there was a fish in the tin."

# Each a family; its lines are of several systems and languages.
ENDS = {
    "appeals for gifts and members": """
We have no shareholders and no advertising. Our work is paid for by readers like you.
This newsroom is independent because our readers fund it. Join our members from 4 pounds a month.
Our reporting is free to read thanks to the donations of our community.
Unsere Redaktion ist unabhängig und werbefrei, weil unsere Mitglieder sie tragen.
Dieses Magazin finanziert sich aus Spenden unserer Leserinnen und Leser.
Als Genossenschaft gehören wir unseren Lesern. Schon vier Euro im Monat helfen.
Nous n'avons ni actionnaire ni publicité : nous vivons des dons de nos lecteurs.
Notre rédaction est indépendante grâce à ses abonnés. Soutenez-nous dès 3 euros par mois.
Nuestro periodismo no tiene publicidad ni accionistas: vivimos de las cuotas de nuestras socias.
Hazte socio desde cinco euros al mes y apoya un periodismo independiente.
Il nostro giornalismo è indipendente: viviamo delle donazioni dei lettori.
Diventa sostenitore con un contributo di tre euro al mese.
Nosso jornalismo é independente e vive das doações dos leitores.
Onze journalistiek is onafhankelijk en leeft van de donaties van lezers. Steun ons.
Word lid voor drie euro per maand.
We're asking readers to help fund our investigations. Give what you can.
Keep independent media alive — become a sustaining member.
Mit einer Spende helfen Sie uns, unabhängig zu bleiben.
Vous appréciez notre travail ? Aidez-nous à rester indépendants.
Este contenido es posible gracias a nuestros socios y socias.
Se questo lavoro ti è utile, sostienici con una donazione.
Help ons onafhankelijk te blijven: word donateur.
광고 없는 언론, 독자님의 정기구독이 힘이 됩니다.
独立した報道を続けるため、購読でのご支援をお願いします。
支持独立媒体，欢迎成为我们的会员。
이 매체는 독자 여러분의 후원으로 운영됩니다.
당サイトは読者の皆さまのご寄付で運営しています。
本站没有广告，靠读者捐款维持运营。
Quality journalism isn't free. Help us keep it that way for everyone with a gift of any size.
We're a small team with no big backers. Chip in £3 to keep us going.
If you value our coverage, consider a donation.
Our work depends on readers like you. Thank you for your support.
Did you find this useful? Buy me a beer.
You can support my writing on Ko-fi or by sharing this post.
Wir sind ein gemeinnütziger Verein und auf Ihre Unterstützung angewiesen. Spenden Sie jetzt!
Guter Journalismus kostet Geld. Unterstützen Sie uns mit einem Abo.
Ihnen gefällt unsere Arbeit? Dann freuen wir uns über eine Spende.
L'information a un coût. Soutenez un média libre en vous abonnant.
Reporterre est gratuit pour tous grâce à ses donateurs. Faites un don !
Pour nous soutenir, c'est par ici.
Necesitamos tu apoyo para seguir contando historias como esta.
Si te ha gustado este artículo, puedes invitarme a un café.
Ayúdanos a seguir siendo independientes. Dona.
Il giornalismo di qualità ha un costo. Sostieni il nostro lavoro con un abbonamento.
Precisamos do seu apoio para continuar fazendo reportagens como esta.
Assine e ajude a manter o jornalismo livre.
Goede journalistiek kost geld. Steun ons met een donatie.
여러분의 후원이 좋은 기사를 만듭니다.
더 나은 보도를 위해 후원회원이 되어 주세요.
この記事が役に立ったら、コーヒーを一杯おごってください。
みなさまのご支援が、取材を支えています。
如果觉得有用，可以请我喝杯咖啡。
优质内容需要您的支持，欢迎赞赏。
""",
    "carriers of podcasts": """
Hosted on Acast. See acast.com/privacy for more information.
Hosted by Ausha. See ausha.co/privacy-policy for more information.
Hosting provided by SoundOn
Powered by Firstory Hosting
Hébergé par Acast. Visitez acast.com/privacy pour plus d'informations.
Dieser Podcast wird vermarktet von der Tonbude.
Dieser Podcast wird gehostet von Podigee.
Möchtest du mehr über unsere Werbepartner erfahren? Hier findest du alle Infos und Rabatte!
Este podcast está alojado en Acast.
Questo podcast è distribuito da Spreaker.
Deze podcast wordt gehost door Springcast.
이 팟캐스트는 팟방에서 제공됩니다.
この番組はソラキャストで配信されています。
本节目由声音岛托管
""",
    "where it was published": """
This article originally appeared on Lamp Post at https://lamps.example/fish?src=rss
The Fish originally published on Lamp Post, which is part of the Mill family.
La noticia El pez del molino fue publicada originalmente en Farola por Nora Ruiz.
L'article Le poisson du moulin a été publié initialement sur Réverbère.
Der Beitrag Der Fisch in der Dose ist zuerst erschienen auf Laterne.
Der Artikel Der Fisch in der Dose erschien zuerst bei Laterne.
L'articolo Il pesce del mulino è stato pubblicato originariamente su Lampione.
O artigo O peixe do moinho foi publicado originalmente em Poste.
Het artikel De vis in het blik is oorspronkelijk verschenen op Lantaarn.
글 통조림 속 물고기이 등대에 처음 등장했습니다.
缶の魚は街灯で最初に公開されました。
文章罐头里的鱼最早发表于路灯
""",
    "counters": """
You are visitor number 18,402 since March 1999
Visitors since 2001: 18402
This page has been viewed 1,204 times.
Sie sind Besucher Nr. 18402
Besucher: 18402
Vous êtes le 18402e visiteur
Cette page a été vue 1204 fois
Eres el visitante número 18402
Sei il visitatore n. 18402
Letto 1204 volte
Você é o visitante número 18402
U bent bezoeker nummer 18402
1204 keer gelezen
오늘 12 어제 40 전체 18,402
조회수 1,204회
あなたは18402人目のお客様です
アクセスカウンター：18402
您是第18402位访客
本站总访问量：18402次
""",
    "recipe plug-ins": """
Jump to Recipe
Jump to Recipe - Print Recipe
Print Recipe
Did you make this recipe? Tag @larder on Instagram so we can see!
Tried this recipe? Leave a rating below!
Zum Rezept springen
Hast du das Rezept ausprobiert? Dann lass einen Kommentar da.
Aller à la recette
Vous avez testé cette recette ? Dites-nous tout.
Ir a la receta
¿Has preparado esta receta? Cuéntanoslo.
Vai alla ricetta
Hai provato questa ricetta? Raccontaci com'è andata!
Ir para a receita
Naar het recept
Heb je dit recept gemaakt? Laat het weten.
레시피로 바로 가기
レシピへジャンプ
跳转到食谱
""",
    "forums and helpfulness": """
Click to expand...
Zum Vergrößern anklicken...
Cliquez pour agrandir...
Haz clic para expandir...
Clicca per espandere...
Clique para expandir...
Klik om uit te klappen...
클릭하여 펼치기...
クリックして展開...
点击展开
Was this helpful? Yes / No
War das hilfreich? Ja / Nein
submitted by pearwall to orchards
""",
    "adverts": """
Advertisement
Anzeige
Publicité
Publicidad
Pubblicità
Publicidade
Advertentie
광고
広告
广告
""",
    "labels and rows": """
You've read your last free article this month. Subscribe for €1 a week.
12,044 people have read this
Make sure to tag me if you bake it: @larder
Save this for later on Pinterest!
Open in the Gull app
앱에서 보기
アプリで開く
Privacy policy: podcast.example/privacy
Produit et diffusé par Ausha
Total page views: 18,204
Last updated 3 May 2003 - 18204 hits
Copyright 2024 Gull Post. All rights reserved.
Top of page | Back to index
Pin this recipe for later!
Rate this recipe
Show more replies
Mehr anzeigen
Ver más comentarios
View all 14 comments
More from our network
Nos derniers articles
""",
    "platforms": """
좋은 기사 원고료 주기 : 응원글보기
회원 가입하고 기사를 제보하세요
앱에서 더 편하게 보세요! 앱 다운로드
記事が気に入ったら「いいね」してね
アプリならもっと便利にチェック
サポートいただけると、投げ銭で活動を応援できます
想看更多故事，关注灯塔视频号！
更多报道，请下载灯塔客户端
您的支持是我继续创作的动力
坚持原创，您的鼓励将支持我们
Not on Ledger yet? Start your 14-day free trial. No credit card required.
Noch kein Konto? Jetzt kostenlos testen.
Clicca qui per continuare a leggere
""",
}

# Lines of authors that share words with those.
AUTHORS = """
Our picks are independent, but retailers pay us a share when you shop through them.
(Je suis moi-même actionnaire de Valmeron depuis 2019, que le lecteur le sache.)
Transparence : notre journal compte Kering parmi ses actionnaires, dont il est question ici.
Every word on this site is typed by a person with cold hands; we don't use anything like a robot.
We need your help to find the clapper; it is brass and weighs a stone.
Support for the bridge came from nobody.
The donation box holds a fish and two buttons.
He asked his readers for money and got turnips.
Our readers will remember the goat.
I paid five pounds for it, and would again.
If you go, take the early ferry; the late one has no roof.
My thanks to the members of the bell society, who lent the rope.
The journal is independent, and it shows.
Wir haben die Mitglieder gezählt: es sind vierzig, mit Hund.
Unsere Leser wissen es längst.
Der Verein sucht einen Kassenwart; Näheres am Dienstag.
Die Spende ging an den Tierschutz in Wick.
Nos lecteurs s'en souviennent peut-être.
Le don de la chèvre reste un mystère.
Nuestros lectores lo saben.
Los socios votaron y ganó el pez.
I nostri lettori ricordano la capra.
Os sócios votaram no peixe.
Onze lezers kennen de brug.
후원자는 끝내 나타나지 않았다.
読者からの手紙は三通だった。
捐款的人没有留下名字。
Help came at noon, with sandwiches.
Give the dough an hour.
Our thanks to Ivor for the gauge.
Become what you like, my aunt said.
Thank you to everyone who came; the cake was gone by three.
We meet again on Tuesday. Bring a chair and a friend.
Members of the public may attend; tea is free.
The exhibition is free and runs until May.
Eintritt frei, Spenden erbeten.
Entrée libre, don au chapeau.
For more, see chapter four.
Write to me if you have seen it.
The museum has no shareholders, the warden said, and its members were gone by six.
P.S. The coffee was good.
P.S. If you know whose fish it is, write to the mill.
We have no sponsors this year, so bring your own chairs on Saturday.
Our members meet on Tuesday at seven.
The paper was independent until 1931 and lived on donations.
Der Verein lebte von Spenden, bis er keine mehr brauchte.
Die Genossenschaft gehört 112 Bauern.
Le journal vivait de dons, disait-elle, et de miracles.
La asociación era independiente y tenía tres socios.
L'associazione aveva dodici soci e una bandiera.
De vereniging had veertig leden en een boot.
할아버지는 신문을 구독하셨다.
寄付は集まらなかった。
捐款箱里有一条鱼。
She was the first visitor since March.
There were 1,204 visitors, and one goat.
The essay was first published in 1931, in a paper that nobody kept.
This recipe is my aunt's.
Print the recipe on card, as paper curls.
Jump to the recipe, and you miss the story of the goat.
Home is where the goat is.
앱은 쓰지 않는다.
소정의 원고료를 받고 썼습니다.
アプリは使わない。
他没有下载那个客户端，只是看着海。
""".strip().splitlines()


@pytest.mark.parametrize(
    ("family", "line"), [(name, line) for name, lines in ENDS.items() for line in lines.strip().splitlines()]
)
def test_what_a_site_adds_under_a_text_is_cut(family, line):
    assert html_of(f"<p>{PROSE}</p><p>{PROSE}</p><p>{line}</p>").count("<p>") == 2, family


@pytest.mark.parametrize("line", AUTHORS)
def test_an_authors_last_line_stays(line):
    assert html_of(f"<p>{PROSE}</p><p>{PROSE}</p><p>{line}</p>").count("<p>") == 3


@pytest.mark.parametrize(
    "row",
    [
        '| <a href="/">Home</a> | <a href="/a">Older readings</a> | <a href="/g">Sign my guestbook</a> |',
        '<a href="/1">Prev</a> · <a href="/">Index</a> · <a href="/3">Next</a>',
        '[ <a href="/">Startseite</a> ] [ <a href="/g">Gästebuch</a> ]',
        '<a href="/1">« Précédent</a> | <a href="/3">Suivant »</a>',
        '<a href="/1">Anterior</a> | <a href="/3">Siguiente</a>',
        '<a href="/1">이전글</a> | <a href="/">목록</a> | <a href="/3">다음글</a>',
        '<a href="/1">前へ</a> | <a href="/">トップ</a>',
        '<a href="/1">上一页</a> | <a href="/">首页</a>',
    ],
)
def test_a_row_of_links_under_a_page_is_cut(row):
    assert "<a" not in html_of(f"<p>{PROSE}</p><p>{PROSE}</p><p>{row}</p>")


def test_a_row_of_links_that_are_the_authors_stays():
    assert "<a" in html_of(
        f'<p>{PROSE}</p><p><a href="/a">The deed</a> | <a href="/b">The map of 1890</a></p>'
    )


HEADLINES = (
    '<ul><li><a href="https://lamps.example/1">The harbour that bought a tug</a></li>'
    '<li><a href="https://lamps.example/2">Nobody bid on the lighthouse</a></li></ul>'
)


@pytest.mark.parametrize(
    "heading", ["<h4>Popular now</h4>", "<p>Beliebt</p>", "<p>人気記事</p>", "<p>热门文章</p>", ""]
)
def test_a_list_of_headlines_under_a_text_is_cut(heading):
    assert "tug" not in html_of(f"<p>{PROSE}</p><p>{PROSE}</p>{heading}{HEADLINES}")


@pytest.mark.parametrize(
    "before",
    [
        "<h2>Sources</h2>",
        "<p>My notes of this week:</p>",
        "<p>It rained. The following may help.</p>",
        "<p>Diese Texte.</p>",
    ],
)
def test_a_list_that_the_author_speaks_of_stays(before):
    assert "tug" in html_of(f"<p>{PROSE}</p>{before}{HEADLINES}")


def test_a_list_of_works_stays():
    works = HEADLINES.replace("lamps.example", "arxiv.org")
    assert "tug" in html_of(f"<p>{PROSE}</p>{works}")


def test_a_roundup_of_links_stays():
    assert "tug" in html_of(f"<p>Good morning.</p>{HEADLINES}")


def test_a_box_of_an_offer_goes_whole():
    box = "<div><p><strong>Our stories take months.</strong></p><p>Become a Lamp member for the price of a coffee.</p></div>"
    shown = html_of(f"<p>{PROSE}</p>{box}<p>{PROSE}</p>")
    assert "months" not in shown
    assert shown.count("<p>") == 2


@pytest.mark.parametrize(
    "line", ["Editing: Ada Oelke", "The mill opens at six.", "No reproduction without permission"]
)
def test_what_stands_in_a_box_with_an_offer_and_is_the_authors_stays(line):
    assert line in html_of(f"<p>{PROSE}</p><div><p>Follow us on Instagram</p><p>{line}</p></div>")


def test_a_name_is_known_with_or_without_its_capitals():
    for name in ("K2FeedTags", "k2feedtags", "itemTagsBlock"):
        assert "ford" not in html_of(f'<p>{PROSE}</p><div class="{name}"><ul><li>ford</li></ul></div>')


@pytest.mark.parametrize(
    "line",
    [
        "Want more bees? Get a guide to the hedge and follow the advice of the member on page six.",
        "Watch the heron and find us on Facebook, was all that the sign said.",
        'Listen to the river, and follow <a href="/path">the path</a> to the sea.',
        '[<a href="/map">A map of the mill race in 1890</a>]',
    ],
)
def test_an_authors_paragraph_in_the_midst_stays(line):
    assert html_of(f"<p>{PROSE}</p><p>{line}</p><p>{PROSE}</p>").count("<p>") == 3


def test_an_editors_link_between_brackets_goes():
    link = '[ <a href="/map">The drive-in is for sale, raccoons included</a> ]'
    assert html_of(f"<p>{PROSE}</p><p>{link}</p><p>{PROSE}</p>").count("<p>") == 2


def test_a_form_that_holds_the_text_stays():
    assert "miller" in html_of(f'<form id="page"><p>{PROSE}</p><p>{PROSE}</p></form>')


def _read(html):
    return " ".join(re.sub("<[^<>]+>", " ", html).split())


@pytest.mark.parametrize(
    "text",
    [
        "<p>架空の文具店は3月4日、一晩で消えるインクを発売すると発表した。価格は880円。</p>"
        "<p>消えたあとの紙には、かすかなくぼみが残る。</p>",
        "<p>가온시 외딴섬의 우체통에 지난해 편지 3천 통이 들어왔다.</p>",
        "<p>The ferry at Lindow runs again after nine weeks, with one new rope.</p>",
    ],
)
@pytest.mark.parametrize("name", ["subscription", "ad-content", "share-box"])
def test_a_name_of_boilerplate_never_takes_all_that_a_body_tells(text, name):
    under = (
        '<div id="art"><p>Copyright © Lindow Media, Inc. All Rights Reserved.</p></div>'
        '<div class="box"><h2>関連記事</h2><ul><li><a href="/1">鉛筆はなぜ六角形なのか</a></li>'
        '<li><a href="/2">消しゴムのかすを数える研究</a></li></ul></div><div class="share"><p>この記事をシェア</p></div>'
    )
    body = f'<div id="body"><div class="{name}">{text}</div></div>{under}'
    assert _read(html_of(body)) == _read(text)
    assert _read(html_of(body.replace("<div ", "<div data-src='x' "))) == _read(text)  # by the tree


def test_a_box_of_an_offer_goes_also_from_under_a_text_that_is_shorter():
    text = "<p>The ferry at Lindow runs again after nine weeks.</p>"
    offer = (
        '<div class="newsletter-box"><p>Sign up for our newsletter and get the best of Lindow in your inbox.</p>'
        "<p>By signing up you agree to our terms of use and to our privacy policy, every word of it.</p></div>"
    )
    assert _read(html_of(text + offer)) == _read(text)


@pytest.mark.parametrize(
    "notice",
    [
        "본 기사는 광고주의 비용 지원으로 제작된 기사형 광고입니다. 본지는 사실 여부에 대해 책임지지 않습니다.",
        "This is sponsored content: Lindow Ropes paid for it and read it before we did.",
    ],
)
def test_a_notice_in_a_box_named_as_an_advert_stays(notice):
    text = f"<p>{PROSE}</p><p>{PROSE}</p>"
    assert notice in _read(html_of(f'<div class="ad-label">{notice}</div>{text}'))
    assert notice in _read(html_of(f'<div class="ad-label">{notice}</div>{text}<iframe src="/x"></iframe>'))
    offer = '<div class="ad-label"><p>Buy rope, by the metre or by the mile, wherever you are on the river.</p></div>'
    assert "by the mile" not in _read(html_of(offer + text))


ADDRESSES = """
Subscribe for a new film every Friday: https://www.youtube.com/@millrace
Merch: https://millrace.shop.example
Support the channel on Patreon: https://www.patreon.com/millrace
Instagram: https://www.instagram.com/millrace
"""


@pytest.mark.parametrize("markup", ["<p>{}</p>", "{}<br>\n"])
def test_offers_with_their_addresses_go_wherever_they_stand_in_a_row(markup):
    lines = "".join(markup.format(line) for line in ADDRESSES.strip().splitlines())
    body = f"<p>{PROSE}<br><br>\n{lines}<br>\nThanks to Gwen for the loan of the lathe, and for the tea.</p>"
    if markup.startswith("<p>"):
        body = f"<p>{PROSE}</p>{lines}<p>Thanks to Gwen for the loan of the lathe, and for the tea.</p>"
    html = html_of(body)
    assert "://" not in html
    assert "loan of the lathe" in html


@pytest.mark.parametrize(
    "line",
    [
        "Drawings: https://drawings.example/race",
        "The paper: https://arxiv.org/abs/1234.5678",
        "Code: https://github.com/millrace/gate",
        "The miller's page: https://miller.example/",
    ],
)
def test_addresses_that_an_author_gives_stay(line):
    html = html_of(f"<p>{PROSE}</p><p>{line}</p><p>Map: https://map.example/1</p>")
    assert line.split(": ")[1] in html
    assert "map.example" in html


def test_hashtags_to_be_found_by_go_with_the_offers_over_them():
    html = html_of(f"<p>{PROSE}</p><p>Merch: https://millrace.shop.example</p><p>#mill #race #fish</p>")
    assert "Merch" not in html
    assert "#mill" not in html


@pytest.mark.parametrize(
    "line",
    [
        "#ad #mill #race",
        "#협찬 #물레방아",
        "#商品提供 #水車",
        '<a href="https://social.example/mill">#mill</a> <a href="https://social.example/race">#race</a>',
        "#race",
        "#mill is what the miller would search for",
    ],
)
def test_hashtags_that_disclose_or_lead_somewhere_stay(line):
    assert "#" in html_of(f"<p>{PROSE}</p><p>{line}</p>")


@pytest.mark.parametrize(
    "line",
    [
        "Thanks for reading. If you have mended one and lost a customer over it, tell me; I am writing on that next.",
        "내 돈 내고 먹은 솔직한 후기이고, 다음 주에는 강 건너편으로 갑니다. 아는 빵집이 있으면 댓글로 알려 주세요!",
    ],
)
def test_an_author_who_says_more_than_an_offer_is_kept(line):
    assert line in html_of(f"<p>{PROSE}</p><p>{line}</p>")


@pytest.mark.parametrize("line", ["웹에서 보기", "수신거부 Unsubscribe", "친구에게 구독 링크 보내기"])
def test_the_foot_of_a_korean_letter_goes(line):
    assert line not in html_of(f"<p>{PROSE}</p><p>{line}</p>")


def test_a_list_of_links_to_several_sites_is_the_authors():
    links = [
        f'<li><a href="https://{site}.example/a">A story of {site}</a></li>' for site in ("wind", "water")
    ]
    assert "Related posts" in html_of(
        f"<p>{PROSE}</p><p>{PROSE}</p><p>{PROSE}</p><h3>Related posts</h3><ul>{''.join(links)}</ul>"
    )
    on_one = "".join(links).replace("wind", "mill").replace("water", "mill")
    assert "Related posts" not in html_of(
        f"<p>{PROSE}</p><p>{PROSE}</p><p>{PROSE}</p><h3>Related posts</h3><ul>{on_one}</ul>"
    )


def test_what_drupal_sets_over_a_text_goes_but_for_the_title():
    fields = (
        "<span>The bench</span>\n\n<span><span>hwhitlock</span></span>\n\n"
        '<span><time datetime="2025-10-03T09:12:44+01:00" title="Friday">Fri, 10/03/2025 - 09:12</time>\n</span>\n'
    )
    html = html_of(f"{fields}<div><p>{PROSE}</p></div>", title="Something else")
    assert "The bench" in html
    assert "hwhitlock" not in html
    assert "09:12" not in html


def test_a_heading_that_an_author_shares_with_a_system_stays_over_its_text():
    body = f"<p>{PROSE}</p><h2>Leave a reply</h2><p>{PROSE}</p><h2>Comments</h2><p>{PROSE}</p>"
    html = html_of(body)
    assert "<h2>Leave a reply</h2>" in html
    assert "<h2>Comments</h2>" in html


def test_the_same_heading_over_nothing_goes():
    assert html_of(f"<p>{PROSE}</p><h2>Leave a reply</h2><p>Comments</p>") == f"<p>{PROSE}</p>"


def test_links_that_turn_pages_go_and_one_that_only_points_on_stays():
    turning = '<p><a href="/1">← The bench</a></p><p><a href="/2">The fish in the tin →</a></p>'
    assert html_of(f"<p>{PROSE}</p>{turning}") == f"<p>{PROSE}</p>"
    assert "The full drawing" in html_of(
        f'<p>{PROSE}</p><p><a href="https://d.example/">The full drawing →</a></p>'
    )


def test_a_long_appeal_goes_where_all_its_links_lead_to_gifts():
    appeal = (
        "For eighteen years I have been spending hundreds of hours each month on The Millrace. It has remained "
        "free and ad-free thanks to the patronage of its readers. If this work makes your own life more livable "
        "in any way, please consider lending a helping hand with a {}. Your support makes all the difference, "
        "and any amount helps to keep the wheel turning for another year."
    )
    linked = appeal.format('<a href="https://m.example/donate">donation</a>')
    assert html_of(f"<p>{PROSE}</p><hr><p>{linked}</p>").strip() in (f"<p>{PROSE}</p>", f"<p>{PROSE}</p><hr>")
    assert "eighteen years" in html_of(f"<p>{PROSE}</p><p>{appeal.format('donation')}</p>")


def test_a_sentence_about_the_next_time_is_no_heading():
    assert "More about that" in html_of(f"<p>{PROSE}</p><p>More about that when the boat gets in.</p>")
