package text

import "strings"

// Articles of our own writing, on invented meetings of real bodies.

const titleEN = "Kyiv and Moscow agree on a 10-day halt to strikes on power plants"

const articleEN = `GENEVA, March 11 (Newswire) - Ukraine and Russia agreed on Wednesday to halt strikes on power plants for 10 days, the Swiss foreign ministry said after a second round of talks.
The arrangement takes effect at midnight on Friday and will be watched by a team of 40 observers from six countries, the ministry added in a statement.
"This is a first step, and we do not call it a ceasefire," Mr. Rustem Umerov told reporters outside the villa where the delegations met. "Nobody should confuse ten quiet nights with peace."
The Kremlin confirmed the date but said that it had refused a longer pause, which Kyiv had proposed in February.
Kremlin spokesman Dmitry Peskov said Russia would extend the arrangement only if Ukraine stopped drone flights over its refineries.
Both delegations also handed over lists of prisoners for a later exchange of 250 for 250.
U.S. envoy Steve Witkoff, who joined the final session by video, called the outcome "modest, useful and overdue".
Diplomats who followed the talks said no date was set for a third round, although Ankara has offered to host it.
In the first round, held in Abu Dhabi in January, the sides exchanged written drafts and parted without a statement.
Power cuts of up to 16 hours a day were reported in the Kharkiv region this week after attacks on two substations.
Local engineers said that repairs would need at least 3.5 weeks of quiet, and warned that a single strike could undo them.`

var articleEdited = strings.Replace(articleEN, "40 observers", "45 observers", 1)

const titleUK = "Київ і Москва домовилися про десятиденну паузу в ударах по електростанціях"

const articleUK = `Україна та Росія погодилися в середу на 10 днів припинити удари по електростанціях, повідомило міністерство закордонних справ Швейцарії після другого раунду переговорів.
Домовленість набуває чинності опівночі п'ятниці, за її виконанням стежитимуть 40 спостерігачів із шести країн.
«Це перший крок, і ми не називаємо його перемир'ям», – сказав Рустем Умєров журналістам.
У Кремлі підтвердили дату, але заявили, що відмовилися від довшої паузи, яку Київ пропонував у лютому.
Сторони також передали списки полонених для майбутнього обміну у форматі 250 на 250.
Дипломати кажуть, що дату третього раунду не призначено, хоча Анкара запропонувала його прийняти.`

const articleRU = `Украина и Россия согласились в среду на 10 дней прекратить удары по электростанциям, сообщило министерство иностранных дел Швейцарии после второго раунда переговоров.
Договоренность вступает в силу в полночь пятницы, за ее соблюдением будут следить 40 наблюдателей из шести стран.
«Это первый шаг, и мы не называем его перемирием», – сказал Рустем Умеров журналистам.
В Кремле подтвердили дату, но заявили, что отказались от более долгой паузы, которую Киев предлагал в феврале.
Стороны также передали списки пленных для будущего обмена в формате 250 на 250.
Дипломаты говорят, что дата третьего раунда не назначена, хотя Анкара предложила его принять.`

const articleDE = `Die Ukraine und Russland haben sich am Mittwoch darauf geeinigt, zehn Tage lang keine Kraftwerke anzugreifen, teilte das Schweizer Außenministerium nach der zweiten Gesprächsrunde mit.
Die Vereinbarung tritt am 13. März um Mitternacht in Kraft und wird von 40 Beobachtern aus sechs Ländern überwacht.
„Das ist ein erster Schritt, und wir nennen ihn nicht Waffenruhe“, sagte Rustem Umerow vor Journalisten.
Der Kreml bestätigte das Datum, lehnte aber eine längere Pause ab, die Kiew im Februar vorgeschlagen hatte.
Ein Termin für die 3. Runde wurde nicht festgelegt, obwohl Ankara sich als Gastgeber angeboten hat.`

const articleFR = `L'Ukraine et la Russie ont accepté mercredi de suspendre pendant 10 jours les frappes contre les centrales électriques, a annoncé le ministère suisse des affaires étrangères après le deuxième tour des pourparlers.
L'accord entre en vigueur vendredi à minuit et sera surveillé par 40 observateurs venus de six pays.
« C'est un premier pas, et nous ne l'appelons pas un cessez-le-feu », a déclaré M. Roustem Oumerov aux journalistes.
Le Kremlin a confirmé la date mais refusé une pause plus longue, que Kiev avait proposée en février.
Aucune date n'a été fixée pour un troisième tour, bien qu'Ankara ait proposé de l'accueillir.`

const articlePL = `Ukraina i Rosja zgodziły się w środę na 10 dni wstrzymać ataki na elektrownie, poinformowało szwajcarskie MSZ po drugiej rundzie rozmów.
Porozumienie wchodzi w życie w piątek o północy, a jego przestrzegania będzie pilnować 40 obserwatorów z sześciu państw.
„To pierwszy krok i nie nazywamy go rozejmem” – powiedział Rustem Umierow dziennikarzom.
Kreml potwierdził datę, ale odrzucił dłuższą przerwę, którą Kijów proponował w lutym.
Terminu trzeciej rundy nie ustalono, choć Ankara zaproponowała, że ją przyjmie.`

const articleSV = `Ukraina och Ryssland enades på onsdagen om att under 10 dagar inte angripa kraftverk, meddelade Schweiz utrikesdepartement efter den andra samtalsrundan.
Överenskommelsen träder i kraft vid midnatt på fredag och ska övervakas av 40 observatörer från sex länder.
”Det är ett första steg, och vi kallar det inte vapenvila”, sade Rustem Umerov till journalister.
Kreml bekräftade datumet men avvisade en längre paus, som Kiev föreslog i februari.
Något datum för en tredje runda har inte bestämts, trots att Ankara erbjudit sig att stå värd.`
