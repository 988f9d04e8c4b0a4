package notify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

func alertSpec() news.AlertSpec {
	return news.AlertSpec{Name: "turn", Channel: "C0ALERT", Zone: kyiv, MaxPerDay: 5,
		Select: news.Selection{Topics: []string{"russia-ukraine"}, Languages: []string{"en"}},
		When:   []string{"agreed_both", "declared_one", "ended", "in_effect", "leaders_meet"}}
}

// alertEdition is an edition at a moment, with stories.
func alertEdition(now time.Time, stories ...news.Development) news.Edition {
	e := quietEdition()
	e.Digest, e.Slot, e.From, e.Horizon, e.Dates = news.DigestSpec{Name: "turn", Channel: "C0ALERT"}, now, now.Add(-24*time.Hour), now.Add(-7*24*time.Hour), nil
	e.Sources = sampleSources(now, 1)
	e.Stories = stories
	return e
}

func declared(seen time.Time) news.Development {
	return story(40,
		report(400, "Example Wire", "independent", "Kremlin announces three-day truce from 8 May", seen,
			func(r *news.Report) {
				r.Tags = []news.Tag{
					{Facet: "stage", Value: "agreed", Field: "title", Match: "announces three-day truce"},
					{Facet: "committed", Value: "one:russia", Field: "title", Match: "announces"},
					{Facet: "mechanism", Value: "full", Field: "title", Match: "truce"},
					{Facet: "claim", Value: "claim", Field: "title", Match: "announces", Who: "kremlin"},
				}
				r.Lede = "All fighting stops from midnight for 72 hours, it said."
			}),
		report(401, "Kremlin demo site", "russia", "On a truce of three days", seen.Add(time.Minute), official("All fighting stops from midnight for 72 hours. An order is signed."),
			func(r *news.Report) {
				r.Tags = []news.Tag{
					{Facet: "stage", Value: "agreed", Field: "lede", Match: "order is signed"},
					{Facet: "committed", Value: "one:russia", Field: "lede", Match: "order is signed"},
					{Facet: "mechanism", Value: "full", Field: "title", Match: "truce"},
				}
			}),
		report(402, "Demo TV", "europe", "Kremlin announces three-day truce from 8 May", seen.Add(2*time.Minute), repeats(400)),
	)
}

func noOriginal(news.DeliveryID) (news.Message, bool) { return news.Message{}, false }

