package notify

import (
	"slices"
	"strings"
	"testing"

	"trucewatch/internal/news"
)

// bySpeaker are tags of a title whose side is the actor and the speaker.
func bySpeaker(stage, mechanism, actor, side string) func(*news.Report) {
	return func(r *news.Report) {
		r.Tags = append(r.Tags, news.Tag{Facet: "stage", Value: stage, Field: "title", Match: stage}, news.Tag{Facet: "actor", Value: actor, Field: "title", Who: side, Match: actor},
			news.Tag{Facet: "claim", Value: "claim", Field: "title", Who: actor})
		if mechanism != "" {
			r.Tags = append(r.Tags, tag("mechanism", mechanism, "title"))
		}
	}
}

func TestOnlyWhoMakesTheHeadlinesClaimSaysSo(t *testing.T) {
	for name, c := range map[string]struct {
		reports []news.Report
		says    string
		reads   string // the count of reports
	}{
		"a side that was only ready for it says nothing of a date": {[]news.Report{
			report(1, "Moscow Demo News", "independent", "Moscow is ready to meet in Istanbul, Kremlin says", at(20, 19, 0), bySpeaker("signal", "", "kremlin", "russia")),
			report(2, "Example Wire", "independent", "Teams to meet in Istanbul on 24 November, Ankara says", at(20, 21, 0), bySpeaker("prep", "", "turkey", "mediator")),
			report(3, "Demo Post", "us", "Teams meet in Istanbul on 24 November, Kyiv confirms", at(20, 21, 30), bySpeaker("prep", "", "kyiv", "ukraine")),
		}, "Kyiv and mediator say so", "2 original reports"},
		"who tells of the meeting itself says that it was arranged": {[]news.Report{
			report(2, "Example Wire", "independent", "Teams to meet in Istanbul, Ankara says", at(20, 21, 0), bySpeaker("prep", "", "turkey", "mediator")),
			report(1, "Demo TV", "europe", "Teams to meet in Istanbul, Turkey announces", at(20, 21, 20), bySpeaker("prep", "", "turkey", "mediator")),
			report(3, "Demo Post", "us", "Teams are meeting in Istanbul, Kyiv confirms", at(20, 23, 30), bySpeaker("talks", "", "kyiv", "ukraine"), tagged("title", "stage", "prep")),
		}, "Kyiv and mediator say so", "3 original reports"},
		"one side's readiness is not the other's": {[]news.Report{
			report(1, "Example Wire", "independent", "Zelensky ready for a truce", at(20, 19, 0), bySpeaker("signal", "full", "zelensky", "ukraine")),
			report(2, "Demo TV", "europe", "Zelensky ready for a full truce at once", at(20, 19, 20), bySpeaker("signal", "full", "zelensky", "ukraine")),
			report(3, "Demo Post", "us", "Putin ready for a truce on terms", at(20, 20, 0), bySpeaker("signal", "full", "putin", "russia")),
		}, "Kyiv's claim", "2 original reports"},
		"nor are the other side's terms": {[]news.Report{
			report(1, "Example Wire", "independent", "Zelensky ready for a truce", at(20, 19, 0), bySpeaker("signal", "full", "zelensky", "ukraine")),
			report(2, "Demo TV", "europe", "Zelensky ready for a full truce at once", at(20, 19, 20), bySpeaker("signal", "full", "zelensky", "ukraine")),
			report(3, "Demo Post", "us", "Putin puts terms of a truce", at(20, 20, 0), bySpeaker("proposal", "full", "putin", "russia")),
		}, "Kyiv's claim", "2 original reports"},
		"one figure is not another": {[]news.Report{
			report(1, "Example Wire", "independent", "Prisoners swapped 300 for 300, Kyiv says", at(20, 19, 0), bySpeaker("in_effect", "exchange", "kyiv", "ukraine")),
			report(2, "Demo TV", "europe", "Exchange 300 for 300 carried out, Kyiv says", at(20, 19, 20), bySpeaker("in_effect", "exchange", "kyiv", "ukraine")),
			report(3, "Demo Post", "us", "Prisoners swapped 250 for 250, Moscow says", at(20, 20, 0), bySpeaker("in_effect", "exchange", "moscow", "russia")),
		}, "Kyiv's claim", "2 original reports"},
		"nor is a figure in other words": {[]news.Report{
			report(1, "Example Wire", "independent", "Prisoners exchanged, Kyiv says 300 came home", at(20, 19, 0), bySpeaker("in_effect", "exchange", "kyiv", "ukraine")),
			report(2, "Demo TV", "europe", "300 prisoners swapped on 20 November, Kyiv says", at(20, 19, 20), bySpeaker("in_effect", "exchange", "kyiv", "ukraine")),
			report(3, "Demo Post", "us", "Moscow tells of 250 for 250 in a swap", at(20, 20, 0), bySpeaker("in_effect", "exchange", "moscow", "russia")),
		}, "Kyiv's claim", "2 original reports"},
		"both sides' sum is each side's figure": {[]news.Report{
			report(1, "Example Wire", "independent", "150 prisoners each come home, Kyiv says", at(20, 19, 0), bySpeaker("in_effect", "exchange", "kyiv", "ukraine")),
			report(3, "Demo Post", "us", "300 prisoners exchanged, Moscow says", at(20, 20, 0), bySpeaker("in_effect", "exchange", "moscow", "russia")),
		}, "Kyiv and Moscow both say so", "2 original reports"},
		"a month is thirty days": {[]news.Report{
			report(1, "Example Wire", "independent", "30-day energy truce proposed, Washington says", at(20, 19, 0), bySpeaker("proposal", "partial", "us", "us")),
			report(2, "Demo TV", "europe", "1 month energy truce proposed, Washington confirms", at(20, 19, 20), bySpeaker("proposal", "partial", "us", "us")),
		}, "Washington says so", "2 original reports"},
		"another arrangement is another claim": {[]news.Report{
			report(1, "Example Wire", "independent", "Energy truce agreed, Kyiv says", at(20, 19, 0), bySpeaker("agreed", "partial", "kyiv", "ukraine")),
			report(2, "Demo TV", "europe", "Kyiv says energy truce is agreed", at(20, 19, 20), bySpeaker("agreed", "partial", "kyiv", "ukraine")),
			report(3, "Demo Post", "us", "Swap agreed, Moscow says", at(20, 20, 0), bySpeaker("agreed", "exchange", "moscow", "russia")),
		}, "Kyiv's claim", "2 original reports"},
		"another's opinion is no report": {[]news.Report{
			report(1, "Example Wire", "independent", "Energy truce agreed, Kyiv says", at(20, 19, 0), bySpeaker("agreed", "partial", "kyiv", "ukraine")),
			report(2, "Demo Columnist", "us", "Why the truce will not hold", at(20, 20, 0), tagged("title", "genre", "opinion"), bySpeaker("agreed", "partial", "moscow", "russia")),
		}, "Kyiv's claim", "1 original report"},
	} {
		e := quietEdition()
		e.Stories, e.Ledger = []news.Development{story(1, c.reports...)}, nil
		d, _ := Compose(e)
		if len(d.Entries) != 1 {
			t.Fatalf("%s: %d entries, want 1", name, len(d.Entries))
		}
		if got, _, _ := strings.Cut(d.Entries[0].Says, "; "); got != c.says {
			t.Errorf("%s: %q under %q, want %q", name, got, d.Entries[0].Headline.Title, c.says)
		}
		if got := reportsLine(d.Entries[0]); got != c.reads {
			t.Errorf("%s: %q under %q, want %q", name, got, d.Entries[0].Headline.Title, c.reads)
		}
	}
}

