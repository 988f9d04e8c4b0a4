package story

import (
	"testing"
	"time"

	"trucewatch/internal/news"
)

// Published on a Tuesday at 15:00 in Kyiv.
var tuesday = time.Date(2025, 5, 27, 12, 0, 0, 0, time.UTC)

func TestDatesReadWhatAnArrangementOrMeetingStates(t *testing.T) {
	kyiv := time.FixedZone("Europe/Kyiv", 3*3600)
	day := func(m time.Month, d int) time.Time { return time.Date(2025, m, d, 0, 0, 0, 0, kyiv) }
	cases := []struct {
		text, lang, kind, what, precision, quote string
		at                                       time.Time
	}{
		{"Kremlin declares 30-day ceasefire", "en", "ends", "full", "day", "30-day", tuesday.Add(30 * 24 * time.Hour)},
		{"Truce to hold until Sunday", "en", "ends", "full", "day", "until Sunday", day(6, 1)},
		{"Truce begins from midnight", "en", "starts", "full", "minute", "from midnight", day(5, 28)},
		{"Truce begins at midnight on Friday", "en", "starts", "full", "minute", "at midnight on Friday", day(5, 30)},
		{"Перемир'я починається з півночі п'ятниці", "uk", "starts", "full", "minute", "з півночі п'ятниці", day(5, 30)},
		{"Delegations will meet in Istanbul on 2 June", "en", "meets", "meeting", "day", "on 2 June", day(6, 2)},
		{"Delegations will meet in Istanbul on June 2", "en", "meets", "meeting", "day", "on June 2", day(6, 2)},
		{"Ceasefire terms wanted by the end of June", "en", "ends", "full", "month", "by the end of June", day(6, 30)},
		{"Waffenruhe soll bis Sonntag gelten", "de", "ends", "full", "day", "bis Sonntag", day(6, 1)},
		{"Treffen in Istanbul am 2. Juni geplant", "de", "meets", "meeting", "day", "am 2. Juni", day(6, 2)},
		{"La trêve tiendra jusqu'à dimanche", "fr", "ends", "full", "day", "jusqu'à dimanche", day(6, 1)},
		{"Rencontre prévue à Istanbul le 2 juin", "fr", "meets", "meeting", "day", "le 2 juin", day(6, 2)},
		{"Rozejm ma trwać do niedzieli", "pl", "ends", "full", "day", "do niedzieli", day(6, 1)},
		{"Spotkanie w Stambule 2 czerwca", "pl", "meets", "meeting", "day", "Stambule 2 czerwca", day(6, 2)},
		{"Перемирие продлится до воскресенья", "ru", "ends", "full", "day", "до воскресенья", day(6, 1)},
		{"Встреча в Стамбуле пройдет 2 июня", "ru", "meets", "meeting", "day", "пройдет 2 июня", day(6, 2)},
		{"Перемир'я на 30 днів", "uk", "ends", "full", "day", "30 днів", tuesday.Add(30 * 24 * time.Hour)},
		{"Перемир'я триватиме до неділі", "uk", "ends", "full", "day", "до неділі", day(6, 1)},
		{"Truce agreed for 72 hours", "en", "ends", "full", "day", "72 hours", tuesday.Add(72 * time.Hour)},
		{"Putin orders three-day truce", "en", "ends", "full", "day", "three-day", tuesday.Add(72 * time.Hour)},
		{"One-month ceasefire declared", "en", "ends", "full", "day", "One-month", tuesday.AddDate(0, 1, 0)},
		{"Truce declared from Sunday", "en", "starts", "full", "day", "from Sunday", day(6, 1)},
		{"Istanbul talks to resume on Monday", "en", "meets", "meeting", "day", "on Monday", day(6, 2)},
		{"30-tägige Waffenruhe verkündet", "de", "ends", "full", "day", "30-tägige", tuesday.Add(30 * 24 * time.Hour)},
		{"Waffenruhe ab Mitternacht", "de", "starts", "full", "minute", "ab Mitternacht", day(5, 28)},
		{"Waffenruhe für drei Tage verkündet", "de", "ends", "full", "day", "drei Tage", tuesday.Add(72 * time.Hour)},
		{"Dreitägige Waffenruhe verkündet", "de", "ends", "full", "day", "Dreitägige", tuesday.Add(72 * time.Hour)},
		{"Waffenruhe soll bis Ende Juni gelten", "de", "ends", "full", "month", "bis Ende Juni", day(6, 30)},
		{"Gespräche in Istanbul am Montag geplant", "de", "meets", "meeting", "day", "am Montag", day(6, 2)},
		{"Trêve de 30 jours annoncée", "fr", "ends", "full", "day", "30 jours", tuesday.Add(30 * 24 * time.Hour)},
		{"Trêve à partir de minuit", "fr", "starts", "full", "minute", "partir de minuit", day(5, 28)},
		{"Trêve de trois jours annoncée", "fr", "ends", "full", "day", "trois jours", tuesday.Add(72 * time.Hour)},
		{"Trêve jusqu'à la fin juin", "fr", "ends", "full", "month", "jusqu'à la fin juin", day(6, 30)},
		{"Pourparlers à Istanbul prévus lundi", "fr", "meets", "meeting", "day", "prévus lundi", day(6, 2)},
		{"30-dniowy rozejm ogłoszony", "pl", "ends", "full", "day", "30-dniowy", tuesday.Add(30 * 24 * time.Hour)},
		{"Rozejm od północy", "pl", "starts", "full", "minute", "od północy", day(5, 28)},
		{"Trzydniowy rozejm ogłoszony", "pl", "ends", "full", "day", "Trzydniowy", tuesday.Add(72 * time.Hour)},
		{"Rozejm do końca czerwca", "pl", "ends", "full", "month", "do końca czerwca", day(6, 30)},
		{"Rozmowy w Stambule odbędą się w poniedziałek", "pl", "meets", "meeting", "day", "w poniedziałek", day(6, 2)},
		{"30-дневное перемирие объявлено", "ru", "ends", "full", "day", "30-дневное", tuesday.Add(30 * 24 * time.Hour)},
		{"Перемирие начнется с полуночи", "ru", "starts", "full", "minute", "с полуночи", day(5, 28)},
		{"Трехдневное перемирие объявлено", "ru", "ends", "full", "day", "Трехдневное", tuesday.Add(72 * time.Hour)},
		{"Перемирие до конца июня", "ru", "ends", "full", "month", "до конца июня", day(6, 30)},
		{"Перемирие объявлено на два месяца", "ru", "ends", "full", "day", "два месяца", tuesday.AddDate(0, 2, 0)},
		{"Переговоры в Стамбуле пройдут в понедельник", "ru", "meets", "meeting", "day", "в понедельник", day(6, 2)},
		{"30-денне перемир'я оголошено", "uk", "ends", "full", "day", "30-денне", tuesday.Add(30 * 24 * time.Hour)},
		{"Триденне перемир'я оголошено", "uk", "ends", "full", "day", "Триденне", tuesday.Add(72 * time.Hour)},
		{"Перемир'я від півночі", "uk", "starts", "full", "minute", "від півночі", day(5, 28)},
		{"Перемир'я до кінця червня", "uk", "ends", "full", "month", "до кінця червня", day(6, 30)},
		{"Перемовини в Стамбулі відбудуться в понеділок", "uk", "meets", "meeting", "day", "в понеділок", day(6, 2)},
		{"Truce could be extended after it ends on 13 June", "en", "ends", "full", "day", "ends on 13 June", day(6, 13)},
		{"Truce expires on Sunday", "en", "ends", "full", "day", "expires on Sunday", day(6, 1)},
		{"Waffenruhe endet am 13. Juni", "de", "ends", "full", "day", "endet am 13. Juni", day(6, 13)},
		{"La trêve expire le 13 juin", "fr", "ends", "full", "day", "expire le 13 juin", day(6, 13)},
		{"Rozejm wygasa 13 czerwca", "pl", "ends", "full", "day", "wygasa 13 czerwca", day(6, 13)},
		{"Перемирие истекает 13 июня", "ru", "ends", "full", "day", "истекает 13 июня", day(6, 13)},
		{"Перемир'я завершується 13 червня", "uk", "ends", "full", "day", "завершується 13 червня", day(6, 13)},
		{"Зустріч у Стамбулі відбудеться 2 червня", "uk", "meets", "meeting", "day", "відбудеться 2 червня", day(6, 2)},
	}
	for _, c := range cases {
		got := Dates(c.text, "", c.lang, tuesday, kyiv, nil)
		if len(got) != 1 {
			t.Errorf("%q: got %d dates %+v, want one", c.text, len(got), got)
			continue
		}
		g := got[0]
		if g.Kind != c.kind || g.What != c.what || g.Precision != c.precision || !g.At.Equal(c.at) || g.Quote != c.quote || g.Zone != "Europe/Kyiv" {
			t.Errorf("%q:\n got %s %s %s %s %q in %s\nwant %s %s %s %s %q", c.text, g.Kind, g.What, g.Precision, g.At, g.Quote, g.Zone, c.kind, c.what, c.precision, c.at.UTC(), c.quote)
		}
	}
}

