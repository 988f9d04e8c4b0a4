package notify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// known is a development told yesterday as talks on a full ceasefire, said by
// Kyiv: reports 1 and 2.
func known(more ...news.Report) news.Development {
	d := story(1, append([]news.Report{
		report(1, "Example Wire", "independent", "Teams talk about a 30-day ceasefire", at(19, 12, 0), tagged("title", "stage", "talks", "mechanism", "full")),
		report(2, "Office of Demo", "ukraine", "Talks go on", at(19, 13, 0), official("We talk."), tagged("title", "stage", "talks", "mechanism", "full")),
	}, more...)...)
	base := d
	base.Reports = slices.DeleteFunc(slices.Clone(d.Reports), func(r news.Report) bool { return r.Item > 2 })
	f := factsOf(base)
	m := mark(base, f, f.says, sampleSpec())
	d.Told = &m
	return d
}

func TestTellAgainOnlyForAReason(t *testing.T) {
	full := func(pairs ...string) func(*news.Report) {
		return tagged("title", append(pairs, "mechanism", "full")...)
	}
	now := at(20, 20, 0)
	r := func(id int, side, title string, with ...func(*news.Report)) news.Report {
		return report(id, "Outlet "+title[:3]+side, side, title, now, with...)
	}
	revised := report(1, "Example Wire", "independent", "Teams talk about a 30-day ceasefire", at(19, 12, 0), full("stage", "talks"), updates(1, "They will meet again."))
	revised.Revision = 2
	for name, c := range map[string]struct {
		d    news.Development
		want string // what changed; "" for nothing
	}{
		"nothing more":                      {known(), ""},
		"another outlet's wording":          {known(r(3, "europe", "Delegations discuss 30-day truce", full("stage", "talks"))), ""},
		"another outlet, a weaker stage":    {known(r(3, "europe", "New push for calm", full("stage", "signal"))), ""},
		"another outlet, no tags":           {known(r(3, "europe", "Still at it")), ""},
		"a repeat":                          {known(r(3, "europe", "Talks go on", repeats(1))), ""},
		"an opinion":                        {known(r(3, "us", "It has ended", full("stage", "ended"), tagged("body", "genre", "opinion"))), ""},
		"a stage as fact":                   {known(r(3, "europe", "Talks on the ceasefire have collapsed", full("stage", "ended"))), "ended"},
		"a stage predicted by one":          {known(r(3, "europe", "Ceasefire talks will end", full("stage", "ended", "claim", "prediction"))), ""},
		"a stage predicted by two":          {known(r(3, "europe", "Ceasefire talks will end", full("stage", "ended", "claim", "prediction")), r(4, "us", "The talks are to end", full("stage", "ended", "claim", "prediction"))), "ended"},
		"a stage in the body alone":         {known(r(3, "europe", "A long day", tagged("body", "stage", "ended", "mechanism", "full"))), ""},
		"agreed, nobody known to commit":    {known(r(3, "europe", "A ceasefire is agreed", full("stage", "agreed"))), "announced, not confirmed by both sides"},
		"Moscow says so too":                {known(r(3, "russia", "Talks go on, Kremlin says", official("We talk."), full("stage", "talks"))), "now said by both sides"},
		"a mediator says so":                {known(r(3, "mediator", "Talks go on", official("They talk."), full("stage", "talks"))), "now said by a mediator"},
		"Washington says so":                {known(r(3, "us", "Talks go on", official("They talk."), full("stage", "talks"))), ""},
		"a date from one outlet":            {known(r(3, "europe", "Teams meet on 24 November", full("stage", "talks"))), ""},
		"a date from two origins":           {known(r(3, "europe", "Teams meet on 24 November", full("stage", "talks")), r(4, "us", "Nov 24 for the teams", full("stage", "talks"))), "date set"},
		"a date from two in two languages":  {known(r(3, "europe", "Teams meet on 24 November", full("stage", "talks")), r(4, "ukraine", "Зустріч 24 листопада", full("stage", "talks"))), "date set"},
		"a term from an official site":      {known(r(3, "ukraine", "We propose 60 days", official("Sixty."), full("stage", "talks"))), "terms changed"},
		"the same term again":               {known(r(3, "ukraine", "30 days it is", official("Thirty."), full("stage", "talks"))), ""},
		"an update of what was told":        {known(r(3, "independent", "Teams talk about a 30-day ceasefire, more", full("stage", "talks"), updates(1, "They will meet again."))), "more was said"},
		"the same term in other languages":  {known(r(3, "europe", "Gespräche über 30-tägige Waffenruhe", full("stage", "talks")), r(4, "europe", "Discussions sur une trêve de 30 jours", full("stage", "talks"))), ""},
		"the same stage in other languages": {known(r(3, "ukraine", "Сторони обговорюють перемир'я", full("stage", "talks")), r(4, "russia", "Стороны обсуждают перемирие", full("stage", "talks")), r(5, "europe", "Strony rozmawiają o rozejmie", full("stage", "talks"))), ""},
		"another term in two languages":     {known(r(3, "europe", "Gespräche über 60-tägige Waffenruhe", full("stage", "talks")), r(4, "europe", "Discussions sur une trêve de 60 jours", full("stage", "talks"))), "terms changed"},
		"another term from one outlet":      {known(r(3, "europe", "Rozmowy o 60-dniowym rozejmie", full("stage", "talks"))), ""},
		"refused, in two languages":         {known(r(3, "ukraine", "Росія відмовила", full("stage", "reject", "claim", "negated")), r(4, "europe", "Moskau lehnt ab", full("stage", "reject", "claim", "negated"))), "refused"},
		"a second update says the same":     {known(r(3, "independent", "Teams talk", full("stage", "talks"), updates(1, "They will meet again.")), r(4, "europe", "Teams still talk", full("stage", "talks"), updates(1, "They will meet again."))), "more was said"},
		"an update of something else":       {known(r(3, "independent", "Teams talk", full("stage", "talks"), updates(77, "They will meet again."))), ""},
		"a revision with nothing new":       {known(r(3, "independent", "Teams talk", full("stage", "talks"), updates(1))), ""},
		"a late backfill":                   {known(r(3, "europe", "It has ended", full("stage", "ended"), backfilled())), ""},
		"not fresh at first sight":          {known(r(3, "europe", "It has ended", full("stage", "ended"), func(r *news.Report) { r.Fresh = false })), ""},
	} {
		got, ok := Tell(c.d, at(14, 0, 0), sampleSpec())
		if ok != (c.want != "") || ok && !slices.Contains(got.What, c.want) {
			t.Errorf("%s: told %v because %q, want %q", name, ok, got.What, c.want)
			continue
		}
		if !ok {
			continue
		}
		if len(got.Fresh) == 0 || got.New {
			t.Errorf("%s: rests on %v, new %v", name, got.Fresh, got.New)
		}
		// What is told is told once: with the mark in place nothing is left to say.
		again := c.d
		again.Told = &got.Mark
		if second, ok := Tell(again, at(14, 0, 0), sampleSpec()); ok {
			t.Errorf("%s: told twice, then because %q", name, second.What)
		}
	}
	// What one update brought another brings again: said once.
	first := known(r(3, "independent", "Teams talk", full("stage", "talks"), updates(1, "They will meet again.")))
	t1, _ := Tell(first, at(14, 0, 0), sampleSpec())
	copied := known(r(4, "europe", "Teams still talk", full("stage", "talks"), updates(1, "They will meet again!")))
	copied.Told = &t1.Mark
	if got, ok := Tell(copied, at(14, 0, 0), sampleSpec()); ok {
		t.Errorf("the same sentence from another outlet is told again: %q", got.What)
	}
	copied.Reports[len(copied.Reports)-1].Novel = []string{"They will meet again!", "The venue is not known."}
	if got, ok := Tell(copied, at(14, 0, 0), sampleSpec()); !ok || !slices.Contains(got.What, "more was said") {
		t.Errorf("a further sentence is not told: %v %q", ok, got.What)
	}
	// A date that was told and is another now.
	dated := known(r(3, "mediator", "Teams meet on 24 November", official("On the 24th."), full("stage", "talks")))
	t2, _ := Tell(dated, at(14, 0, 0), sampleSpec())
	moved := known(r(4, "mediator", "Teams meet on 26 November", official("On the 26th."), full("stage", "talks")))
	moved.Told = &t2.Mark
	if got, ok := Tell(moved, at(14, 0, 0), sampleSpec()); !ok || !slices.Contains(got.What, "new date") {
		t.Errorf("a moved date: told %v because %q, want a new date", ok, got.What)
	}

	own := known()
	own.Reports[0] = revised
	if got, ok := Tell(own, at(14, 0, 0), sampleSpec()); !ok || !slices.Equal(got.Quoted, []news.ItemID{1}) {
		t.Errorf("a revision with new sentences: %v %+v", ok, got)
	}
}