// The same source's next word is no repeat of its first, and what it moved rests on
// nobody else.
func TestWhatOneSourceMovedRestsOnThatSource(t *testing.T) {
	set := report(1, "Ankara Example Agency", "mediator", "Second round in Istanbul set for 20 January", at(19, 10, 0), official(""), tagged("title", "stage", "prep"))
	wire := report(2, "Example Wire", "independent", "Second round of talks on 20 January, Turkey says", at(19, 10, 30), tagged("title", "stage", "prep"))
	moved := report(3, "Ankara Example Agency", "mediator", "Second round in Istanbul moved to 22 January", at(20, 22, 0), official(""), tagged("title", "stage", "prep"))
	d := story(1, set, wire, moved)
	d.Told = &news.Told{Story: 1, At: at(20, 8, 0), Headline: set.Title, Stages: map[string]string{"": "prep"}, Sides: []string{"mediator"}, Terms: []string{"day 01-20"}, Items: map[news.ItemID]int{1: 1, 2: 1}}
	e := quietEdition()
	e.Stories = []news.Development{d}
	got, _ := Compose(e)
	if len(got.Entries) != 1 || got.Entries[0].Originals != 1 || got.Entries[0].Repeats != 0 || !slices.Equal(got.Entries[0].What, []string{"new date"}) {
		t.Errorf("%+v, want a new date on one original report", got.Entries)
	}
}