func TestDefaultAlerts(t *testing.T) {
	now := at(20, 14, 37)
	seen := now.Add(-time.Minute)
	two := func(title string, pairs ...string) news.Development {
		return story(41, report(410, "Example Wire", "independent", title, seen, tagged("title", pairs...)),
			report(411, "Demo TV", "europe", title+" today", seen, tagged("title", pairs...)))
	}
	one := two("All sides sign a full ceasefire", "stage", "agreed", "committed", "both", "mechanism", "full")
	foretold := func(title, words string) news.Development {
		d := two(title, "stage", "prep", "actor", "putin", "actor", "zelensky")
		for i := range d.Reports {
			d.Reports[i].Tags = append(d.Reports[i].Tags, news.Tag{Facet: "claim", Value: "prediction", Field: "title", Match: words})
		}
		return d
	}
	one.Reports = one.Reports[:1]
	old := declared(now.Add(-7 * time.Hour))
	asRepeat := two("They sign", "stage", "agreed", "committed", "both", "mechanism", "full")
	repeats(410)(&asRepeat.Reports[1])
	known := declared(seen)
	known.Told = &news.Told{Story: 40, Digest: "morning", Stages: map[string]string{"full": "agreed"}, Committed: "one:russia", Items: map[news.ItemID]int{400: 1, 401: 1}, Sides: []string{"russia"}}
	history := declared(seen)
	for i := range history.Reports {
		backfilled()(&history.Reports[i])
	}
	mention := two("Dozens freed in a swap", "stage", "in_effect", "committed", "both", "mechanism", "exchange")
	onOther := two("Ukraine: Russia accepts a pause", "stage", "agreed", "committed", "one:russia", "mechanism", "full")
	inLede := story(41, report(410, "Example Wire", "independent", "A long read", seen, tagged("lede", "stage", "agreed", "committed", "both", "mechanism", "full")),
		report(411, "Demo TV", "europe", "Another long read", seen, tagged("lede", "stage", "agreed", "committed", "both", "mechanism", "full")))
	for i := range 2 {
		mention.Reports[i].Relevance = news.Mention
		onOther.Reports[i].Tags = append(onOther.Reports[i].Tags, news.Tag{Facet: "claim", Value: "claim", Field: "title", Who: "ukraine"})
	}
	backlog := declared(seen)
	for i := range backlog.Reports {
		backlog.Reports[i].Backlog = true
	}
	byName := two("New round of talks begins in Old Town", "stage", "agreed", "committed", "both", "mechanism", "full", "venue", "old_town")
	for i := range byName.Reports {
		for j := range byName.Reports[i].Tags {
			if f := byName.Reports[i].Tags[j].Facet; f == "stage" || f == "venue" {
				byName.Reports[i].Tags[j].Match = "Old Town"
			}
		}
	}
	site := func(side, committed string) news.Development {
		return story(41, report(410, "Foreign Ministry", side, "All sides sign a full ceasefire", seen, official("It was signed today."),
			tagged("title", "stage", "agreed", "committed", committed, "mechanism", "full")))
	}
	unofficial := site("mediator", "both")
	unofficial.Reports[0].Official = false
	for name, c := range map[string]struct {
		d    news.Development
		want string // the turn; "" for no alert
	}{
		"both, on a mediator's own site":       {site("mediator", "both"), "announced by a mediator, neither side confirms"},
		"a third party, on its own site":       {site("mediator", "third"), "announced by a mediator, neither side confirms"},
		"both, on a party's own site":          {site("russia", "both"), "declared by russia alone"},
		"both, on the site of neither":         {site("us", "both"), ""},
		"both, by a mediator's outlet":         {unofficial, ""},
		"there when the source was first read": {backlog, ""},
		"shown by the name of a place alone":   {byName, ""},
		"a breach of what was declared":        {two("Sirens sound although Russia announced a pause", "stage", "violation", "stage", "agreed", "committed", "one:russia", "mechanism", "full"), ""},
		"a look back":                          {two("Putin ordered a pause a year ago", "stage", "agreed", "committed", "one:russia", "mechanism", "full"), ""},
		"a look back: years":                   {two("Two years on, the truce Russia declared", "stage", "agreed", "committed", "one:russia", "mechanism", "full"), ""},
		"a roundup":                            {two("Press review: they swap prisoners, oil falls", "stage", "in_effect", "committed", "both", "mechanism", "exchange"), ""},
		"people are moved":                     {two("Evacuation of children begins in Old Town", "stage", "in_effect", "mechanism", "humanitarian"), ""},
		"an exchange is carried out":           {two("They swap 100 prisoners", "stage", "in_effect", "stage", "agreed", "committed", "both", "mechanism", "exchange"), "in_effect"},
		"a suspended deal is no agreement":     {two("Russia suspends the grain deal", "stage", "ended", "stage", "agreed", "committed", "one:russia", "mechanism", "shipping"), "ended"},
		"a night that ends with a truce":       {two("Night ends with a truce", "stage", "ended", "committed", "both", "mechanism", "full"), ""},
		"a hint of heads meeting":              {two("Talks end with hint of Putin and Zelensky meeting", "stage", "talks", "actor", "putin", "actor", "zelensky"), ""},
		"heads met":                            {two("Putin met Trump in Old Town", "stage", "talks", "actor", "putin", "actor", "trump"), "leaders_meet"},
		"one side declares":                    {declared(seen), "declared_one"},
		"both agree":                           {two("All sides sign a full ceasefire", "stage", "agreed", "committed", "both", "mechanism", "full"), "agreed_both"},
		"both, by one report":                  {one, ""},
		"both, by a repeat":                    {asRepeat, ""},
		"a mediator announces":                 {two("Mediator says a truce is agreed", "stage", "agreed", "committed", "third", "mechanism", "full"), ""},
		"nobody is known to commit":            {two("A truce is agreed", "stage", "agreed", "mechanism", "full"), ""},
		"ended":                                {two("The pause has collapsed", "stage", "ended", "mechanism", "partial"), "ended"},
		"in effect":                            {two("The pause holds since midnight", "stage", "in_effect", "mechanism", "partial"), "in_effect"},
		"a question":                           {two("Has the pause ended?", "stage", "ended", "mechanism", "partial"), ""},
		"a condition":                          {two("The pause would end if talks fail", "stage", "ended", "mechanism", "partial"), ""},
		"in the month of May":                  {two("Russia announces a truce from 8 May", "stage", "agreed", "committed", "one:russia", "mechanism", "full"), "declared_one"},
		"it may":                               {two("Russia may announce a truce", "stage", "agreed", "committed", "one:russia", "mechanism", "full"), ""},
		"a prediction":                         {two("The pause will end", "stage", "ended", "mechanism", "partial", "claim", "prediction"), ""},
		"a proposal":                           {two("A text is on the table", "stage", "proposal", "mechanism", "full"), ""},
		"heads will meet":                      {foretold("Ukraine confirms Zelensky will meet Putin in Istanbul", "will"), "leaders_meet"},
		"heads are expected to":                {foretold("Putin and Zelensky to meet soon, analysts expect", "expect"), ""},
		"heads meet":                           {two("Putin and Zelensky to meet in Istanbul", "stage", "prep", "actor", "putin", "actor", "zelensky"), "leaders_meet"},
		"heads speak by phone":                 {two("Trump speaks with Putin by telephone", "stage", "talks", "actor", "putin", "actor", "trump"), ""},
		"a head's envoy meets a head":          {two("Trump's envoy meets Putin", "stage", "talks", "actor", "trump", "actor", "putin"), ""},
		"both, but one is an outsider":         {two("Putin and Trump agree on a pause", "stage", "agreed", "committed", "both", "mechanism", "partial", "actor", "putin", "actor", "trump"), ""},
		"a mention":                            {mention, ""},
		"one party on the other":               {onOther, ""},
		"in the first sentences alone":         {inLede, ""},
		"envoys meet":                          {two("Envoys meet in Istanbul", "stage", "talks", "actor", "umerov", "actor", "medinsky"), ""},
		"seven hours old":                      {old, ""},
		"a side that acts says nothing":        {two("Russia launches drones as the pause ends", "stage", "ended", "committed", "one:russia", "mechanism", "partial"), "ended"},
		"an end that joins two things":         {overSupport(seen), ""},
		"set to begin":                         {two("Both set to begin the Easter pause", "stage", "in_effect", "committed", "both", "mechanism", "partial"), ""},
		"agreed long ago, begun today":         {two("The agreed exchange has begun", "stage", "agreed", "committed", "both", "mechanism", "exchange"), ""},
		"an exchange that one side tells of":   {two("Six children returned", "stage", "in_effect", "committed", "one:ukraine", "mechanism", "exchange"), ""},
		"a swap, but no truce":                 {swapNoTruce(seen), "agreed_both"},
		"told already":                         {known, ""},
		"backfilled":                           {history, ""},
	} {
		cut, ok, _ := AlertOf(alertEdition(now, c.d), alertSpec(), noOriginal)
		if ok != (c.want != "") {
			t.Errorf("%s: alert %v (%+v), want %q", name, ok, cut.Messages, c.want)
			continue
		}
		if !ok {
			continue
		}
		checkMessages(t, name, cut.Messages)
		if cut.Kind != "alert" || len(cut.Told) != 1 || cut.Told[0].Digest != "turn" || cut.Told[0].Channel != "C0ALERT" {
			t.Errorf("%s: %s with marks %+v", name, cut.Kind, cut.Told)
		}
		all := strings.ToLower(cut.Messages[0].Plain)
		if strings.Contains(c.want, " ") && (!strings.HasPrefix(all, c.want) || cut.Told[0].Committed == "both" || cut.Told[0].Turn != "agreed_both") {
			t.Errorf("%s: heads %q, mark %+v", name, all, cut.Told[0])
		}
		if c.want != "agreed_both" && strings.Contains(strings.SplitN(all, "\n", 2)[0], "agree") {
			t.Errorf("%s: heads %q", name, all)
		}
	}
}

