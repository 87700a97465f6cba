"""Short lines at the ends of a body: what a site offers goes, what its author tells stays."""

import pytest
from core.cleaning import html_of

PROSE = "The miller has put up a bench beside the race, and by Sunday evening there was a fish in the tin."

OFFERS = """
Support the show on Patreon and get episodes without adverts!
Follow us on Spotify, TikTok and Bandcamp.
Please rate the podcast on Spotify.
Subscribe to our channel
Share this episode with a friend
Join our Discord
Read more posts on our blog
Sign up for the newsletter!
Find us on Instagram
Download our app
Vote for us, and share our page!
Scan the QR code to follow us
Terms of use
Contact us
View in browser
Folgen Sie uns auf Instagram
Abonnieren Sie unseren Kanal!
Teile diesen Beitrag auf Facebook
Jetzt unseren Podcast abonnieren: hören Sie uns auf Spotify
Bewerten Sie den Podcast auf Spotify
Unterstütze uns auf Steady
Newsletter abbestellen
Nutzungsbedingungen
Im Browser öffnen
Pour ne rien manquer, inscrivez-vous à notre lettre du jeudi.
Abonnez-vous à notre chaîne YouTube
Retrouvez-nous sur Instagram
Soutenez-nous sur Tipeee
Partagez cet article sur Facebook
Téléchargez notre application
Se désabonner
Mentions légales
Suscríbete a nuestro canal
Síguenos en Instagram
Comparte este artículo en Facebook
Descarga nuestra aplicación
Apóyanos en Patreon
Para no perderte nada, únete a nuestra lista
Darse de baja
이웃추가 부탁드려요 :)
공감 한 번 꾹 눌러 주세요
다음에서 전남마을신문을 만나세요
뉴스레터를 구독해 주세요!
구독과 좋아요 부탁드립니다
인스타그램에서 팔로우하세요
알림 설정도 잊지 마시고 꼭 눌러주세요~
이용약관
読者になるボタンはこちら
にほんブログ村 ランキング参加中
ブログランキングに参加しています
チャンネル登録と高評価をお願いします！
インスタもフォローしてください
メルマガの配信停止はこちら
よかったらポチッとお願いします
扫一扫，手机打开本页
长按识别二维码关注我们
关注公众号，后台回复“海鸥”
下载客户端，阅读更多
转发给朋友，分享到朋友圈
点击订阅电子报
退订
Get the next issue in your inbox
Become a patron on Patreon
Listen on Apple Podcasts, Spotify or wherever you get podcasts
Leave a review on Apple Podcasts
You can follow me on Mastodon
Check out our YouTube channel
Update your profile
Folge mir auf Mastodon
Den Newsletter können Sie hier abbestellen
Empfehlen Sie diesen Newsletter weiter
Zum Impressum
Recevez nos articles par courriel
Suivez-moi sur Mastodon
Gérer mes préférences
Lisez-nous aussi sur Telegram
Visita nuestra página web
Puedes seguirnos en Telegram
Recibe nuestras noticias por WhatsApp
카카오톡 채널 추가하고 소식 받아보세요
유튜브에서도 만나보세요
서로이웃 신청 환영합니다
댓글과 공감은 큰 힘이 됩니다
応援クリックお願いします
フォローしてくれると嬉しいです
公式LINEはこちら
最新情報はXでチェック
欢迎扫码加入读者群
喜欢就点个关注吧
添加微信，进群交流
更多内容请下载APP
""".strip().splitlines()

AUTHORS = """
She signed up for the newsletter and never read it.
Unsubscribing took me eleven clicks.
Follow the channel north to the lighthouse.
Support from Patreon fell by half.
Share prices of the app maker fell.
Like the newsletter, it came on Thursdays.
Download the app before you board; the queue at the machine is long.
Subscribe to a newsletter, the doctor told him, and you will never be alone.
Read the letter twice, then burn it.
Find the page with the otter on it.
Watch the river.
Read the terms of use aloud.
We recommend the podcast to bakers.
Join the two boards with glue.
Visit the site at low tide.
Tell your sister.
Contact with the podcast was lost at noon.
Vote on Tuesday, whatever the weather.
Der Newsletter hat jetzt tausend Leser.
Folgen der Instagram-Sucht kennt Frau Oelke genau.
Sie abonniert den Newsletter seit 1977.
Teile der Seite fehlen.
Öffnen Sie das Ventil nur bei kaltem Kessel.
Le podcast a perdu la moitié de son public.
Suivez la rivière jusqu'au moulin.
Il s'est abonné à la lettre du jeudi.
Partagez le pain en quatre.
El boletín llegó tarde, como siempre.
Sigue la lluvia en Vigo.
Comparte piso con un gato y dos primos.
Ella descarga el correo cada lunes.
간판에는 구독을 눌러 주세요라고 적혀 있었다.
뉴스레터 구독자가 천 명을 넘었다.
할머니는 좋아요가 무엇인지 모르신다.
물을 조금씩 부어 주세요.
그는 인스타그램을 지웠다.
看板には「フォローしてください」と書いてあった。
彼はメルマガを十年続けた。
網は三時に張り、四時に破れる。
塩を少し足してください。
他关注了那个公众号，后来又忘了。
二维码贴在鱼缸上，鱼看不懂。
下载量没有公布。
师傅把小程序关掉了。
Subscribe rates have no letter e.
Get a podcast, get a dog, get over it.
Find a friend with a van.
Share your umbrella with this page of rain.
The app never opened.
Support our local letter carrier.
Read this letter aloud to your goat.
Visit our channel at low tide.
Teilen Sie den Kuchen mit dem Kanal nebenan.
Hören Sie den Fluss?
Lisez la lettre de ma tante.
Suivez notre canal jusqu'à l'écluse.
Visita la página doce del atlas.
Comparte tu carta con el gato.
댓글은 하나도 없었어요.
우표를 붙여 보세요.
人気のないランキングだった。
切手を貼ってください。
朋友圈里没有鱼。
点击声像雨。
""".strip().splitlines()


@pytest.mark.parametrize("line", OFFERS)
def test_an_offer_under_a_text_is_cut(line):
    assert line not in html_of(f"<p>{PROSE}</p><p>{line}</p>")


@pytest.mark.parametrize("line", AUTHORS)
def test_an_authors_line_under_a_text_stays(line):
    assert line.replace("'", "&#x27;") in html_of(f"<p>{PROSE}</p><p>{line}</p>").replace("'", "&#x27;")


@pytest.mark.parametrize("line", ["Join our Discord", "Scan the QR code to follow us"])
def test_an_offer_stays_in_the_midst_of_a_text_and_as_a_whole_body(line):
    assert line in html_of(f"<p>{PROSE}</p><p>{line}</p><p>{PROSE} {PROSE}</p>")
    assert line in html_of(f"<p>{line}</p>")


def test_a_resized_picture_keeps_the_address_it_was_sent_with():
    upload = "https://i0.wp.com/slip.example/toast.jpg"
    shown = html_of(
        f'<p>{PROSE}</p><img data-orig-file="{upload}" src="{upload}?resize=640%2C427&amp;ssl=1">'
    )
    assert "toast.jpg?resize=640%2C427&amp;ssl=1" in shown
    image = f'<img data-image="{upload}" data-load="false" src="{upload}?format=1000w">'
    assert "toast.jpg?format=1000w" in html_of(f"<p>{PROSE}</p>{image}")