func TestASideThatSpeaksOfSomethingElseIsHeardAndNoMore(t *testing.T) {
	told := report(1, "Example Wire", "independent", "Teams to meet in Istanbul, Ankara says", at(19, 10, 0), bySpeaker("prep", "", "turkey", "mediator"))
	later := func(stage, title string) news.Development {
		d := story(1, told, report(2, "Demo TV", "europe", title, at(20, 21, 0), bySpeaker(stage, "", "kremlin", "russia")))
		d.Told = &news.Told{Story: 1, At: at(20, 8, 0), Headline: told.Title, Stages: map[string]string{"": "prep"}, Sides: []string{"mediator"}, Items: map[news.ItemID]int{1: 1}}
		return d
	}
	for name, c := range map[string]struct {
		d    news.Development
		want string
	}{
		"ready to": {later("signal", "Moscow ready to talk, Kremlin says"), "Moscow now heard"},
		"confirms": {later("prep", "Russia will send a team, Kremlin says"), "now said by Moscow"},
	} {
		got, ok := Tell(c.d, at(18, 8, 0), sampleSpec())
		if !ok || !slices.Equal(got.What, []string{c.want}) {
			t.Errorf("%s: told %v as %q, want %q", name, ok, got.What, c.want)
		}
	}
	again := later("signal", "Moscow ready to talk, Kremlin says")
	again.Reports = append(again.Reports, report(3, "Demo Post", "us", "Moscow still ready to talk, Kremlin says", at(20, 23, 0), bySpeaker("signal", "", "kremlin", "russia")))
	again.Told.Items[2] = 1
	if got, ok := Tell(again, at(18, 8, 0), sampleSpec()); ok {
		t.Errorf("told again as %q: Moscow was heard before", got.What)
	}
}

// A position of the ledger is said by those who state that position.
func TestWhoSaysAPositionSaysThatPosition(t *testing.T) {
	d := story(1,
		report(1, "Moscow Demo News", "independent", "Moscow is ready for an energy truce, Kremlin says", at(20, 19, 0), bySpeaker("signal", "partial", "kremlin", "russia")),
		report(2, "Example Wire", "independent", "Draft energy truce handed over, Ankara says", at(20, 21, 0), bySpeaker("proposal", "partial", "turkey", "mediator")))
	e := quietEdition()
	e.Stories = []news.Development{d}
	e.Ledger = []news.Position{{Topic: "russia-ukraine", Mechanism: "partial", Stage: "proposal", At: at(20, 21, 0), Story: 1}}
	got, _ := Compose(e)
	if len(got.Changed) != 1 || got.Changed[0].Who != "mediator says so" {
		t.Errorf("%+v, want it said by a mediator", got.Changed)
	}
}