// overSupport is news whose only word of an end is "over".
func overSupport(seen time.Time) news.Development {
	tags := tagged("title", "stage", "ended", "mechanism", "settlement")
	d := story(41, report(410, "Example Wire", "independent", "Aide warns of losing support over the peace plan", seen, tags),
		report(411, "Demo TV", "europe", "Support may go over the peace plan, aide says", seen, tags))
	for i := range d.Reports {
		for j := range d.Reports[i].Tags {
			if d.Reports[i].Tags[j].Facet == "stage" {
				d.Reports[i].Tags[j].Match = "over"
			}
		}
	}
	return d
}

// swapNoTruce is an exchange agreed by both, in titles that say no to a truce.
func swapNoTruce(seen time.Time) news.Development {
	said := func(swap string) func(*news.Report) {
		return func(r *news.Report) {
			r.Tags = []news.Tag{
				{Facet: "stage", Value: "agreed", Field: "title", Match: swap}, {Facet: "committed", Value: "both", Field: "title", Match: swap},
				{Facet: "mechanism", Value: "exchange", Field: "title", Match: swap}, {Facet: "mechanism", Value: "full", Field: "title", Match: "truce"},
				{Facet: "claim", Value: "negated", Field: "title", Match: "no"},
			}
		}
	}
	return story(41, report(410, "Example Wire", "independent", "Prisoners to be swapped, but no truce", seen, said("Prisoners to be swapped")),
		report(411, "Demo TV", "europe", "Swap of 300 agreed, no truce in sight", seen, said("Swap of 300 agreed")))
}

