package monitor

import (
	"slices"
	"strings"
	"testing"

	"trucewatch/internal/news"
)

// Reports of one invented meeting in six languages. What an outlet, an agency or time
// does to such a text is what the tables below try.
const enLede = "The two delegations met for three hours in Ankara on Tuesday and agreed to continue technical consultations through mediators next week, Turkish officials said after the session ended."
const enMore = " Both sides handed over written proposals, and the Turkish foreign minister described the mood as businesslike."

const enB = " Officials on both sides praised the hosts for the arrangements. A date for the third round was left to the mediators, who will travel to Kyiv and Moscow in turn. Families of prisoners waited outside with photographs and flags."
const ukB = "Делегації зустрілися в Анкарі й говорили три години, після чого домовилися продовжити технічні консультації через посередників наступного тижня. Сторони передали письмові пропозиції. Міністр закордонних справ Туреччини назвав настрій діловим. Родини полонених чекали надворі з прапорами та світлинами."
const ruB = "Делегации встретились в Анкаре и говорили три часа, после чего договорились продолжить технические консультации через посредников на следующей неделе. Стороны передали письменные предложения. Министр иностранных дел Турции назвал настроение деловым. Семьи пленных ждали на улице с флагами и фотографиями."
const deB = "Die Delegationen trafen sich in Ankara und sprachen drei Stunden lang, danach vereinbarten sie, die technischen Beratungen in der kommenden Woche über Vermittler fortzusetzen. Beide Seiten übergaben schriftliche Vorschläge. Der türkische Außenminister nannte die Stimmung sachlich. Familien der Gefangenen warteten draußen mit Fahnen und Bildern."
const frB = "Les délégations se sont réunies à Ankara pendant trois heures, puis sont convenues de poursuivre les consultations techniques la semaine prochaine par l'intermédiaire des médiateurs. Chaque partie a remis des propositions écrites. Le ministre turc des affaires étrangères a qualifié l'ambiance de sérieuse. Des familles de prisonniers attendaient dehors avec des drapeaux."
const plB = "Delegacje spotkały się w Ankarze i rozmawiały trzy godziny, po czym uzgodniły, że konsultacje techniczne będą kontynuowane w przyszłym tygodniu przez mediatorów. Strony przekazały pisemne propozycje. Szef tureckiej dyplomacji nazwał nastrój rzeczowym. Rodziny jeńców czekały na zewnątrz z flagami i zdjęciami."

// versions are a known text and one that comes later.
type versions struct {
	lang, name    string
	title, body   string
	title2, body2 string
}

func (v versions) judged() news.Verdict {
	return Judge(prepared(2, v.title2, v.body2), []news.Candidate{candidate(1, v.title, v.body)}, nil)
}