func TestFirstTelling(t *testing.T) {
	now := at(20, 20, 0)
	plain := func(with ...func(*news.Report)) news.Development {
		return story(1, report(1, "Example Wire", "independent", "A text is sent", now, with...))
	}
	seed := plain(repeats(900))
	seed.Reports = append(seed.Reports, report(900, "seed", "independent", "A text is sent", at(1, 1, 0), func(r *news.Report) { r.Origin, r.Live, r.Fresh = news.OriginSeed, false, false }))
	more := plain(updates(900, "A new sentence."))
	more.Reports = append(more.Reports, seed.Reports[1])
	seenLive := plain(func(r *news.Report) { r.Origin = news.OriginBackfill })
	imported := func(published time.Time, fresh bool) news.Development {
		d := plain(repeats(7))
		d.Reports = append(d.Reports, report(7, "Paper", "europe", "A text is sent", published, func(r *news.Report) { r.Origin, r.Live, r.Fresh = news.OriginBackfill, false, fresh }))
		return d
	}
	for name, c := range map[string]struct {
		d    news.Development
		want bool
	}{
		"a repeat of what was imported today":    {imported(at(20, 19, 0), true), true},
		"a repeat of what was imported as old":   {imported(at(18, 9, 0), false), false},
		"a repeat of what is before the horizon": {imported(at(13, 0, 0), true), false},
		"new":                                    {plain(), true},
		"a repeat of a seed":                     {seed, false},
		"an update of a seed":                    {more, true},
		"backfilled":                             {plain(backfilled()), false},
		"backfilled, then seen in a live poll":   {seenLive, true},
		"history at first sight":                 {plain(func(r *news.Report) { r.Fresh = false }), false},
		"before the horizon":                     {plain(func(r *news.Report) { r.Published, r.Seen = at(13, 0, 0), at(20, 20, 0) }), false},
		"no date, seen after the horizon": {plain(func(r *news.Report) {
			r.Published = r.Published.AddDate(-3000, 0, 0)
			r.Published = news.Report{}.Published
		}), true},
		"opinion alone":     {plain(tagged("body", "genre", "opinion")), false},
		"a live page alone": {plain(tagged("body", "genre", "live")), false},
	} {
		got, ok := Tell(c.d, at(14, 0, 0), sampleSpec())
		if ok != c.want || ok && !got.New {
			t.Errorf("%s: told %v, want %v", name, ok, c.want)
		}
	}
	spec := sampleSpec()
	spec.StateMedia = "omit"
	if _, ok := Tell(plain(stateMedia()), at(14, 0, 0), spec); ok {
		t.Error("state media is told although omitted")
	}
}