func TestAnAlertIsHeadedByItsEvidence(t *testing.T) {
	now := at(20, 14, 37)
	seen := now.Add(-time.Minute)
	d := swapNoTruce(seen)
	// The rest of the development speaks of other things, and of more of them.
	for i := range 3 {
		d.Reports = append(d.Reports, report(420+i, []string{"Sample Times", "Demo Post", "Placeholder Radio"}[i], "independent", "Full ceasefire around Old Town discussed for three years", seen,
			tagged("title", "stage", "talks", "mechanism", "full", "place", "old_town")))
	}
	cut, ok, _ := AlertOf(alertEdition(now, d), alertSpec(), noOriginal)
	if !ok {
		t.Fatal("no alert")
	}
	if head, _, _ := strings.Cut(cut.Messages[0].Plain, "\n"); head != "Agreed by both sides · Exchange" {
		t.Errorf("headed %q by what its evidence does not say", head)
	}
	if m := cut.Told[0]; m.Turn != "agreed_both" || m.About != "exchange" || m.Committed != "both" || !strings.Contains(m.Headline, "truce") {
		t.Errorf("mark %+v", m)
	}
	ended := story(41, report(410, "Example Wire", "independent", "Russia launches drones as the pause ends", seen, tagged("title", "stage", "ended", "committed", "one:russia", "mechanism", "partial")),
		report(411, "Demo TV", "europe", "The pause ends under Russian drones", seen, tagged("title", "stage", "ended", "committed", "one:russia", "mechanism", "partial")))
	cut, _, _ = AlertOf(alertEdition(now, ended), alertSpec(), noOriginal)
	if head, _, _ := strings.Cut(cut.Messages[0].Plain, "\n"); head != "Ended · Partial truce" {
		t.Errorf("headed %q: a side that acts has said nothing", head)
	}
	for i := range ended.Reports { // now it does
		ended.Reports[i].Tags = append(ended.Reports[i].Tags, news.Tag{Facet: "claim", Value: "claim", Field: "title", Who: "kremlin"})
	}
	cut, _, _ = AlertOf(alertEdition(now, ended), alertSpec(), noOriginal)
	if head, _, _ := strings.Cut(cut.Messages[0].Plain, "\n"); head != "Ended, Russia alone says · Partial truce" {
		t.Errorf("headed %q", head)
	}
}

// An alert is not repeated within a day, whichever development tells it again; what
// moves on, and what another side says, is told.
func TestAlertsAreNotRepeated(t *testing.T) {
	now := at(20, 14, 37)
	before := func(ago time.Duration, turn, about, committed string) news.Development {
		d := story(60, report(600, "Example Wire", "independent", "Earlier", now.Add(-ago)))
		d.Told = &news.Told{Story: 60, Digest: "turn", Kind: "alert", At: now.Add(-ago), Turn: turn, About: about, Committed: committed,
			Stages: map[string]string{"full": "agreed"}, Items: map[news.ItemID]int{600: 1}, Headline: "Earlier"}
		d.Alerted = d.Told
		return d
	}
	heads := story(41, report(410, "Example Wire", "independent", "Putin and Trump to meet in Old Town", now, tagged("title", "stage", "prep", "actor", "putin", "actor", "trump")),
		report(411, "Demo TV", "europe", "Trump will meet Putin", now, tagged("title", "stage", "prep", "actor", "putin", "actor", "trump")))
	pair := before(30*time.Hour, "leaders_meet", "putin trump", "")
	pair.Told.Stages = map[string]string{"meeting": "prep"}
	others := before(30*time.Hour, "leaders_meet", "macron putin", "")
	others.Told.Stages = map[string]string{"meeting": "prep"}
	for name, c := range map[string]struct {
		before, now news.Development
		want        bool
	}{
		"the same of the same side, ten hours on":  {before(10*time.Hour, "declared_one", "truce", "one:russia"), declared(now), false},
		"the same of the same side, a day on":      {before(25*time.Hour, "declared_one", "truce", "one:russia"), declared(now), true},
		"the other side, three hours on":           {before(3*time.Hour, "declared_one", "truce", "one:ukraine"), declared(now), true},
		"of another arrangement":                   {before(time.Hour, "declared_one", "exchange", "one:russia"), declared(now), true},
		"weaker than what was told an hour ago":    {before(time.Hour, "agreed_both", "truce", "both"), declared(now), false},
		"the same heads of state, thirty hours on": {pair, heads, false},
		"other heads of state":                     {others, heads, true},
	} {
		if _, ok, _ := AlertOf(alertEdition(now, c.before, c.now), alertSpec(), noOriginal); ok != c.want {
			t.Errorf("%s: alert %v, want %v", name, ok, c.want)
		}
	}
	known := declared(now.Add(-3 * time.Hour)) // nothing of the evidence is new to the channel
	known.Told = &news.Told{Story: 40, Digest: "turn", Kind: "alert", At: now.Add(-3 * time.Hour), Stages: map[string]string{"full": "in_effect"}, Items: map[news.ItemID]int{400: 1, 401: 1, 402: 1}}
	known.Reports = append(known.Reports, report(409, "Demo Post", "us", "What is known of the truce", now))
	if c, ok, _ := AlertOf(alertEdition(now, known), alertSpec(), noOriginal); ok {
		t.Errorf("told again on reports that were told: %+v", c.Told)
	}
}

