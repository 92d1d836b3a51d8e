"""Short reviews in many languages, one a line, and the encodings that people save them in."""

_WESTERN = "cp1252 latin_1 iso8859_15 mac_roman cp850 cp437"
ENCODINGS = {
    "polish": "cp1250 iso8859_2 cp852 mac_latin2",
    "czech": "cp1250 iso8859_2 cp852 mac_latin2",
    "hungarian": "cp1250 iso8859_2 cp852 mac_latin2",
    "romanian": "cp1250 iso8859_2 cp852",
    "russian": "cp1251 koi8_r iso8859_5 cp866 mac_cyrillic",
    "ukrainian": "cp1251 koi8_u iso8859_5 cp1125 mac_cyrillic",
    "bulgarian": "cp1251 iso8859_5 cp866 mac_cyrillic",
    "greek": "cp1253 iso8859_7 cp737 cp869 mac_greek",
    "turkish": "cp1254 iso8859_9 cp857 mac_turkish",
    "hebrew": "cp1255 iso8859_8 cp862",
    "arabic": "cp1256 iso8859_6 cp720",
    "thai": "cp874 tis_620",
    "chinese_simplified": "gbk gb18030 gb2312 hz utf-16-le",
    "chinese_traditional": "big5 cp950 big5hkscs utf-16-be",
    "japanese": "shift_jis cp932 euc_jp iso2022_jp utf-16-le",
    "korean": "euc_kr cp949 johab utf-16-be",
    "german": _WESTERN,
    "french": _WESTERN,
    "spanish": _WESTERN,
    "portuguese": "cp1252 latin_1 iso8859_15 mac_roman cp850 cp860",
    "italian": _WESTERN,
    "swedish": f"{_WESTERN} cp865",
    "danish": f"{_WESTERN} cp865",
    "finnish": _WESTERN,
    "english": "cp1252 mac_roman cp437 cp850",
}