func TestWhatAWordTurnsRoundIsNeverSwallowed(t *testing.T) {
	for _, c := range []versions{
		{"en", "number word in title", "Russia returns six bodies under deal", enLede, "Russia returns sixty bodies under deal", enLede},
		{"en", "hyphenated number", "A three-day truce is announced", enLede, "A thirty-day truce is announced", enLede},
		{"en", "percent", "Support for talks at 48%, poll finds", enLede, "Support for talks at 52%, poll finds", enLede},
		{"en", "not yet", "Kyiv has agreed to the mediator's proposal", enLede, "Kyiv has not yet agreed to the mediator's proposal", enLede},
		{"en", "denies agreeing", "Kremlin agrees to a pause in strikes", enLede, "Kremlin denies agreeing to a pause in strikes", enLede},
		{"en", "rules out", "Kremlin says a pause in strikes is possible", enLede, "Kremlin rules out a pause in strikes", enLede},
		{"en", "reversed", "Russia accuses Ukraine of breaking Easter truce", enLede, "Ukraine accuses Russia of breaking Easter truce", enLede},
		{"en", "reversed passive", "Russia accused by Ukraine of breaking truce", enLede, "Ukraine accused by Russia of breaking truce", enLede},
		{"en", "wont", "Putin will attend talks in Istanbul", enLede, "Putin won’t attend talks in Istanbul", enLede},
		{"en", "no longer", "Moscow is interested in the 30-day plan", enLede, "Moscow is no longer interested in the 30-day plan", enLede},
		{"en", "place title", "Strike hits market in Kherson", "", "Strike hits market in Kharkiv", ""},
		{"en", "weekday title", "Talks to resume on Wednesday in Geneva", "", "Talks to resume on Thursday in Geneva", ""},
		{"en", "tomorrow/today", "Talks to resume tomorrow in Geneva", "", "Talks to resume today in Geneva", ""},
		{"en", "hours", "Truce to last 72 hours, Kremlin says", "", "Truce to last 72 days, Kremlin says", ""},
		{"en", "casualties", "Strike on Sumy kills 34", enLede, "Strike on Sumy kills 35", enLede},
		{"en", "dozens", "Dozens killed in strike on Sumy bus", enLede, "Hundreds killed in strike on Sumy bus", enLede},
		{"en", "half doubled", "Ceasefire violations halve in a week", enLede, "Ceasefire violations double in a week", enLede},
		{"en", "without", "Talks end with agreement on prisoners", enLede, "Talks end without agreement on prisoners", enLede},
		{"en", "fails", "Summit agrees on ceasefire terms", enLede, "Summit fails to agree on ceasefire terms", enLede},
		{"en", "lifts/imposes", "US lifts sanctions on Russian bank", enLede, "US imposes sanctions on Russian bank", enLede},
		{"en", "before/after", "Zelensky to meet Trump before Istanbul talks", enLede, "Zelensky to meet Trump after Istanbul talks", enLede},
		{"en", "start/end", "Ceasefire starts at midnight", enLede, "Ceasefire ends at midnight", enLede},
		{"en", "signed/unsigned", "Memorandum signed in Istanbul by Umerov and Medinsky", enLede, "Memorandum left unsigned in Istanbul by Umerov and Medinsky", enLede},
		{"en", "other persons", "Umerov meets Witkoff in Jeddah", enLede, "Umerov meets Kellogg in Jeddah", enLede},
		{"en", "headline only update", "Talks resume in Ankara", enLede + enMore + enB, "Talks in Ankara collapse", enLede + enMore + enB},
		{"en", "units", "Buffer", "Moscow wants a buffer of 15 kilometres along the border of the Sumy region, its negotiators told the Ukrainian side in Istanbul on Monday.", "Buffer", "Moscow wants a buffer of 15 miles along the border of the Sumy region, its negotiators told the Ukrainian side in Istanbul on Monday."},
		{"en", "date", "Date", "The ceasefire will take effect on 9 May at six in the morning local time, both foreign ministries confirmed in statements on Friday.", "Date", "The ceasefire will take effect on 19 May at six in the morning local time, both foreign ministries confirmed in statements on Friday."},
		{"en", "month", "Date", "The ceasefire will take effect on 9 May at six in the morning local time, both foreign ministries confirmed in statements on Friday.", "Date", "The ceasefire will take effect on 9 June at six in the morning local time, both foreign ministries confirmed in statements on Friday."},
		{"en", "clock", "Date", "The ceasefire will take effect on 9 May at six in the morning local time, both foreign ministries confirmed in statements on Friday.", "Date", "The ceasefire will take effect on 9 May at eight in the morning local time, both foreign ministries confirmed in statements on Friday."},
		{"en", "evening", "Date", "The ceasefire will take effect on 9 May at six in the morning local time, both foreign ministries confirmed in statements on Friday.", "Date", "The ceasefire will take effect on 9 May at six in the evening local time, both foreign ministries confirmed in statements on Friday."},
		{"en", "quote denial", "Peskov: “We have agreed to nothing”", enLede, "Peskov: “We have agreed to everything”", enLede},
		{"en", "who says", "Talks could last weeks, Lavrov says", enLede, "Talks could last weeks, Rubio says", enLede},
		{"en", "all for all", "Sides agree all-for-all exchange of prisoners", enLede, "Sides reject all-for-all exchange of prisoners", enLede},
		{"en", "former current", "Trump says Russia started the war", enLede, "Trump says Ukraine started the war", enLede},
		{"en", "retracted", "Zelensky withdraws offer to meet Putin", enLede, "Zelensky repeats offer to meet Putin", enLede},
		{"en", "partially", "Energy truce partly observed, OSCE says", enLede, "Energy truce fully observed, OSCE says", enLede},
		{"uk", "number", "Росія повернула 6 тіл загиблих", ukB, "Росія повернула 60 тіл загиблих", ukB},
		{"uk", "words", "Перемир'я триватиме три дні", ukB, "Перемир'я триватиме тридцять днів", ukB},
		{"uk", "not", "Київ погодився на пропозицію посередника", ukB, "Київ ще не погодився на пропозицію посередника", ukB},
		{"uk", "deny", "У Кремлі підтвердили паузу в ударах", ukB, "У Кремлі спростували паузу в ударах", ukB},
		{"uk", "reversed", "Росія звинуватила Україну у зриві перемир'я", ukB, "Україна звинуватила Росію у зриві перемир'я", ukB},
		{"uk", "place", "Удар по ринку в Херсоні", "", "Удар по ринку в Харкові", ""},
		{"uk", "weekday", "Переговори продовжаться в середу в Женеві", "", "Переговори продовжаться в четвер в Женеві", ""},
		{"uk", "body neg", "Переговори в Анкарі", ukB, "Переговори в Анкарі", strings.Replace(ukB, "домовилися продовжити", "не домовилися продовжити", 1)},
		{"uk", "body number", "Переговори в Анкарі", ukB, "Переговори в Анкарі", strings.Replace(ukB, "три години", "п'ять годин", 1)},
		{"uk", "withdraw", "Зеленський зустрінеться з Путіним", ukB, "Зеленський відмовився зустрічатися з Путіним", ukB},
		{"ru", "number", "Россия вернула 6 тел погибших", ruB, "Россия вернула 60 тел погибших", ruB},
		{"ru", "words", "Перемирие продлится три дня", ruB, "Перемирие продлится тридцать дней", ruB},
		{"ru", "not", "Киев согласился на предложение посредника", ruB, "Киев пока не согласился на предложение посредника", ruB},
		{"ru", "deny", "В Кремле подтвердили паузу в ударах", ruB, "В Кремле опровергли паузу в ударах", ruB},
		{"ru", "reversed", "Россия обвинила Украину в срыве перемирия", ruB, "Украина обвинила Россию в срыве перемирия", ruB},
		{"ru", "refuse", "Путин принял предложение о встрече", ruB, "Путин отклонил предложение о встрече", ruB},
		{"ru", "body neg", "Переговоры в Анкаре", ruB, "Переговоры в Анкаре", strings.Replace(ruB, "договорились продолжить", "не договорились продолжить", 1)},
		{"ru", "place body", "Переговоры", ruB, "Переговоры", strings.Replace(ruB, "Анкаре", "Женеве", 1)},
		{"ru", "Сегодня/завтра", "Обмен пленными состоится сегодня", "", "Обмен пленными состоится завтра", ""},
		{"ru", "lifted", "США ввели санкции против банка", ruB, "США сняли санкции с банка", ruB},
		{"de", "number", "Moskau übergibt sechs Leichen an die Ukraine", deB, "Moskau übergibt sechzig Leichen an die Ukraine", deB},
		{"de", "nicht", "Kiew hat dem Vorschlag zugestimmt", deB, "Kiew hat dem Vorschlag noch nicht zugestimmt", deB},
		{"de", "kein", "Einigung auf Waffenruhe in Genf", deB, "Keine Einigung auf Waffenruhe in Genf", deB},
		{"de", "reversed", "Russland wirft der Ukraine Bruch der Waffenruhe vor", deB, "Ukraine wirft Russland Bruch der Waffenruhe vor", deB},
		{"de", "day", "Gespräche gehen am Mittwoch in Genf weiter", "", "Gespräche gehen am Freitag in Genf weiter", ""},
		{"de", "body", "Gespräche in Ankara", deB, "Gespräche in Ankara", strings.Replace(deB, "drei Stunden", "fünf Stunden", 1)},
		{"de", "separable", "Selenskyj sagt Treffen mit Putin zu", deB, "Selenskyj sagt Treffen mit Putin ab", deB},
		{"fr", "number", "Moscou rend six corps à l'Ukraine", frB, "Moscou rend soixante corps à l'Ukraine", frB},
		{"fr", "ne pas", "Kiev a accepté la proposition du médiateur", frB, "Kiev n'a pas encore accepté la proposition du médiateur", frB},
		{"fr", "reversed", "La Russie accuse l'Ukraine d'avoir violé la trêve", frB, "L'Ukraine accuse la Russie d'avoir violé la trêve", frB},
		{"fr", "dement", "Le Kremlin confirme une pause dans les frappes", frB, "Le Kremlin dément une pause dans les frappes", frB},
		{"fr", "body", "Pourparlers à Ankara", frB, "Pourparlers à Ankara", strings.Replace(frB, "trois heures", "cinq heures", 1)},
		{"fr", "sans", "Les pourparlers se terminent avec un accord", frB, "Les pourparlers se terminent sans accord", frB},
		{"pl", "number", "Rosja przekazała sześć ciał Ukrainie", plB, "Rosja przekazała sześćdziesiąt ciał Ukrainie", plB},
		{"pl", "nie", "Kijów zgodził się na propozycję mediatora", plB, "Kijów nie zgodził się na propozycję mediatora", plB},
		{"pl", "reversed", "Rosja oskarża Ukrainę o złamanie rozejmu", plB, "Ukraina oskarża Rosję o złamanie rozejmu", plB},
		{"pl", "body", "Rozmowy w Ankarze", plB, "Rozmowy w Ankarze", strings.Replace(plB, "trzy godziny", "pięć godzin", 1)},
		{"pl", "odwołano", "Rozmowy w Ankarze odbędą się w piątek", plB, "Rozmowy w Ankarze odwołano w piątek", plB},
		{"pl", "zerwal", "Kreml potwierdza przerwę w atakach", plB, "Kreml zaprzecza przerwie w atakach", plB},
	} {
		if v := c.judged(); v.Kind == news.Duplicate {
			t.Errorf("%s, %s: %q after %q is a duplicate: %s", c.lang, c.name, c.title2, c.title, v.Evidence)
		}
	}
}