// What ends after an alert said that it was agreed answers that alert, which is
// marked superseded, all its words kept.
func TestAnEndSupersedesTheAlert(t *testing.T) {
	now := at(20, 18, 0)
	first, ok, _ := AlertOf(alertEdition(at(20, 14, 37), declared(at(20, 14, 36))), alertSpec(), noOriginal)
	if !ok {
		t.Fatal("no first alert")
	}
	told := declared(at(20, 14, 36))
	mark := first.Told[0]
	mark.Kind, mark.Delivery = "alert", 77
	told.Told, told.Alerted = &mark, &mark
	ended := story(41, report(410, "Example Wire", "independent", "Kremlin calls the truce over", now, tagged("title", "stage", "ended", "mechanism", "full")),
		report(411, "Demo TV", "europe", "The truce has collapsed", now, tagged("title", "stage", "ended", "mechanism", "full")))
	cut, ok, _ := AlertOf(alertEdition(now, told, ended), alertSpec(), func(id news.DeliveryID) (news.Message, bool) { return first.Messages[0], id == 77 })
	if !ok || cut.Kind != "alert" || len(cut.Messages) < 2 {
		t.Fatalf("got %v %+v", ok, cut)
	}
	lead, edit := cut.Messages[0], cut.Messages[len(cut.Messages)-1]
	if lead.Thread != 77 || !lead.Broadcast {
		t.Errorf("the end does not reach all who read the alert: thread %d, broadcast %v", lead.Thread, lead.Broadcast)
	}
	if edit.Edit != 77 || !strings.HasPrefix(edit.Text, "Superseded 18:00") || !strings.HasSuffix(edit.Plain, first.Messages[0].Plain) {
		t.Errorf("edit %+v", edit)
	}
	parts := map[int]bool{}
	for _, m := range cut.Messages {
		if parts[m.Part] || m.Edit == 0 && m.Thread != 77 {
			t.Errorf("part %d twice, or outside the thread (%d)", m.Part, m.Thread)
		}
		parts[m.Part] = true
	}
	checkMessages(t, "superseded", cut.Messages)
}

// A title that says no takes an alert back only if it says no to what the alert
// told, and for the side that had committed to it.
func TestWhatIsNoDenialCorrectsNothing(t *testing.T) {
	now := at(20, 15, 20)
	with := func(title, side string, isOfficial bool, pairs ...string) news.Edition {
		e := denied(now)
		r := &e.Stories[0].Reports[3]
		r.Title, r.Side, r.Official, r.Tags = title, side, isOfficial, nil
		tagged("title", pairs...)(r)
		for i, tag := range r.Tags {
			if tag.Value == "negated" {
				r.Tags[i].Match = "no"
			}
			if tag.Facet == "mechanism" {
				r.Tags[i].Match = "truce"
			}
		}
		return e
	}
	for name, c := range map[string]struct {
		e    news.Edition
		want bool
	}{
		"no order on a truce":                 {with("There is no order on a truce", "russia", true, "claim", "negated", "mechanism", "full"), true},
		"a truce, no federal state":           {with("A truce from Sunday, no federal state", "russia", true, "claim", "negated", "mechanism", "full"), false},
		"no exchange":                         {with("There is no exchange list", "russia", true, "claim", "negated", "mechanism", "exchange"), false},
		"the other side's no":                 {with("Kyiv denies any truce", "ukraine", true, "claim", "denial", "mechanism", "full"), false},
		"a denial of breaches":                {with("Moscow denies breaking the truce", "russia", true, "claim", "denial", "stage", "violation", "mechanism", "full"), false},
		"an outlet's no":                      {with("Truce, but no peace", "independent", false, "claim", "negated", "mechanism", "full"), false},
		"refused by the side that declared":   {with("Moscow refuses the truce", "russia", true, "stage", "reject", "mechanism", "full"), true},
		"refused by the side that had not":    {with("Kyiv refuses the truce", "ukraine", true, "stage", "reject", "mechanism", "full"), false},
		"a wider truce refused, declared one": {with("Order on the truce stands, no wider one", "russia", true, "claim", "negated", "stage", "agreed", "mechanism", "full"), false},
	} {
		cut, _, _ := AlertOf(c.e, alertSpec(), noOriginal)
		if got := cut.Kind == "correction"; got != c.want {
			t.Errorf("%s: corrected %v, want %v", name, got, c.want)
		}
	}
	twice := denied(now)
	mark := *twice.Stories[0].Told
	mark.Kind = "correction"
	twice.Stories[0].Alerted = &mark
	if cut, ok, _ := AlertOf(twice, alertSpec(), noOriginal); ok {
		t.Errorf("a correction was corrected: %+v", cut)
	}
}