// A headline of one thing never hides that most reports state another.
func TestWhatMostReportsStateStandsBesideAHeadlineOfSomethingElse(t *testing.T) {
	agreed := []func(*news.Report){inLang("uk"), tagged("title", "stage", "agreed", "mechanism", "partial", "committed", "both")}
	d := story(1,
		report(1, "Kyiv Demo TV", "ukraine", "Енергетичне перемир'я погоджено", at(20, 19, 0), agreed...),
		report(2, "Приклад", "ukraine", "Сторони погодили енергетичне перемир'я", at(20, 19, 30), agreed...),
		report(3, "Demo TV", "europe", "Moscow ready for an energy truce, Kremlin says", at(20, 20, 0), bySpeaker("signal", "partial", "kremlin", "russia")))
	e := quietEdition()
	e.Stories = []news.Development{d}
	got, _ := Compose(e)
	if len(got.Entries) != 1 || got.Entries[0].Headline.Lang != "en" || got.Entries[0].Stands != "" || got.Entries[0].Others != "agreed by both sides" {
		t.Errorf("%+v, want the English headline and beside it that others state an agreement", got.Entries)
	}
}

// A development may hold a meeting and its refusal: the headline's good news never stands
// alone.
func TestWhatAPartyRefusesOrDeniesStandsBesideTheHeadline(t *testing.T) {
	no := func(tags ...news.Tag) func(*news.Report) {
		return func(r *news.Report) { r.Tags = append(r.Tags, tags...) }
	}
	meet := report(1, "Ankara Example Agency", "mediator", "Ukraine and Russia to meet on 8 February, Ankara says", at(20, 19, 0), official(""), bySpeaker("prep", "partial", "turkey", "mediator"))
	for name, c := range map[string]struct {
		with []func(*news.Report)
		want string
	}{
		"refuses":     {[]func(*news.Report){no(news.Tag{Facet: "stage", Value: "reject", Field: "title", Match: "Russia refuses", Who: "russia"}, news.Tag{Facet: "claim", Value: "negated", Field: "title", Match: "refuses to"})}, "refused by Russia"},
		"denies":      {[]func(*news.Report){no(news.Tag{Facet: "stage", Value: "prep", Field: "title", Match: "meeting"}, news.Tag{Facet: "claim", Value: "denial", Field: "title", Match: "denies", Who: "kremlin"})}, "denied by Russia"},
		"nobody does": {[]func(*news.Report){no(news.Tag{Facet: "stage", Value: "reject", Field: "title", Match: "refusal"})}, ""},
	} {
		e := quietEdition()
		also := report(3, "Example Wire", "independent", "Ukraine and Russia to meet on 8 February", at(20, 19, 30), tagged("title", "stage", "prep", "mechanism", "partial"))
		e.Stories = []news.Development{story(1, meet, also, report(2, "Moscow Demo News", "russia", "Of the meeting", at(20, 22, 0), c.with...))}
		d, _ := Compose(e)
		if len(d.Entries) != 1 || d.Entries[0].Headline.Title != meet.Title || d.Entries[0].Others != c.want {
			t.Errorf("%s: %+v, want %q beside the headline", name, d.Entries, c.want)
		}
		if got := Render(d)[0].Plain; strings.Contains(got, "other reports: "+c.want) != (c.want != "") {
			t.Errorf("%s: the digest says\n%s", name, got)
		}
	}
}

func TestAForeignHeadlineSaysWhatItsTagsKnow(t *testing.T) {
	for name, c := range map[string]struct {
		with []func(*news.Report)
		want string
	}{
		"a refusal": {[]func(*news.Report){bySpeaker("accept", "partial", "peskov", "russia"), func(r *news.Report) {
			r.Tags = append(r.Tags, news.Tag{Facet: "stage", Value: "reject", Field: "title", Match: "не согласна", Who: "russia"}, news.Tag{Facet: "claim", Value: "negated", Field: "title", Match: "не", Who: "peskov"})
		}}, "Partial truce: refused by Russia (in Russian)"},
		"a denial": {[]func(*news.Report){tagged("title", "mechanism", "partial"), func(r *news.Report) {
			r.Tags = append(r.Tags, news.Tag{Facet: "claim", Value: "denial", Field: "title", Match: "отрицает", Who: "kremlin"})
		}}, "Partial truce: denied by Russia (in Russian)"},
		"a no to we do not know what": {[]func(*news.Report){func(r *news.Report) {
			r.Tags = append(r.Tags, news.Tag{Facet: "claim", Value: "negated", Field: "title", Match: "не", Who: "kremlin"})
		}}, "On the talks: said by Moscow (in Russian)"},
	} {
		e := quietEdition()
		e.Stories = []news.Development{story(1, report(1, "Sample Times", "russia", "Заголовок", at(20, 22, 0), append(c.with, inLang("ru"))...))}
		d, _ := Compose(e)
		if len(d.Entries) != 1 || d.Entries[0].Lead != c.want {
			t.Errorf("%s: %+v, want %q", name, d.Entries, c.want)
		}
	}
}