func TestAPauseInStrikesIsAnArrangementWhereTheTagsSaySo(t *testing.T) {
	const title = "Russia to halt strikes on power plants for 10 days from midnight on Friday"
	if got := Dates(title, "", "en", tuesday, time.UTC, nil); len(got) != 0 {
		t.Errorf("got %+v without tags, want none", got)
	}
	got := Dates(title, "", "en", tuesday, time.UTC, []news.Tag{{Facet: "mechanism", Value: "partial"}})
	if len(got) != 2 || got[0].Kind != "starts" || !got[0].At.Equal(time.Date(2025, 5, 30, 0, 0, 0, 0, time.UTC)) ||
		got[1].Kind != "ends" || !got[1].At.Equal(time.Date(2025, 6, 9, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v, want Friday and ten days later", got)
	}
}

func TestADurationRunsFromTheStatedStart(t *testing.T) {
	moscow := time.FixedZone("Europe/Moscow", 3*3600)
	got := Dates("Kremlin announces three-day truce from 8 May", "", "en", time.Date(2025, 5, 1, 10, 0, 0, 0, time.UTC), moscow, nil)
	want := []struct {
		kind string
		at   time.Time
	}{{"starts", time.Date(2025, 5, 8, 0, 0, 0, 0, moscow)}, {"ends", time.Date(2025, 5, 11, 0, 0, 0, 0, moscow)}}
	if len(got) != 2 {
		t.Fatalf("got %+v, want a start and an end", got)
	}
	for i, w := range want {
		if got[i].Kind != w.kind || !got[i].At.Equal(w.at) {
			t.Errorf("date %d: got %s %s, want %s %s", i, got[i].Kind, got[i].At, w.kind, w.at.UTC())
		}
	}
}

func TestADurationInTheTitleRunsFromTheStartTheSummaryStates(t *testing.T) {
	got := Dates("Kremlin orders 10-day truce", "The truce starts at midnight on Friday, the Kremlin said.", "en", tuesday, time.UTC, nil)
	if len(got) != 2 || got[0].Kind != "ends" || !got[0].At.Equal(time.Date(2025, 6, 9, 0, 0, 0, 0, time.UTC)) || got[1].Kind != "starts" {
		t.Errorf("got %+v, want its end ten days after Friday, and its start", got)
	}
}

func TestDatesLeaveOutHistoryAndOtherSubjects(t *testing.T) {
	for _, text := range []string{
		"Trump said on Monday that a ceasefire was near",       // when it was said
		"The truce will hold, Trump said on Thursday",          // of a plan, too
		"Drone strike kills three in Odesa on Friday",          // no arrangement
		"The Minsk ceasefire of 12 February 2015 did not hold", // history
		"Negotiators spoke for three hours in Geneva talks",    // how long, not until when
		"Truce broken 30 times in the past 24 hours",           // what has passed
		"The truce took effect two weeks ago",
		"Three days into the truce both sides report calm",
		"Truce to begin in three days", // not how long it holds
		"За последние 24 часа перемирие нарушено 30 раз",
		"Перемир'я порушено за 24 години",
		"Vor zwei Wochen begann die Waffenruhe",
		"La trêve, deux semaines après",
		"Dwa tygodnie temu zaczął się rozejm",
	} {
		if got := Dates(text, "", "en", tuesday, time.UTC, nil); len(got) != 0 {
			t.Errorf("%q: got %+v, want none", text, got)
		}
	}
}

func TestDatesUseTheZoneTheTextNamesAndTheTagsValues(t *testing.T) {
	tags := []news.Tag{{Facet: "mechanism", Value: "partial"}, {Facet: "place", Value: "sumy-oblast"}}
	got := Dates("Truce in Sumy begins from midnight Moscow time", "", "en", tuesday, time.UTC, tags)
	if len(got) != 1 {
		t.Fatalf("got %+v, want one date", got)
	}
	if g := got[0]; g.What != "partial" || g.Where != "sumy-oblast" || g.Zone != "Europe/Moscow" || !g.At.Equal(time.Date(2025, 5, 27, 21, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v, want the tags' words and 21:00 UTC", g)
	}
}

func TestDatesOfHostileTextAreFew(t *testing.T) {
	text := ""
	for range 500 {
		text += "ceasefire until Sunday and from 3 May to 4 June for 9999999999 days by the end of May. "
	}
	if got := Dates(text, text, "en", tuesday, time.UTC, nil); len(got) > 8 {
		t.Errorf("got %d dates, want at most 8", len(got))
	}
}

func TestAMovedDateIsTheOneItWasMovedTo(t *testing.T) {
	for _, text := range []string{
		"Second round of Istanbul talks moved to 2 June",
		"Second round of Istanbul talks moved from 30 May to 2 June",
		"Second round of Istanbul talks postponed from 30 May to 2 June, Ankara says",
		"The talks in Istanbul have been moved from 1 to 2 June",
		"Zweite Runde der Gespräche in Istanbul von Freitag auf 2. Juni verschoben",
		"Deuxième cycle de négociations à Istanbul reporté au 2 juin",
		"Druga runda rozmów w Stambule przełożona na 2 czerwca",
		"Второй раунд переговоров в Стамбуле перенесен на 2 июня",
		"Другий раунд переговорів у Стамбулі перенесено з 30 травня на 2 червня",
	} {
		got := Dates(text, "", "", tuesday, time.UTC, nil)
		if len(got) != 1 || got[0].Kind != "meets" || !got[0].Moved || !got[0].At.Equal(time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%q: got %+v, want the second of June alone, as moved", text, got)
		}
	}
	got := Dates("Ceasefire extended until 2 June", "", "en", tuesday, time.UTC, nil)
	if len(got) != 1 || got[0].Kind != "ends" || !got[0].Moved {
		t.Errorf("got %+v, want a moved end", got)
	}
	if got := Dates("Delegations will meet in Istanbul on 2 June", "", "en", tuesday, time.UTC, nil); len(got) != 1 || got[0].Moved {
		t.Errorf("got %+v, want a date that is not moved", got)
	}
}