func TestAlertsKeepTheirDistanceAndNumber(t *testing.T) {
	now := at(20, 14, 37)
	marked := func(id int, ago time.Duration, stage string) news.Development {
		d := story(id, report(id*10, "Example Wire", "independent", "Earlier", now.Add(-ago)))
		d.Told = &news.Told{Story: d.ID, Digest: "turn", At: now.Add(-ago), Stages: map[string]string{"full": stage}, Committed: "one:russia", Items: map[news.ItemID]int{news.ItemID(id * 10): 1}, Headline: "Earlier"}
		d.Alerted = d.Told
		return d
	}
	fresh := declared(now.Add(-time.Minute))
	hours := func(ago ...float64) (out []time.Time) {
		for _, h := range ago {
			out = append(out, now.Add(-time.Duration(h*float64(time.Hour))))
		}
		return out
	}
	var summed []news.Development // one message told of six
	for i := range 6 {
		summed = append(summed, marked(60+i, 3*time.Hour, "talks"))
	}
	for name, c := range map[string]struct {
		before []news.Development
		sent   []time.Time
		want   bool
	}{
		"same mechanism and stage an hour ago":        {[]news.Development{marked(60, time.Hour, "agreed")}, hours(1), false},
		"same mechanism three hours ago":              {[]news.Development{marked(60, 3*time.Hour, "agreed")}, hours(3), true},
		"same mechanism, it moves on":                 {[]news.Development{marked(60, time.Hour, "in_effect")}, hours(1), true},
		"five today, the last a minute ago":           {nil, hours(20, 19, 18, 17, 0.02), false},
		"five today of one development":               {[]news.Development{marked(60, 10*time.Minute, "talks")}, hours(20, 19, 18, 17, 0.2), false},
		"five today, the last two hours ago":          {nil, hours(20, 19, 18, 17, 2), true},
		"one today, of six developments":              {summed, hours(0.5), true},
		"five and a summary yesterday, four today":    {nil, hours(34, 33, 32, 31, 30, 29, 4, 3, 2, 0.5), true},
		"yesterday's summaries are no alerts today":   {nil, hours(30, 29, 28, 27, 26, 23, 22, 21, 20, 19, 0.5), true},
		"five yesterday, the last less than a day on": {nil, hours(23.9, 23.8, 23.7, 23.6, 23.5, 0.5), false},
	} {
		e := alertEdition(now, append(c.before, fresh)...)
		e.Sent = c.sent
		if _, ok, _ := AlertOf(e, alertSpec(), noOriginal); ok != c.want {
			t.Errorf("%s: alert %v, want %v", name, ok, c.want)
		}
	}
	spec := alertSpec()
	spec.QuietHours = "22:00-06:00"
	for _, c := range []struct {
		hour int
		want bool
	}{{23, false}, {3, false}, {6, true}, {12, true}} {
		now := at(20, c.hour, 0)
		_, ok, again := AlertOf(alertEdition(now, declared(now.Add(-time.Minute))), spec, noOriginal)
		if ok != c.want {
			t.Errorf("at %d:00 with quiet hours: alert %v, want %v", c.hour, ok, c.want)
		}
		if end := at(20, 30, 0).Add(-24 * time.Hour); c.hour < 6 && !again.Equal(end) || c.hour >= 22 && !again.Equal(end.Add(24*time.Hour)) {
			t.Errorf("at %d:00 with quiet hours: look again at %v, want at their end", c.hour, again)
		}
	}
	// What turned in the night is told when the quiet hours end, however long they
	// were; what was old before they began is not.
	for name, c := range map[string]struct {
		seen time.Time
		want bool
	}{
		"an hour into the night":     {at(20, 23, 0), true},
		"an hour before it":          {at(20, 21, 0), true},
		"seven hours before the end": {at(20, 21, 0).Add(-6 * time.Hour), false},
	} {
		if _, ok, _ := AlertOf(alertEdition(at(21, 6, 0), declared(c.seen)), spec, noOriginal); ok != c.want {
			t.Errorf("seen %s: alert %v when the quiet hours end, want %v", name, ok, c.want)
		}
	}
	// What the distance between alerts holds back is looked at again.
	weaker := story(41, report(410, "Example Wire", "independent", "The pause holds since midnight", now, tagged("title", "stage", "in_effect", "mechanism", "partial")),
		report(411, "Demo TV", "europe", "The pause holds", now, tagged("title", "stage", "in_effect", "mechanism", "partial")))
	if _, ok, again := AlertOf(alertEdition(now, marked(60, time.Hour, "agreed"), weaker), alertSpec(), noOriginal); ok || !again.Equal(now.Add(time.Hour)) {
		t.Errorf("within two hours of another alert: alert %v, look again at %v", ok, again)
	}
	if _, ok, _ := AlertOf(alertEdition(now, marked(60, 2*time.Hour, "agreed"), weaker), alertSpec(), noOriginal); !ok {
		t.Error("two hours after another alert: no alert")
	}
	full := alertEdition(now, fresh)
	full.Sent = hours(20, 19, 18, 17, 1./6)
	if _, ok, again := AlertOf(full, alertSpec(), noOriginal); ok || !again.Equal(full.Sent[4].Add(time.Hour)) {
		t.Errorf("past the day's number: alert %v, look again at %v", ok, again)
	}
	// Past the day's number, one summary holds what waited.
	more := declared(now.Add(-2 * time.Minute))
	more.ID = 41
	for i := range more.Reports {
		more.Reports[i].Item += 100
		if more.Reports[i].Of != 0 {
			more.Reports[i].Of += 100
		}
		more.Reports[i].Tags = slices.Clone(more.Reports[i].Tags)
		for j, tag := range more.Reports[i].Tags {
			if tag.Facet == "mechanism" {
				more.Reports[i].Tags[j].Value = "shipping"
			}
		}
	}
	full = alertEdition(now, fresh, more)
	full.Sent = hours(7, 6, 5, 4, 3)
	cut, ok, _ := AlertOf(full, alertSpec(), noOriginal)
	if !ok || len(cut.Told) != 2 || !strings.Contains(cut.Messages[0].Plain, "2 turns") {
		t.Errorf("summary %v with %d marks: %+v", ok, len(cut.Told), cut.Messages)
	}
	checkMessages(t, "summary", cut.Messages)
}

