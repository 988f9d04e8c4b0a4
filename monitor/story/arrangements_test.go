package story

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// arranged is a fortnight's worth of arrangements in four days: the same people, the same
// mediator and places, and nothing else in common.
var arranged = []struct {
	what, lang  string
	hours       int
	title, lede string
}{
	{"exchange", "en", 0, "Russia and Ukraine swap 205 prisoners each after Turkish mediation", "The exchange took place at the border with Belarus on Friday; both capitals published lists of names."},
	{"exchange", "en", 2, "Kyiv and Moscow exchange 410 prisoners in swap mediated by Turkey", "Each side returned 205 people, Ukraine's coordination headquarters said."},
	{"exchange", "uk", 3, "Україна і Росія обміняли полонених за посередництва Туреччини: додому повернулися 205 військових", "Обмін відбувся на кордоні з Білоруссю, повідомив Координаційний штаб."},
	{"exchange", "ru", 3, "Россия и Украина провели обмен пленными по формуле 205 на 205 при посредничестве Турции", "Минобороны сообщило, что военнослужащие находятся в Белоруссии."},
	{"exchange", "de", 5, "Russland und Ukraine tauschen unter türkischer Vermittlung je 205 Gefangene aus", "Der Austausch fand an der Grenze zu Belarus statt."},

	{"energy", "en", 6, "Russia and Ukraine agree 30-day truce on energy sites, Erdogan says", "Power plants and refineries would be spared for a month under the arrangement mediated by Turkey."},
	{"energy", "en", 8, "Erdogan: Kyiv and Moscow agree to halt strikes on energy for 30 days", "The Turkish president announced the energy truce after calls with both leaders."},
	{"energy", "uk", 9, "Ердоган: Україна і Росія погодилися на 30-денне енергетичне перемир'я", "Сторони припинять удари по електростанціях на місяць, заявив президент Туреччини."},
	{"energy", "ru", 10, "Эрдоган: Россия и Украина согласились на 30-дневное энергетическое перемирие", "Стороны не будут наносить удары по электростанциям в течение месяца."},
	{"energy", "fr", 11, "La Russie et l'Ukraine acceptent une trêve énergétique de 30 jours, selon Erdogan", "Les centrales électriques seront épargnées pendant un mois."},

	{"blacksea", "en", 20, "Russia and Ukraine discuss Black Sea truce in Istanbul, Turkey says", "Safe passage for merchant ships and ports was on the agenda of both delegations."},
	{"blacksea", "en", 22, "Turkey says Kyiv and Moscow talk about truce in Black Sea", "The negotiations on shipping took place in Istanbul on Saturday."},
	{"blacksea", "uk", 23, "У Стамбулі Україна і Росія обговорили перемир'я в Чорному морі", "Делегації говорили про безпеку судноплавства та портів."},
	{"blacksea", "pl", 24, "Rosja i Ukraina rozmawiały w Stambule o rozejmie na Morzu Czarnym", "Tematem była bezpieczna żegluga statków handlowych."},

	{"easter", "en", 30, "Putin announces Easter truce in Ukraine for 30 hours", "The Kremlin said that troops were told to hold fire until midnight on Sunday."},
	{"easter", "en", 31, "Kremlin: Putin orders 30-hour Easter ceasefire", "Russian forces will stop all fighting for the holiday, the president said."},
	{"easter", "ru", 32, "Путин объявил пасхальное перемирие на 30 часов", "Приказ действует до полуночи воскресенья."},
	{"easter", "uk", 33, "Путін оголосив великоднє перемир'я на 30 годин", "Наказ діятиме до опівночі неділі, заявили в Кремлі."},

	{"leaders", "en", 44, "Zelensky and Putin could meet in Istanbul in May, Erdogan says", "Turkey is ready to host the presidents of Ukraine and Russia."},
	{"leaders", "en", 46, "Erdogan offers Istanbul for Putin-Zelensky summit in May", "The Turkish president spoke to both leaders about a meeting."},
	{"leaders", "uk", 47, "Ердоган: зустріч Зеленського і Путіна можлива у Стамбулі в травні", "Туреччина готова прийняти обох президентів."},
	{"leaders", "de", 48, "Erdogan: Treffen von Selenskyj und Putin im Mai in Istanbul möglich", "Die Türkei sei bereit, beide Präsidenten zu empfangen."},

	{"corridor", "en", 60, "Ukraine and Russia agree on corridor to evacuate civilians from Pokrovsk", "Buses with wounded people and families are to leave the town on Tuesday under Red Cross escort."},
	{"corridor", "en", 61, "Kyiv, Moscow agree humanitarian corridor out of Pokrovsk", "The Red Cross will escort convoys of civilians."},
	{"corridor", "ru", 62, "Россия и Украина договорились о гуманитарном коридоре из Покровска", "Красный Крест будет сопровождать автобусы с жителями."},
	{"corridor", "pl", 63, "Ukraina i Rosja uzgodniły korytarz humanitarny z Pokrowska", "Konwoje z cywilami mają eskortować pracownicy Czerwonego Krzyża."},

	{"bodies", "en", 70, "Russia returns 1,000 bodies of fallen soldiers to Ukraine", "The repatriation was agreed at the talks in Istanbul, the coordination headquarters said."},
	{"bodies", "uk", 71, "Росія передала Україні тіла 1000 загиблих військових", "Про репатріацію домовилися на переговорах у Стамбулі."},
	{"extension", "en", 78, "Ukraine proposes to extend 30-day energy truce, Turkey says", "Kyiv asked Ankara to pass on the proposal to Moscow."},
	{"extension", "ru", 79, "Украина предложила продлить энергетическое перемирие на 30 дней, сообщила Турция", "Анкара передаст предложение Москве."},
}

