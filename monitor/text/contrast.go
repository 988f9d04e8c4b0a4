package text

import "strings"

// contrastWords are choices that headlines make with plain words: a row a subject,
// its sides parted by bars, in all languages together. A word stands here as it is
// written, in the forms that headlines use, and never if it is a common word of
// something else in another language.
const contrastWords = `
before avant przed före перед | after après efter після после
today heute dziś dzisiaj idag сьогодні сегодня | tomorrow morgen demain jutro imorgon завтра | yesterday gestern wczoraj igår вчора вчера
hour hours stunde stunden heure heures godzina godziny godzin timme timmar година години годин часа часов | day days tag tage tagen jour jours dzień dni dagar день дні днів дня дней | week weeks woche wochen semaine semaines tydzień tygodnie tygodni vecka veckor тиждень тижні тижнів неделя неделю недели недель | month months monat monate monaten mois miesiąc miesiące miesięcy månad månader місяць місяці місяців месяц месяца месяцев | year years jahr jahre jahren ans année années rok lata рік роки років год года лет
morning matin rano ранку утром | evening abend soir wieczorem kväll ввечері увечері вечером | night nacht nuit nocy natt вночі уночі ночью
dozens dutzende dizaines dziesiątki dussintals десятки | hundreds hunderte centaines setki hundratals сотні сотни | thousands tausende milliers tysiące tusentals тисячі тысячи
partly partially teilweise partiellement częściowo delvis частково частично | fully completely vollständig totalement całkowicie повністю полностью
halve halves halved halbiert | double doubles doubled verdoppelt
both beide obie båda обидві обидва обе оба | neither weder żadna żaden varken жодна жоден
everything alles tout wszystko allt все усе | nothing nichts rien nic ничего нічого
lift lifts lifted lifting ease eases eased lève lèvent znosi znoszą häver знімає знімають зняли скасували снимает снимают сняли сняла снял отменили | impose imposes imposed imposing verhängt verhängen imposent nakłada nakładają inför вводить вводять ввели запровадили вводит вводят ввел ввела
north northern norden півночі севере | south southern süden півдні юге | east eastern osten сході востоке | west western westen заході западе
zu | ab
km kilometres kilometers kilometer | miles meilen
`

// contrasts finds the side of its subject that a kept word stands on, by the bits
// of its hash that are kept.
var contrasts = parseContrasts()

type contrast struct {
	subject, side uint8
	word          string
}

func parseContrasts() map[uint32]contrast {
	out := map[uint32]contrast{}
	subject := uint8(0)
	for line := range strings.Lines(contrastWords) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		for side, words := range strings.Split(line, "|") {
			for _, w := range strings.Fields(words) {
				var sc scanner
				sc.scan(w)
				out[uint32(sc.words[0].hash)&wordHash] = contrast{subject, uint8(side), w}
			}
		}
		subject++
	}
	return out
}

// choices are the sides a title takes: a bit a side, and one of its words, by subject.
type choices struct {
	sides [16]uint8
	word  [16]string
}

func (c *choices) add(kept uint32) {
	if on, ok := contrasts[kept&wordHash]; ok {
		c.sides[on.subject] |= 1 << on.side
		c.word[on.subject] = on.word
	}
}

// against returns a subject on which both take sides, and no side in common.
func (c *choices) against(d *choices) (Veto, bool) {
	for i, s := range c.sides {
		if s != 0 && d.sides[i] != 0 && s&d.sides[i] == 0 {
			return Veto{VetoContrast, c.word[i], d.word[i]}, true
		}
	}
	return Veto{}, false
}