func TestSelection(t *testing.T) {
	d := story(1, report(1, "Example Wire", "un_ngo", "A pause", at(20, 20, 0), tagged("title", "mechanism", "humanitarian", "stage", "signal", "place", "Sampleville")))
	for _, c := range []struct {
		s    news.Selection
		want bool
	}{
		{news.Selection{}, true},
		{news.Selection{Topics: []string{"russia-ukraine"}}, true},
		{news.Selection{Topics: []string{"sudan"}}, false},
		{news.Selection{Mechanisms: []string{"exchange", "humanitarian"}}, true},
		{news.Selection{Mechanisms: []string{"exchange"}}, false},
		{news.Selection{Stages: []string{"signal"}, Places: []string{"Sampleville"}}, true},
		{news.Selection{Stages: []string{"ended"}}, false},
		{news.Selection{Places: []string{"Elsewhere"}}, false},
		{news.Selection{Sides: []string{"un_ngo"}}, true},
		{news.Selection{Sides: []string{"russia"}}, false},
		{news.Selection{Languages: []string{"pl"}}, true},
	} {
		if got := Selected(d, c.s); got != c.want {
			t.Errorf("%+v: %v, want %v", c.s, got, c.want)
		}
	}
}

func TestReportsAreCountedByOrigin(t *testing.T) {
	d := story(1,
		report(1, "Example Wire", "independent", "A", at(20, 20, 0)),
		report(2, "Demo TV", "europe", "B", at(20, 20, 1), tagged("lede", "origin", "The Example Wire")),
		report(3, "Sample Post", "ukraine", "A", at(20, 20, 2), repeats(1)),
		report(4, "Example Wire", "independent", "C", at(20, 20, 3)),
		report(5, "Demo Gazette", "us", "D", at(20, 20, 4)),
	)
	if f := factsOf(d); f.originals != 2 || f.repeats != 3 {
		t.Errorf("%d originals and %d repeats, want 2 and 3", f.originals, f.repeats)
	}
}