// denied is the alert of declared told at 14:37 and denied by the Kremlin.
func denied(now time.Time) news.Edition {
	d := declared(now.Add(-50 * time.Minute))
	d.Told = &news.Told{Story: 40, Channel: "C0ALERT", Digest: "turn", At: now.Add(-43 * time.Minute), Delivery: 77, Headline: "Kremlin announces three-day truce from 8 May",
		Stages: map[string]string{"full": "agreed"}, Committed: "one:russia", Sides: []string{"russia"}, Items: map[news.ItemID]int{400: 1, 401: 1, 402: 1}}
	d.Alerted = d.Told
	d.Reports = append(d.Reports, report(410, "Kremlin demo site", "russia", "No order on a truce has been given", now.Add(-time.Minute), official("No such order has been signed."),
		tagged("title", "claim", "denial", "mechanism", "full", "stage", "reject")))
	return alertEdition(now, d)
}

func TestADenialCorrectsTheAlertForAllWhoReadIt(t *testing.T) {
	now := at(20, 15, 20)
	first, ok, _ := AlertOf(alertEdition(at(20, 14, 37), declared(at(20, 14, 36))), alertSpec(), noOriginal)
	if !ok {
		t.Fatal("no first alert")
	}
	original := func(id news.DeliveryID) (news.Message, bool) { return first.Messages[0], id == 77 }
	cut, ok, _ := AlertOf(denied(now), alertSpec(), original)
	if !ok || cut.Kind != "correction" || len(cut.Messages) != 2 || len(cut.Told) != 1 {
		t.Fatalf("got %v %+v", ok, cut)
	}
	reply, edit := cut.Messages[0], cut.Messages[1]
	if reply.Thread != 77 || !reply.Broadcast || !strings.Contains(reply.Plain, "Correction to the 14:37 alert") || !strings.Contains(reply.Plain, "Now: denied by Russia") {
		t.Errorf("reply %+v", reply)
	}
	if edit.Edit != 77 || !strings.HasPrefix(edit.Plain, "Withdrawn 15:20") || !strings.HasPrefix(edit.Text, "Withdrawn 15:20") {
		t.Errorf("edit %+v", edit)
	}
	if !strings.HasSuffix(edit.Plain, first.Messages[0].Plain) || !strings.HasSuffix(string(edit.Blocks), string(first.Messages[0].Blocks[1:])) {
		t.Error("the edit removed words that were told")
	}
	checkMessages(t, "correction", cut.Messages)

	again := denied(now)
	again.Stories[0].Told = &cut.Told[0]
	again.Stories[0].Alerted = again.Stories[0].Told
	if c, ok, _ := AlertOf(again, alertSpec(), original); ok {
		t.Errorf("corrected twice: %+v", c)
	}
	retold := denied(now) // a digest told of it since: it is the alert that is corrected all the same
	digest := *retold.Stories[0].Told
	digest.Digest, digest.Kind, digest.Delivery = "evening", "digest", 99
	retold.Stories[0].Told = &digest
	if c, ok, _ := AlertOf(retold, alertSpec(), original); !ok || c.Messages[0].Thread != 77 {
		t.Errorf("after a digest: corrected %v %+v, want a reply to the alert", ok, c.Messages)
	}
	unproven := denied(now)
	r := &unproven.Stories[0].Reports[3]
	r.Official = false
	if c, ok, _ := AlertOf(unproven, alertSpec(), original); ok {
		t.Errorf("one unofficial report withdrew an alert: %+v", c)
	}
}