// "A wrong signed misleads": what somebody expects to be signed was announced by nobody.
func TestWhatIsForetoldIsNotAnnounced(t *testing.T) {
	for claim, announced := range map[string]bool{"claim": true, "prediction": false} {
		r := report(1, "Demo Post", "us", "Ceasefire deal will be signed within days, Trump says", at(20, 22, 0), bySpeaker("agreed", "full", "trump", "us"))
		r.Tags[len(r.Tags)-2].Value = claim
		e := quietEdition()
		e.Stories, e.Ledger = []news.Development{story(1, r)}, nil
		d, _ := Compose(e)
		text := Text(d, 100, false)
		if got := strings.Contains(text, "announced"); got != announced {
			t.Errorf("%s: announced %v, want %v:\n%s", claim, got, announced, text)
		}
	}
}

// What happened is not one party's claim once others report it by themselves; what a party
// declares is its word whoever reports it.
func TestWhatOthersReportTooIsNoClaim(t *testing.T) {
	moscow := report(1, "Moscow Demo News", "russia", "Prisoners swapped, Moscow says", at(20, 19, 0), bySpeaker("in_effect", "exchange", "moscow", "russia"))
	wire := report(2, "Example Wire", "independent", "Prisoners swapped", at(20, 19, 30), tagged("title", "stage", "in_effect", "mechanism", "exchange", "claim", "fact"))
	state := report(3, "Sample Times", "mediator", "Prisoners were swapped", at(20, 19, 40), tagged("title", "stage", "in_effect", "mechanism", "exchange", "claim", "fact"))
	state.State = true
	of := func(e Entry) string { s, _, _ := strings.Cut(e.Says, "; "); return s }
	for name, c := range map[string]struct {
		reports  []news.Report
		want     string
		oneSided string
	}{
		"alone":                   {[]news.Report{moscow}, "Moscow's claim", "russia"},
		"with an independent one": {[]news.Report{moscow, wire}, "Moscow says so, also reported by independent sources", ""},
		"with state media":        {[]news.Report{moscow, state}, "Moscow's claim", "russia"},
	} {
		e := quietEdition()
		e.Stories = []news.Development{story(1, c.reports...)}
		e.Ledger = []news.Position{{Topic: "russia-ukraine", Mechanism: "exchange", Stage: "in_effect", At: at(20, 19, 0), Story: 1}}
		d, _ := Compose(e)
		if len(d.Entries) != 1 || of(d.Entries[0]) != c.want || d.Entries[0].OneSided != c.oneSided {
			t.Errorf("%s: %+v, want %q", name, d.Entries, c.want)
		}
		if len(d.Changed) != 1 || d.Changed[0].Who != c.want {
			t.Errorf("%s: ledger %+v, want %q", name, d.Changed, c.want)
		}
	}
}

// A headline that tells of Russia's breach is not Russia's allegation, whatever Moscow says
// beside it.
func TestNobodyAllegesHisOwnBreach(t *testing.T) {
	breach := report(1, "Kyiv Demo TV", "ukraine", "Russia broke the energy truce in Sumy", at(20, 19, 0),
		tagged("title", "stage", "violation", "mechanism", "partial", "claim", "fact"), func(r *news.Report) {
			r.Tags = append(r.Tags, news.Tag{Facet: "actor", Value: "russia", Field: "title", Who: "russia", Match: "Russia"})
		})
	keeps := report(2, "Example Wire", "independent", "Kremlin: truce stays in force despite violations", at(20, 20, 0), bySpeaker("violation", "partial", "kremlin", "russia"))
	for i := range keeps.Tags {
		if keeps.Tags[i].Facet == "stage" {
			keeps.Tags[i].Who = "russia"
		}
	}
	if f := about(story(1, breach, keeps), breach); f.doer != "" || len(f.says) != 0 || f.originals != 1 {
		t.Errorf("under %q: alleged by %q, said by %v, on %d reports; want nobody named, on one", breach.Title, f.doer, f.says, f.originals)
	}
}