// Arrangements of other kinds that share people, mediator and days never become one
// development: online or regrouped, in whatever order they come, spread over four days or
// all within a day, with summaries or without, and with some of them told already.
func TestArrangementsOfOtherKindsStayApart(t *testing.T) {
	wrong := map[string]int{}
	for _, bare := range []bool{false, true} {
		for _, pace := range []float64{1, .3, .1} {
			reports := make([]report, len(arranged))
			members := make([]news.Member, len(arranged))
			for i, a := range arranged {
				reports[i] = report{a.title, a.lede, a.lang, time.Duration(pace * float64(a.hours) * float64(time.Hour))}
				if bare {
					reports[i].lede = ""
				}
				members[i] = member(int64(i+1), reports[i])
			}
			look := func(how string, ms []news.Member) {
				first := arranged[ms[0].Item-1]
				for _, m := range ms {
					if a := arranged[m.Item-1]; a.what != first.what {
						wrong[fmt.Sprintf("%s, summaries %v, pace %.1f: %s: %q and %s: %q", how, !bare, pace, first.what, first.title, a.what, a.title)]++
						return
					}
				}
			}
			rnd := rand.New(rand.NewPCG(1, 2))
			for range 40 {
				order := rnd.Perm(len(arranged))[:8+rnd.IntN(len(arranged)-7)]
				cut := rnd.IntN(len(order))
				var first, second []news.Member
				var online []news.StoryCandidate
				for n, i := range order {
					if n < cut {
						first = append(first, members[i])
					} else {
						second = append(second, members[i])
					}
					at := int(Place(prepared(int64(i+1), reports[i]), "t", online).Story) - 1
					if at < 0 {
						at = len(online)
						online = append(online, news.StoryCandidate{Story: news.StoryID(at + 1), Topic: "t"})
					}
					online[at].Members = append(online[at].Members, members[i])
				}
				for _, c := range online {
					look("online", c.Members)
				}
				var told []news.StoryCandidate
				for n, g := range Cluster(first, nil) {
					c := news.StoryCandidate{Story: news.StoryID(n + 1), Topic: "t"}
					for _, id := range g.Items {
						c.Members = append(c.Members, members[id-1])
					}
					look("regrouped", c.Members)
					told = append(told, c)
				}
				for _, g := range Cluster(second, told) {
					var ms []news.Member
					if g.Story != 0 {
						ms = slices.Clone(told[g.Story-1].Members)
					}
					for _, id := range g.Items {
						ms = append(ms, members[id-1])
					}
					look("regrouped beside told ones", ms)
				}
			}
		}
	}
	for s, n := range wrong {
		t.Errorf("%d times %s", n, s)
	}
}

// What keeps them apart does not keep apart the reports of one.
func TestReportsOfOneArrangementMeet(t *testing.T) {
	var ms []news.Member
	kinds := map[string]bool{}
	for i, a := range arranged {
		ms = append(ms, member(int64(i+1), report{a.title, a.lede, a.lang, time.Duration(a.hours) * time.Hour}))
		kinds[a.what] = true
	}
	if got := len(Cluster(ms, nil)); got != len(kinds) {
		t.Errorf("%d developments of %d arrangements told in up to five languages", got, len(kinds))
	}
}