func TestTheNextDigestRefersToAnAlertAndDoesNotRepeatIt(t *testing.T) {
	e := dailyEdition()
	d := declared(at(20, 20, 0))
	d.Told = &news.Told{Story: 40, Channel: "C0DIGEST", Digest: "turn", Kind: "alert", At: at(20, 20, 5), Headline: "Kremlin announces three-day truce from 8 May",
		Stages: map[string]string{"full": "agreed"}, Committed: "one:russia", Sides: []string{"russia"}, Items: map[news.ItemID]int{400: 1, 401: 1, 402: 1}, Terms: []string{"3d", "day 05-08"}}
	d.Alerted = d.Told
	e.Stories = append(e.Stories, d)
	got, told := Compose(e)
	if len(got.Earlier) != 1 || got.PartOf(40) != 0 || slices.ContainsFunc(told, func(m news.Told) bool { return m.Story == 40 }) {
		t.Errorf("earlier %+v, part %d", got.Earlier, got.PartOf(40))
	}
	if !strings.Contains(Render(got)[0].Plain, "Alerts here since the last digest") {
		t.Error("the alert is not referred to")
	}
	d.Told.Kind = "correction"
	if got, _ := Compose(e); len(got.Earlier) != 1 || !strings.HasPrefix(got.Earlier[0].Headline, "Correction: ") {
		t.Errorf("a correction is not referred to: %+v", got.Earlier)
	}
	d.Told.Kind, d.Told.Digest = "digest", "evening"
	if got, _ := Compose(e); len(got.Earlier) != 0 {
		t.Errorf("another digest of the channel is referred to: %+v", got.Earlier)
	}
}

// alertSent is the alert of declared, told, and what was posted of it.
func alertSent(t *testing.T) (news.Development, func(news.DeliveryID) (news.Message, bool)) {
	t.Helper()
	first, ok, _ := AlertOf(alertEdition(at(20, 14, 37), declared(at(20, 14, 36))), alertSpec(), noOriginal)
	if !ok {
		t.Fatal("no first alert")
	}
	d := declared(at(20, 14, 36))
	mark := first.Told[0]
	mark.Kind, mark.Delivery, mark.Channel = "alert", 77, "C0ALERT"
	d.Told, d.Alerted = &mark, &mark
	return d, func(id news.DeliveryID) (news.Message, bool) { return first.Messages[0], id == 77 }
}

func TestAnAlertIsTakenBackOnce(t *testing.T) {
	now := at(20, 15, 20)
	alerted, original := alertSent(t)
	denial := func(id int) news.Development { // stands apart from what was alerted
		return story(id, report(id*10, "Kremlin demo site", "russia", "No order on a truce has been given", now, official("No such order has been signed."),
			tagged("title", "claim", "denial", "mechanism", "full", "stage", "reject")))
	}
	e := alertEdition(now, alerted, denial(50))
	cut, ok, _ := AlertOf(e, alertSpec(), original)
	if !ok || cut.Kind != "correction" {
		t.Fatalf("not corrected: %v %+v", ok, cut)
	}
	// as the store reads it back
	e = alertEdition(now, alerted, denial(50), denial(51))
	for i := range e.Stories {
		for _, m := range cut.Told {
			if m.Story == e.Stories[i].ID {
				m.Kind, m.Delivery = "correction", 78
				e.Stories[i].Told, e.Stories[i].Alerted = &m, &m
			}
		}
	}
	if cut, ok, _ := AlertOf(e, alertSpec(), original); ok {
		t.Errorf("corrected again by another page of the same denial: %s", cut.Messages[0].Plain)
	}
}

func TestACorrectionStandsInItsChannel(t *testing.T) {
	now := at(20, 15, 20)
	e := denied(now)
	e.Stories[0].Told.Channel = "C0FORMER"
	cut, ok, _ := AlertOf(e, alertSpec(), noOriginal)
	if !ok || cut.Kind != "correction" || cut.Messages[0].Thread != 0 || cut.Messages[0].Broadcast {
		t.Errorf("got %v %+v, want a correction in no thread: the alert stands in another channel", ok, cut)
	}
}

func TestAnEndIsToldThoughTheAlertNeverArrived(t *testing.T) {
	now := at(20, 18, 0)
	alerted, _ := alertSent(t)
	ended := story(41, report(410, "Example Wire", "independent", "Kremlin calls the truce over", now, tagged("title", "stage", "ended", "mechanism", "full")),
		report(411, "Demo TV", "europe", "The truce has collapsed", now, tagged("title", "stage", "ended", "mechanism", "full")))
	cut, ok, _ := AlertOf(alertEdition(now, alerted, ended), alertSpec(), noOriginal)
	if !ok || cut.Messages[0].Thread != 0 {
		t.Errorf("waits in the thread of a message that is not posted: %v %+v", ok, cut.Messages)
	}
}