// Who reads that both agreed learns in the same entry that one of them denies it, and sees
// its words.
func TestADenialStandsBesideWhatItDenies(t *testing.T) {
	both := report(1, "Demo Post", "us", "Both sides agreed to an energy truce, Washington says", at(20, 19, 0), bySpeaker("agreed", "partial", "washington", "us"), tagged("title", "committed", "both"))
	denial := report(2, "Example Wire", "independent", "Kremlin denies that Russia agreed to an energy truce", at(20, 21, 0), bySpeaker("reject", "partial", "kremlin", "russia"))
	for i := range denial.Tags {
		switch denial.Tags[i].Facet {
		case "stage":
			denial.Tags[i].Rule, denial.Tags[i].Who = news.Negated, "russia"
		case "claim":
			denial.Tags[i].Value = "denial"
		}
	}
	entryOf := func(stories ...news.Development) Entry {
		e := quietEdition()
		e.Stories, e.Ledger = stories, nil
		d, _ := Compose(e)
		for _, x := range d.Entries {
			if x.Headline.Title == both.Title {
				return x
			}
		}
		t.Fatalf("no entry of %q in %+v", both.Title, d.Entries)
		return Entry{}
	}
	if got := entryOf(story(1, both), story(2, denial)); got.Others != "denied by Russia" || strings.Contains(got.Says, "Moscow") {
		t.Errorf("denied elsewhere: others %q, %q; want the denial, and no silence of Moscow's", got.Others, got.Says)
	}
	if got := entryOf(story(1, both)); got.Others != "" {
		t.Errorf("not denied: others %q", got.Others)
	}
	got := entryOf(story(1, both, denial))
	if !slices.ContainsFunc(got.Quotes, func(q Quote) bool { return q.Who == "Moscow" && q.Text == denial.Title }) {
		t.Errorf("denied beside it: quotes %+v, want Moscow's no", got.Quotes)
	}
}

// Who declared a truce is not who alleges its breach, and a side does not say alone what
// others report too.
func TestThePhraseNamesWhoseActTheStageIs(t *testing.T) {
	declared := tagged("title", "committed", "one:russia")
	broken := report(1, "Kyiv Demo TV", "ukraine", "Shelling goes on despite Putin's truce, commander says", at(20, 19, 0), bySpeaker("violation", "full", "ukraine", "ukraine"), declared)
	for i := range broken.Tags {
		if broken.Tags[i].Facet == "stage" {
			broken.Tags[i].Who = "ukraine"
		}
	}
	home := report(2, "Kyiv Demo TV", "ukraine", "Exchange carried out, 205 come home", at(20, 19, 0), tagged("title", "stage", "in_effect", "mechanism", "exchange", "claim", "fact", "committed", "one:ukraine"))
	swap := report(3, "Example Wire", "independent", "Prisoners swapped", at(20, 19, 10), tagged("title", "stage", "in_effect", "mechanism", "exchange", "claim", "fact"))
	for name, c := range map[string]struct {
		reports []news.Report
		want    string
	}{
		"a breach":               {[]news.Report{broken}, "breaches alleged by Ukraine"},
		"an exchange others saw": {[]news.Report{home, swap}, "carried out"},
	} {
		e := quietEdition()
		e.Stories, e.Ledger = []news.Development{story(1, c.reports...)}, nil
		d, _ := Compose(e)
		if len(d.Entries) != 1 || d.Entries[0].Stands != c.want {
			t.Errorf("%s: %+v, want %q", name, d.Entries, c.want)
		}
	}
}