func TestTheSameInOtherDressIsARepeat(t *testing.T) {
	for _, c := range []versions{
		{"en", "synonyms same", "Moscow rejects truce proposal", enLede + enMore, "Russia turns down the truce offer", enLede + enMore},
		{"en", "byline", "Talks resume", "By Anna Example\n" + enLede + enMore + enB, "Talks resume", "By Peter Other and Olga Third\n" + enLede + enMore + enB},
		{"en", "30-day vs 30 day", "Kyiv backs 30-day truce", enLede + enMore, "Kyiv backs 30 day truce", enLede + enMore},
		{"en", "thirty vs 30", "Kyiv backs 30-day truce", enLede + enMore, "Kyiv backs thirty-day truce", enLede + enMore},
		{"en", "Kiev Kyiv", "Kyiv backs 30-day truce", enLede + enMore, "Kiev backs 30-day truce", enLede + enMore},
		{"en", "with prefix UPDATE", "Kyiv backs 30-day truce", enLede + enMore, "UPDATE 1-Kyiv backs 30-day truce", enLede + enMore},
		{"en", "with site suffix", "Kyiv backs 30-day truce in Jeddah", enLede + enMore, "Kyiv backs 30-day truce in Jeddah | Example News", enLede + enMore},
		{"en", "prefix breaking", "Kyiv backs 30-day truce", enLede + enMore, "BREAKING: Kyiv backs 30-day truce", enLede + enMore},
		{"uk", "apostrophes same", "Перемир’я триватиме п’ять днів", ukB, "Перемир'я триватиме п'ять днів", ukB},
		{"ru", "yo", "Все самолёты сели, отчёт готов, перемирие объявлено", ruB, "Все самолеты сели, отчет готов, перемирие объявлено", ruB},
		{"de", "ss", "Große Fortschritte bei Gesprächen über Waffenruhe", deB, "Grosse Fortschritte bei Gesprächen über Waffenruhe", deB},
		{"fr", "quotes same", "« Un premier pas », dit le médiateur à Genève", frB, "\"Un premier pas\", dit le médiateur à Genève", frB},
	} {
		if v := c.judged(); v.Kind != news.Duplicate || v.Of != 1 {
			t.Errorf("%s, %s: %q after %q is %s: %s (%s), new %q", c.lang, c.name, c.title2, c.title, v.Kind, v.Reason, v.Evidence, v.Novel)
		}
	}
}