func TestBothIsBelievedOfTwoOriginsOrOfEachParty(t *testing.T) {
	c := func(value string) func(*news.Report) { return tagged("title", "stage", "agreed", "committed", value) }
	for name, x := range map[string]struct {
		reports []news.Report
		want    string
	}{
		"one report":                 {[]news.Report{report(1, "A Wire", "us", "x", at(20, 1, 0), c("both"))}, ""},
		"one report and its repeat":  {[]news.Report{report(1, "A Wire", "us", "x", at(20, 1, 0), c("both")), report(2, "B Wire", "us", "x", at(20, 2, 0), c("both"), repeats(1))}, ""},
		"two origins":                {[]news.Report{report(1, "A Wire", "us", "x", at(20, 1, 0), c("both")), report(2, "B Wire", "us", "y", at(20, 2, 0), c("both"))}, "both"},
		"each party":                 {[]news.Report{report(1, "A Wire", "us", "x", at(20, 1, 0), c("one:russia")), report(2, "B Wire", "us", "y", at(20, 2, 0), c("one:ukraine"))}, "both"},
		"one party":                  {[]news.Report{report(1, "A Wire", "us", "x", at(20, 1, 0), c("one:russia"))}, "one:russia"},
		"one party, and one on both": {[]news.Report{report(1, "A Wire", "us", "x", at(20, 1, 0), c("one:russia")), report(2, "B Wire", "us", "y", at(20, 2, 0), c("both"))}, "one:russia"},
		"a mediator":                 {[]news.Report{report(1, "A Wire", "us", "x", at(20, 1, 0), c("third"))}, "third"},
		"two, in columns":            {[]news.Report{report(1, "A Wire", "us", "x", at(20, 1, 0), c("both"), tagged("body", "genre", "opinion")), report(2, "B Wire", "us", "y", at(20, 2, 0), c("both"), tagged("body", "genre", "opinion"))}, ""},
		"two, predicting":            {[]news.Report{report(1, "A Wire", "us", "x", at(20, 1, 0), c("both"), tagged("title", "claim", "prediction")), report(2, "B Wire", "us", "y", at(20, 2, 0), c("both"), tagged("title", "claim", "negated"))}, ""},
	} {
		if got := factsOf(story(1, x.reports...)).committed; got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}

func TestHeadlineByRule(t *testing.T) {
	now := at(20, 20, 0)
	opinion := tagged("body", "genre", "opinion")
	for name, c := range map[string]struct {
		reports []news.Report
		want    news.ItemID
	}{
		"not opinion":              {[]news.Report{report(1, "A", "us", "Column", now, opinion), report(2, "B", "us", "News", now.Add(60))}, 2},
		"not state media":          {[]news.Report{report(1, "A", "russia", "State", now, stateMedia()), report(2, "B", "us", "News", now)}, 2},
		"state media over opinion": {[]news.Report{report(1, "A", "russia", "State", now, stateMedia()), report(2, "B", "us", "Col", now, opinion)}, 1},
		"preferred language":       {[]news.Report{report(1, "A", "us", "Новина", now, inLang("uk")), report(2, "B", "us", "News", now.Add(60))}, 2},
		"a regional tag counts":    {[]news.Report{report(1, "A", "us", "Nieuws", now, inLang("nl")), report(2, "B", "us", "News", now, inLang("en-GB"))}, 2},
		"an agency first":          {[]news.Report{report(1, "A", "us", "Truce text sent", now), report(2, "Reuters", "us", "Text sent", now.Add(60))}, 2},
		"an official site first":   {[]news.Report{report(1, "A", "us", "Truce text sent", now), report(2, "Office", "ukraine", "Text", now.Add(60), official("x"))}, 2},
		"nearest the rest":         {[]news.Report{report(1, "A", "us", "Shock as pen moves", now), report(2, "B", "us", "Draft truce text sent to both", now), report(3, "C", "us", "Draft truce text is sent", now)}, 2},
		"the earliest of the like": {[]news.Report{report(2, "A", "us", "Same words", now.Add(60e9)), report(1, "B", "us", "Same words", now)}, 1},
		"a title over none":        {[]news.Report{report(1, "A", "us", " ", now, official("x")), report(2, "B", "us", "Words", now)}, 2},
	} {
		if got := headline(story(1, c.reports...), nil, []string{"en"}); got.Item != c.want {
			t.Errorf("%s: chose %d %q, want %d", name, got.Item, got.Title, c.want)
		}
	}
}

func TestStateMediaAsConfigured(t *testing.T) {
	d := story(1, report(1, "State Demo", "russia", "A truce is near", at(20, 20, 0), stateMedia()))
	for mode, want := range map[string]string{"name": "(State Demo, state media)", "link": "state media alone report it", "omit": ""} {
		e := quietEdition()
		e.Stories = []news.Development{d}
		e.Digest.StateMedia = mode
		got, _ := Compose(e)
		plain := Render(got)[0].Plain
		if want == "" {
			if got.Kind != "quiet" {
				t.Errorf("omit: a %s: %s", got.Kind, plain)
			}
			continue
		}
		if !strings.Contains(plain, want) || mode == "link" && strings.Contains(plain, "A truce is near") {
			t.Errorf("%s: %s", mode, plain)
		}
	}
}

func TestRankingAndCap(t *testing.T) {
	e := quietEdition()
	for i := range 70 {
		r := report(1000+i, "Example Wire", "independent", "Item", at(20, 19, i%60))
		if i == 65 {
			r.Tags = tags("title", "stage", "reject", "mechanism", "full")
		}
		if i == 66 {
			official("We say so.")(&r)
			r.Side = "ukraine"
		}
		d := story(100+i, r)
		if i == 67 {
			d.Reports = append(d.Reports, report(2000, "Other", "us", "Item again", at(20, 19, 1)))
		}
		e.Stories = append(e.Stories, d)
	}
	e.Ledger = []news.Position{{Topic: "russia-ukraine", Mechanism: "full", Stage: "reject", At: at(20, 19, 5), Story: 165}}
	d, told := Compose(e)
	if len(d.Entries) != maxTold || len(told) != maxTold || d.Waiting != 10 {
		t.Errorf("%d entries, %d marks, %d waiting; want %d, %d and 10", len(d.Entries), len(told), d.Waiting, maxTold, maxTold)
	}
	if d.Shown != 4 || len(Render(d)) != 1+maxTold {
		t.Errorf("%d in the channel, %d messages", d.Shown, len(Render(d)))
	}
	for i, want := range []news.StoryID{165, 166, 167} {
		if d.Entries[i].Story != want {
			t.Errorf("rank %d is %d, want %d (ledger, then who says so, then originals)", i+1, d.Entries[i].Story, want)
		}
	}
	for i, m := range told {
		if want := d.PartOf(m.Story); m.Part != want || i < 4 && want != 1 || want == 0 {
			t.Errorf("mark %d: part %d, want %d", i, m.Part, want)
		}
	}
}

func TestTermsAreTheSameInEveryLanguage(t *testing.T) {
	for title, want := range map[string]string{
		"A 30-day truce": "30d",
		"30-денне перемир'я на 30 днів":   "30d",
		"Перемирие на 30 дней":            "30d",
		"72-hour pause":                   "72h",
		"Пауза на 72 години":              "72h",
		"Three-day truce from 8 May":      "3d,day 05-08",
		"Перемирие с 8 мая":               "day 05-08",
		"1,000-for-1,000 swap":            "1000x1000",
		"Обмен 1000 на 1000":              "1000x1000",
		"Obmin 205 for 205":               "205x205",
		"Teams meet Nov. 24":              "day 11-24",
		"12 killed, 40 drones shot down":  "",
		"Day 412 of the war":              "",
		"In 2025 the talks began":         "",
		"30-tägige Waffenruhe":            "30d",
		"Dreitägige Waffenruhe ab 8. Mai": "3d,day 05-08",
		"72-stündige Pause":               "72h",
		"Waffenruhe für 60 Tage":          "60d",
		"Trêve de trente jours":           "30d",
		"Rencontre le 24 novembre":        "day 11-24",
		"Trêve de 72 heures":              "72h",
		"30-dniowy rozejm":                "30d",
		"Trzydniowy rozejm od 8 maja":     "3d,day 05-08",
		"Wymiana 1000 za 1000":            "1000x1000",
		"Austausch 1.000 gegen 1.000":     "1000x1000",
		"Триденне перемир'я з 8 травня":   "3d,day 05-08",
		"Трехдневное перемирие":           "3d",
		"Місячне перемир'я":               "",
		"Die Delegationen tagen weiter":   "",
		"Nothing at all":                  "",
	} {
		r := news.Report{Title: title}
		if got := strings.Join(termsOf(r), ","); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}

// An item that came with a wrong old date is history alone; a repeat of it that is
// dated today shows that it is news, to a channel that was never told of it.
func TestARepeatDatedTodayTellsWhatAWrongDateHid(t *testing.T) {
	seen := at(20, 7, 0)
	misdated := func(with ...func(*news.Report)) news.Report {
		return report(1, "Example Wire", "independent", "Teams talk about a ceasefire", seen, append(with, func(r *news.Report) {
			r.Published, r.Fresh = seen.Add(-90*24*time.Hour), false
		})...)
	}
	again := report(2, "Demo TV", "europe", "Teams talk about a ceasefire", seen.Add(time.Hour), repeats(1))
	told := story(1, misdated(), again)
	told.Told = &news.Told{Story: 1, Items: map[news.ItemID]int{1: 1}}
	old := again
	old.Published = seen.Add(-90 * 24 * time.Hour)
	late := again
	late.Published, late.Seen = seen.Add(3*24*time.Hour), seen.Add(3*24*time.Hour)
	for name, c := range map[string]struct {
		d    news.Development
		want bool
	}{
		"alone":                         {story(1, misdated()), false},
		"repeated with a date of today": {story(1, misdated(), again), true},
		"told already":                  {told, false},
		"repeated with the same date":   {story(1, misdated(), old), false},
		"there when first read":         {story(1, misdated(func(r *news.Report) { r.Backlog = true }), again), false},
		"imported":                      {story(1, misdated(backfilled()), again), false},
		"repeated three days on":        {story(1, misdated(), late), false},
	} {
		if _, ok := Tell(c.d, at(13, 0, 0), sampleSpec()); ok != c.want {
			t.Errorf("%s: told %v, want %v", name, ok, c.want)
		}
	}
}

// A copy of what was imported and told by now is a copy as any other.
func TestACopyOfAToldImportTellsNothing(t *testing.T) {
	refusal := tagged("title", "stage", "reject", "mechanism", "full")
	d := story(9, report(7, "Paper", "europe", "A text is refused", at(20, 8, 0), refusal, func(r *news.Report) { r.Origin, r.Live = news.OriginBackfill, false }),
		report(8, "Wire", "europe", "A text is agreed", at(20, 8, 30), tagged("title", "stage", "agreed", "mechanism", "full")))
	sel := news.DigestSpec{Name: "evening", Channel: "C1"}
	first, ok := Tell(d, at(13, 18, 0), sel)
	if !ok {
		t.Fatal("not told")
	}
	d.Told = &first.Mark
	d.Reports = append(d.Reports, report(10, "Copier", "europe", "A text is refused", at(20, 12, 0), refusal, repeats(7)))
	if got, ok := Tell(d, at(13, 18, 0), sel); ok {
		t.Errorf("a copy of what was told is told: %v", got.What)
	}
}

// How sources were read in a window of the past is not stored: none is counted, blamed or
// called silent, and the reader is told so.
func TestAWindowOfThePastCountsNoSources(t *testing.T) {
	reported := []news.Development{story(1, report(1, "Example Wire", "independent", "Teams talk about a ceasefire", at(20, 20, 0), tagged("title", "stage", "talks", "mechanism", "full")))}
	for name, stories := range map[string][]news.Development{"with news": reported, "quiet": nil} {
		for _, kind := range []string{"news", "recap"} {
			e := news.Edition{Digest: sampleSpec(), Slot: at(21, 8, 0), From: at(20, 8, 0), Horizon: at(20, 8, 0), Stories: stories, Over: true}
			e.Digest.Kind = kind
			d, _ := Compose(e)
			got := strings.ToLower(Text(d, 0, false))
			if !strings.Contains(got, "which sources were read then is not kept") || strings.Contains(got, "0 of 0") || strings.Contains(got, "could not be read") || strings.Contains(got, "cannot say") || strings.Contains(got, "source is read") {
				t.Errorf("%s, %s:\n%s", kind, name, got)
			}
		}
	}
}

// A recap of a window in which no digest was due says nothing of their punctuality.
func TestARecapWithoutDigestsCountsNone(t *testing.T) {
	for cuts, want := range map[int]bool{0: false, 7: true} {
		e := news.Edition{Digest: sampleSpec(), Slot: at(21, 8, 0), From: at(14, 8, 0), Horizon: at(14, 8, 0), Imported: true, Cuts: cuts}
		e.Digest.Kind = "recap"
		d, _ := Compose(e)
		if got := Text(d, 0, false); strings.Contains(got, "on time") != want || !strings.Contains(got, "imported history") {
			t.Errorf("%d digests:\n%s", cuts, got)
		}
	}
}

// A window that ended before any source was read is of imported history: nobody failed
// to read a source, and no side was silent in it.
func TestAnImportedWindowBlamesNoSource(t *testing.T) {
	for name, stories := range map[string][]news.Development{
		"with news": {story(1, report(1, "Example Wire", "independent", "Teams talk about a ceasefire", at(20, 20, 0), tagged("title", "stage", "talks", "mechanism", "full")))},
		"quiet":     nil,
	} {
		e := news.Edition{Digest: sampleSpec(), Slot: at(21, 8, 0), From: at(20, 8, 0), Horizon: at(20, 8, 0), Stories: stories, Imported: true}
		d, _ := Compose(e)
		got := Text(d, 0, false)
		if !strings.Contains(got, "rom imported history, before any source was read") || strings.Contains(got, "0 of 0") || strings.Contains(got, "source is read") || strings.Contains(got, "Cannot say") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

// A refusal, an offer or a readiness is the side's own to tell and needs nobody else's word;
// what a side says of the other is pointed at. A party's outlet that tells of the other's
// breach alleges it.
func TestAWeekPointsAtClaimsAndNotAtWhatASideDoesItself(t *testing.T) {
	by := func(stage, actor, side string) func(*news.Report) {
		return func(r *news.Report) {
			bySpeaker(stage, "full", actor, side)(r)
			for i := range r.Tags {
				if r.Tags[i].Facet == "stage" {
					r.Tags[i].Who = side
				}
			}
		}
	}
	early := at(18, 9, 0)
	e := quietEdition()
	e.Digest.Kind, e.From = "recap", e.Slot.Add(-7*24*time.Hour)
	e.Stories = []news.Development{
		story(1, report(1, "Example Wire", "independent", "Moscow refuses a truce", early, by("reject", "kremlin", "russia"))),
		story(2, report(2, "Example Wire", "independent", "Kyiv ready for a truce", early, bySpeaker("signal", "full", "kyiv", "ukraine"))),
		story(3, report(3, "Example Wire", "independent", "Kyiv turned the truce down, Moscow says", early, bySpeaker("agreed", "full", "kremlin", "russia"))),
		story(4, report(4, "Kyiv Demo TV", "ukraine", "Russia broke the truce", early, tagged("title", "stage", "violation", "mechanism", "full", "claim", "fact"), func(r *news.Report) {
			r.Tags = append(r.Tags, news.Tag{Facet: "actor", Value: "russia", Field: "title", Who: "russia", Match: "Russia"})
		})),
	}
	d, _ := Compose(e)
	if d.Week == nil || len(d.Week.Unconfirmed) != 1 || d.Week.Unconfirmed[0].Source.Title != "Kyiv turned the truce down, Moscow says" {
		t.Fatalf("%+v, want Moscow's word on Kyiv alone", d.Week)
	}
	for _, a := range d.Week.Alleged {
		if want := map[string]int{"ukraine": 1}[a.Side]; a.Count != want {
			t.Errorf("%s alleges %d, want %d", a.Side, a.Count, want)
		}
	}
}