REVIEWS = {
    "polish": """\
Bardzo dobry film, polecam każdemu, kto lubi śmiać się do łez.
Książka jest nudna, a zakończenie rozczarowuje.
Obsługa była miła, ale jedzenie przyszło zimne.
Świetna jakość, szybka wysyłka, jestem zadowolona.
Telefon zepsuł się po tygodniu, żądam zwrotu pieniędzy.
Pokój był czysty i cichy, śniadanie pyszne.
Nie warto wydawać na to pieniędzy, szkoda czasu.
Aktorzy grają wspaniale, zwłaszcza główna rola.
Buty są wygodne, lecz podeszwa szybko się ściera.
Najgorszy hotel, w jakim kiedykolwiek byłem.
Kupiłem dla żony i jest zachwycona.
Cena wysoka, ale warto dopłacić.
Gra wciąga na długie godziny, żałuję tylko, że jest krótka.
Zupa była słona, a kelner niegrzeczny.
""",
    "czech": """\
Výborný film, doporučuji každému, kdo se rád směje.
Kniha je nudná a konec mě zklamal.
Obsluha byla milá, ale jídlo přišlo studené.
Skvělá kvalita, rychlé dodání, jsem spokojená.
Telefon se po týdnu rozbil, žádám vrácení peněz.
Pokoj byl čistý a tichý, snídaně vynikající.
Nestojí to za ty peníze, škoda času.
Herci hrají úžasně, hlavně hlavní postava.
Boty jsou pohodlné, ale podrážka se rychle ošoupe.
Nejhorší hotel, ve kterém jsem kdy byl.
Koupil jsem to manželce a je nadšená.
Vyšší cena, ale vyplatí se připlatit.
Hra vás vtáhne na dlouhé hodiny, jen je příliš krátká.
Polévka byla přesolená a číšník nepříjemný.
""",
    "hungarian": """\
Nagyon jó film, mindenkinek ajánlom, aki szeret nevetni.
A könyv unalmas, a befejezés pedig csalódás volt.
A kiszolgálás kedves volt, de az étel hidegen érkezett.
Kiváló minőség, gyors szállítás, elégedett vagyok.
A telefon egy hét után elromlott, kérem vissza a pénzemet.
A szoba tiszta és csendes volt, a reggeli pedig finom.
Nem éri meg ezt a pénzt, kár az időért.
A színészek nagyszerűen játszanak, főleg a főszereplő.
A cipő kényelmes, de a talpa gyorsan kopik.
A legrosszabb szálloda, ahol valaha jártam.
A feleségemnek vettem, és nagyon örült neki.
Drágább, de megéri a felárat.
A játék hosszú órákra leköt, csak túl rövid.
A leves túl sós volt, a pincér pedig udvariatlan.
""",
    "romanian": """\
Un film foarte bun, îl recomand tuturor celor cărora le place să râdă.
Cartea este plictisitoare, iar sfârşitul dezamăgeşte.
Personalul a fost amabil, dar mâncarea a venit rece.
Calitate excelentă, livrare rapidă, sunt mulţumită.
Telefonul s-a stricat după o săptămână, vreau banii înapoi.
Camera a fost curată şi liniştită, micul dejun delicios.
Nu merită banii, păcat de timpul pierdut.
Actorii joacă minunat, mai ales în rolul principal.
Pantofii sunt comozi, dar talpa se uzează repede.
Cel mai prost hotel în care am fost vreodată.
L-am cumpărat pentru soţia mea şi este încântată.
Preţul este mare, dar merită.
Jocul te prinde ore întregi, îmi pare rău doar că este scurt.
Supa a fost sărată, iar chelnerul nepoliticos.
""",
    "russian": """\
Очень хороший фильм, советую всем, кто любит посмеяться.
Книга скучная, а конец разочаровал.
Обслуживание приятное, но еду принесли холодной.
Отличное качество, быстрая доставка, я довольна.
Телефон сломался через неделю, требую вернуть деньги.
Номер был чистый и тихий, завтрак вкусный.
Не стоит этих денег, жаль потраченного времени.
Актёры играют прекрасно, особенно главный герой.
Обувь удобная, но подошва быстро стирается.
Худшая гостиница, в которой я когда-либо был.
Купил жене, она в восторге.
Дорого, но стоит доплатить.
Игра затягивает надолго, жалко только, что короткая.
Суп был пересолен, а официант грубил.
""",
    "ukrainian": """\
Дуже добрий фільм, раджу всім, хто любить посміятися.
Книга нудна, а кінцівка розчарувала.
Обслуговування приємне, але їжу принесли холодною.
Чудова якість, швидка доставка, я задоволена.
Телефон зламався за тиждень, вимагаю повернути гроші.
Номер був чистий і тихий, сніданок смачний.
Не варто цих грошей, шкода витраченого часу.
Актори грають прекрасно, особливо головний герой.
Взуття зручне, але підошва швидко стирається.
Найгірший готель, у якому я будь-коли був.
Купив дружині, вона у захваті.
Дорого, але варто доплатити.
Гра затягує надовго, шкода тільки, що коротка.
Суп був пересолений, а офіціант хамив.
""",
    "bulgarian": """\
Много добър филм, препоръчвам го на всеки, който обича да се смее.
Книгата е скучна, а краят разочарова.
Обслужването беше любезно, но храната дойде студена.
Отлично качество, бърза доставка, доволна съм.
Телефонът се счупи след седмица, искам си парите обратно.
Стаята беше чиста и тиха, закуската вкусна.
Не си струва парите, жалко за времето.
Актьорите играят прекрасно, особено главният герой.
Обувките са удобни, но подметката бързо се износва.
Най-лошият хотел, в който някога съм бил.
Купих го за жена ми и тя е възхитена.
Скъпо е, но си заслужава да се доплати.
Играта увлича за дълги часове, жалко само, че е кратка.
Супата беше солена, а сервитьорът груб.
""",
    "greek": """\
Πολύ καλή ταινία, τη συνιστώ σε όποιον αγαπά το γέλιο.
Το βιβλίο είναι βαρετό και το τέλος με απογοήτευσε.
Η εξυπηρέτηση ήταν ευγενική, αλλά το φαγητό ήρθε κρύο.
Εξαιρετική ποιότητα, γρήγορη παράδοση, είμαι ευχαριστημένη.
Το τηλέφωνο χάλασε σε μια εβδομάδα, θέλω τα χρήματά μου πίσω.
Το δωμάτιο ήταν καθαρό και ήσυχο, το πρωινό νόστιμο.
Δεν αξίζει τα λεφτά του, κρίμα τον χρόνο μου.
Οι ηθοποιοί παίζουν υπέροχα, ειδικά ο πρωταγωνιστής.
Τα παπούτσια είναι άνετα, όμως η σόλα φθείρεται γρήγορα.
Το χειρότερο ξενοδοχείο που έχω μείνει ποτέ.
Το πήρα για τη γυναίκα μου και ενθουσιάστηκε.
Ακριβό, μα αξίζει να δώσεις κάτι παραπάνω.
Το παιχνίδι σε κρατά για ώρες, κρίμα που είναι μικρό.
Η σούπα ήταν αλμυρή και ο σερβιτόρος αγενής.
""",
    "turkish": """\
Çok güzel bir film, gülmeyi seven herkese öneririm.
Kitap sıkıcı, sonu da hayal kırıklığı.
Servis güler yüzlüydü ama yemek soğuk geldi.
Kalitesi harika, kargo hızlı, çok memnun kaldım.
Telefon bir haftada bozuldu, paramı geri istiyorum.
Oda temiz ve sessizdi, kahvaltı da lezzetliydi.
Bu paraya değmez, zamanıma yazık oldu.
Oyuncular muhteşem, özellikle başrol.
Ayakkabı rahat ama tabanı çabuk aşınıyor.
Şimdiye kadar kaldığım en kötü otel.
Eşime aldım, çok beğendi.
Pahalı ama fazlasını vermeye değer.
Oyun insanı saatlerce içine çekiyor, keşke daha uzun olsaydı.
Çorba tuzluydu, garson da kabaydı.
""",
    "hebrew": """\
סרט טוב מאוד, ממליצה לכל מי שאוהב לצחוק.
הספר משעמם והסוף מאכזב.
השירות היה אדיב אבל האוכל הגיע קר.
איכות מצוינת, משלוח מהיר, אני מרוצה.
הטלפון התקלקל אחרי שבוע, אני דורש את הכסף בחזרה.
החדר היה נקי ושקט וארוחת הבוקר טעימה.
לא שווה את הכסף, חבל על הזמן.
השחקנים נפלאים, במיוחד בתפקיד הראשי.
הנעליים נוחות אבל הסוליה נשחקת מהר.
המלון הגרוע ביותר שהייתי בו אי פעם.
קניתי לאשתי והיא מאושרת.
יקר, אבל שווה להוסיף קצת.
המשחק סוחף לשעות, חבל רק שהוא קצר.
המרק היה מלוח והמלצר גס רוח.
""",
    "arabic": """\
فيلم جيد جدا، أنصح به كل من يحب الضحك.
الكتاب ممل والنهاية مخيبة للآمال.
الخدمة لطيفة لكن الطعام وصل باردا.
جودة ممتازة وتوصيل سريع، أنا راضية تماما.
تعطل الهاتف بعد أسبوع وأريد استرجاع نقودي.
الغرفة نظيفة وهادئة والفطور لذيذ.
لا يستحق هذا المال، إنها مضيعة للوقت.
الممثلون رائعون خصوصا بطل الفيلم.
الحذاء مريح لكن النعل يتآكل بسرعة.
أسوأ فندق أقمت فيه على الإطلاق.
اشتريته لزوجتي وأعجبها كثيرا.
غال لكنه يستحق أن تدفع أكثر.
اللعبة تشدك لساعات طويلة، من المؤسف أنها قصيرة.
كان الحساء مالحا والنادل وقحا.
""",
    "thai": """\
หนังดีมาก แนะนำสำหรับคนที่ชอบหัวเราะ
หนังสือน่าเบื่อ ตอนจบก็น่าผิดหวัง
บริการดี แต่อาหารมาเย็นชืด
คุณภาพเยี่ยม ส่งเร็ว พอใจมาก
โทรศัพท์เสียภายในหนึ่งสัปดาห์ ขอเงินคืน
ห้องสะอาดและเงียบ อาหารเช้าอร่อย
ไม่คุ้มกับเงินที่จ่ายไป เสียเวลาเปล่า
นักแสดงเล่นดีมาก โดยเฉพาะตัวเอก
รองเท้าใส่สบาย แต่พื้นสึกเร็ว
เป็นโรงแรมที่แย่ที่สุดที่เคยพัก
ซื้อให้ภรรยา เธอชอบมาก
แพงแต่คุ้มที่จะจ่ายเพิ่ม
เกมสนุกจนเล่นได้หลายชั่วโมง เสียดายที่สั้นไป
ซุปเค็มเกินไป และพนักงานก็ไม่สุภาพ
""",
    "chinese_simplified": """\
电影很好看，推荐给每个喜欢笑的人。
这本书很无聊，结局也让人失望。
服务态度不错，可是菜端上来已经凉了。
质量非常好，发货也快，我很满意。
手机用了一个星期就坏了，要求退款。
房间干净又安静，早餐也很好吃。
不值这个价钱，浪费时间。
演员演得太棒了，尤其是主角。
鞋子穿着舒服，但是鞋底磨得很快。
这是我住过的最差的酒店。
给老婆买的，她非常喜欢。
价格有点贵，不过物有所值。
游戏让人一玩就是几个小时，只可惜太短了。
汤太咸了，服务员也没有礼貌。
""",
    "chinese_traditional": """\
電影很好看，推薦給每個喜歡笑的人。
這本書很無聊，結局也讓人失望。
服務態度不錯，可是菜端上來已經涼了。
品質非常好，出貨也快，我很滿意。
手機用了一個星期就壞了，要求退款。
房間乾淨又安靜，早餐也很好吃。
不值這個價錢，浪費時間。
演員演得太棒了，尤其是主角。
鞋子穿起來舒服，但是鞋底磨得很快。
這是我住過最差的飯店。
買給太太的，她非常喜歡。
價格有點貴，不過物有所值。
遊戲讓人一玩就是好幾個小時，只可惜太短了。
湯太鹹了，服務生也沒有禮貌。
""",
    "japanese": """\
とても面白い映画でした。笑いたい人におすすめです。
本は退屈で、結末にもがっかりしました。
接客は良かったのですが、料理が冷めていました。
品質が良く、発送も早くて満足しています。
電話が一週間で壊れました。返金してください。
部屋は清潔で静か、朝食もおいしかったです。
値段ほどの価値はありません。時間の無駄でした。
俳優の演技が素晴らしい。特に主役が最高です。
靴は履きやすいけれど、底がすぐに減ります。
今まで泊まった中で最悪のホテルです。
妻へのプレゼントに買いました。とても喜んでいます。
少し高いけど、買う価値はあると思う。
ゲームは何時間でも遊べる。短いのが残念。
スープがしょっぱくて、店員の態度も悪かった。
""",
    "korean": """\
정말 재미있는 영화예요. 웃고 싶은 분께 추천합니다.
책이 지루하고 결말도 실망스러웠어요.
직원은 친절했지만 음식이 식어서 나왔습니다.
품질도 좋고 배송도 빨라서 만족합니다.
전화기가 일주일 만에 고장 났어요. 환불해 주세요.
방이 깨끗하고 조용하며 아침 식사도 맛있었어요.
돈이 아깝습니다. 시간 낭비였어요.
배우들의 연기가 훌륭해요. 특히 주인공이요.
신발은 편한데 밑창이 빨리 닳아요.
지금까지 묵은 호텔 중에 최악이었습니다.
아내에게 사 줬는데 아주 좋아하네요.
비싸지만 더 낼 만한 가치가 있어요.
게임이 몇 시간씩 빠져들게 해요. 짧아서 아쉽네요.
국은 너무 짜고 종업원은 불친절했어요.
""",
    "german": """\
Ein sehr schöner Film, für jeden, der gern lacht.
Das Buch ist langweilig und das Ende enttäuschend.
Die Bedienung war nett, aber das Essen kam kalt.
Tolle Qualität, schnelle Lieferung, ich bin zufrieden.
Das Telefon war nach einer Woche kaputt, ich möchte mein Geld zurück.
Das Zimmer war sauber und ruhig, das Frühstück köstlich.
Das ist sein Geld nicht wert, schade um die Zeit.
Die Schauspieler sind großartig, vor allem in der Hauptrolle.
Die Schuhe sind bequem, nur läuft sich die Sohle schnell ab.
Das schlechteste Hotel, in dem ich je übernachtet habe.
Für meine Frau gekauft, sie freut sich sehr darüber.
Teuer, aber es lohnt sich, etwas mehr zu bezahlen.
Das Spiel fesselt stundenlang, leider ist es zu kurz.
Die Suppe war versalzen und der Kellner unhöflich.
""",
    "french": """\
Un très bon film, à recommander à tous ceux qui aiment rire.
Le livre est ennuyeux et la fin m'a déçu.
Le service était agréable, mais le plat est arrivé froid.
Qualité parfaite, livraison rapide, je suis ravie.
Le téléphone est tombé en panne au bout d'une semaine.
La chambre était propre et calme, le petit déjeuner délicieux.
Ça ne vaut pas son prix, quelle perte de temps.
Les acteurs sont formidables, surtout le rôle principal.
Les chaussures sont confortables, mais la semelle s'use vite.
Le pire hôtel où j'aie jamais dormi.
Acheté pour ma femme, elle en est enchantée.
C'est cher, mais ça vaut le coup de payer un peu plus.
Le jeu vous tient pendant des heures, dommage qu'il soit court.
La soupe était trop salée et le garçon malpoli.
""",
    "spanish": """\
Una película muy buena, la recomiendo a quien quiera reír.
El libro es aburrido y el final me decepcionó.
El servicio fue amable, pero la comida llegó fría.
Gran calidad, envío rápido, estoy contenta.
El teléfono se estropeó en una semana, quiero que me devuelvan el dinero.
La habitación estaba limpia y tranquila, el desayuno riquísimo.
No vale lo que cuesta, qué pérdida de tiempo.
Los actores están magníficos, sobre todo el protagonista.
Los zapatos son cómodos, pero la suela se gasta rápido.
El peor hotel en el que he estado jamás.
Lo compré para mi mujer y le encantó.
Es caro, pero merece la pena pagar un poco más.
El juego engancha durante horas, lástima que sea tan corto.
La sopa estaba salada y el camarero fue muy antipático.
""",
    "portuguese": """\
Um filme muito bom, recomendo a todos que gostam de rir.
O livro é chato e o final foi uma decepção.
O atendimento foi simpático, mas a comida chegou fria.
Ótima qualidade, entrega rápida, estou satisfeita.
O telefone avariou numa semana, quero o meu dinheiro de volta.
O quarto era limpo e sossegado, e o café da manhã, delicioso.
Não vale o preço, que perda de tempo.
Os atores são maravilhosos, principalmente o protagonista.
Os sapatos são confortáveis, mas a sola gasta depressa.
O pior hotel onde já fiquei.
Comprei para a minha mulher e ela adorou.
É caro, mas vale a pena pagar um pouco mais.
O jogo prende durante horas, só é pena que seja curto.
A sopa estava salgada e o garçom não foi educado.
""",
    "italian": """\
Un film molto bello, lo consiglio a chi ama ridere.
Il libro è noioso e il finale delude.
Il servizio era gentile, ma il cibo è arrivato freddo.
Ottima qualità, consegna rapida, sono soddisfatta.
Il telefono si è rotto dopo una settimana, rivoglio i miei soldi.
La camera era pulita e tranquilla, la colazione squisita.
Non vale ciò che costa, è tempo sprecato.
Gli attori sono bravissimi, soprattutto la protagonista.
Le scarpe sono comode, però la suola si consuma presto.
Il peggior albergo in cui sia mai stato.
L'ho comprato per mia moglie e le è piaciuto molto.
È caro, ma conviene spendere qualcosa in più.
Il gioco ti prende per ore, peccato che sia così corto.
La zuppa era salata e il cameriere è stato scortese.
""",
    "swedish": """\
En mycket bra film, den är värd att se för alla som gillar att skratta.
Boken är tråkig och slutet en besvikelse.
Betjäningen var trevlig men maten kom in kall.
Toppenkvalitet, snabb leverans, jag är nöjd.
Telefonen gick sönder efter en vecka, jag vill ha pengarna tillbaka.
Rummet var rent och tyst, frukosten jättegod.
Det är inte värt pengarna, synd på så rara ärtor.
Skådespelarna är underbara, framför allt i huvudrollen.
Skorna är sköna, men sulan slits fort.
Det sämsta hotell jag någonsin har bott på.
Köpte den till min fru och hon blev överlycklig.
Dyrt, men det lönar sig att betala lite mer.
Spelet håller en fast i timmar, synd att det är så kort.
Soppan var för salt och kyparen ohövlig.
""",
    "danish": """\
En rigtig god film, som jeg anbefaler til alle, der kan lide at le.
Bogen er kedelig, og slutningen skuffede mig.
Betjeningen var sød, men maden kom kold på bordet.
Fremragende kvalitet, hurtig levering, jeg er tilfreds.
Telefonen gik i stykker efter en uge, jeg ønsker pengene tilbage.
Værelset var rent og stille, morgenmaden lækker.
Den er ikke pengene værd, ærgerligt at spilde tiden.
Skuespillerne er vidunderlige, især i hovedrollen.
Skoene er behagelige, men sålen bliver hurtigt slidt.
Det værste hotel, jeg nogensinde har boet på.
Købt til min kone, og hun er meget glad for den.
Dyrt, men det er værd at betale lidt ekstra.
Spillet fænger i timevis, det er bare for kort.
Suppen var for salt, og tjeneren var uhøflig.
""",
    "finnish": """\
Todella hyvä elokuva, suosittelen kaikille, jotka pitävät nauramisesta.
Kirja on tylsä ja loppu oli pettymys.
Palvelu oli ystävällistä, mutta ruoka tuli kylmänä.
Erinomainen laatu, nopea toimitus, olen tyytyväinen.
Puhelin meni rikki viikossa, haluan rahani takaisin.
Huone oli siisti ja hiljainen, aamiainen herkullinen.
Ei ole hintansa arvoinen, ajan hukkaa.
Näyttelijät ovat loistavia, etenkin pääosassa.
Kengät ovat mukavat, mutta pohja kuluu äkkiä.
Huonoin hotelli, jossa olen koskaan yöpynyt.
Ostin vaimolle ja hän pitää siitä kovasti.
Kallis, mutta kannattaa maksaa vähän enemmän.
Peli vie mukanaan tuntikausiksi, sääli että se on niin lyhyt.
Keitto oli liian suolaista ja tarjoilija töykeä.
""",
    "english": """\
A very good film, I’d recommend it to anyone who likes to laugh.
The book is dull and the ending let me down.
The staff were nice, but the food came in cold.
“Great quality”, says my wife – and she is right.
The phone broke after a week, I want my £40 back.
The room was clean and quiet, the breakfast delicious.
It isn’t worth the money… what a waste of time.
The actors are wonderful, above all in the leading part.
The shoes are comfortable, but the soles wear down fast.
The worst hotel I’ve ever stayed at, the café was closed.
Bought it for my wife and she loves it.
Expensive, but worth paying a little more.
The game kept me busy for hours, a pity it’s so short.
The soup was salty and the waiter rude.
""",
}