func TestAnUpdateIsTheSentenceThatChanged(t *testing.T) {
	for _, c := range []struct {
		versions
		novel string
	}{
		{versions{"en", "body weekday", "Talks in Ankara", enLede + enMore + enB, "Talks in Ankara", strings.Replace(enLede, "Tuesday", "Thursday", 1) + enMore + enB}, strings.Replace(enLede, "Tuesday", "Thursday", 1)},
		{versions{"en", "body place", "Talks resume", enLede + enMore + enB, "Talks resume", strings.Replace(enLede, "Ankara", "Geneva", 1) + enMore + enB}, strings.Replace(enLede, "Ankara", "Geneva", 1)},
		{versions{"en", "body fruitless", "Talks resume", enLede + enMore + enB, "Talks resume", enLede + strings.Replace(enMore, "businesslike", "hostile", 1) + enB}, strings.TrimSpace(strings.Replace(enMore, "businesslike", "hostile", 1))},
		{versions{"en", "body next month", "Talks resume", enLede + enMore + enB, "Talks resume", strings.Replace(enLede, "next week", "next month", 1) + enMore + enB}, strings.Replace(enLede, "next week", "next month", 1)},
		{versions{"en", "body agreed/refused", "Talks resume", enLede + enMore + enB, "Talks resume", strings.Replace(enLede, "agreed to continue", "refused to continue", 1) + enMore + enB}, strings.Replace(enLede, "agreed to continue", "refused to continue", 1)},
		{versions{"en", "body direct talks", "Talks resume", enLede + enMore + enB, "Talks resume", strings.Replace(enLede, "agreed to continue", "agreed not to continue", 1) + enMore + enB}, strings.Replace(enLede, "agreed to continue", "agreed not to continue", 1)},
		{versions{"en", "body both/neither", "Talks resume", enLede + enMore + enB, "Talks resume", enLede + strings.Replace(enMore, "Both sides", "Neither side", 1) + enB}, strings.TrimSpace(strings.Replace(enMore, "Both sides", "Neither side", 1))},
		{versions{"en", "live grows", "Live: talks in Ankara", enLede + "\n" + strings.TrimSpace(enMore), "Live: talks in Ankara", "Umerov leaves the villa without a statement.\n" + enLede + "\n" + strings.TrimSpace(enMore)}, "Umerov leaves the villa without a statement."},
	} {
		if v := c.judged(); v.Kind != news.Update || !slices.Equal(v.Novel, []string{c.novel}) {
			t.Errorf("%s, %s: %s (%s), new %q; want an update with %q", c.lang, c.name, v.Kind, v.Reason, v.Novel, c.novel)
		}
	}
}
