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
	for name, c := range map[string]struct {
		d    news.Development
		want string // the turn; "" for no alert
	}{
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
		"a prediction":                         {two("The pause will end", "stage", "ended", "mechanism", "partial", "claim", "prediction"), ""},
		"a proposal":                           {two("A text is on the table", "stage", "proposal", "mechanism", "full"), ""},
		"heads meet":                           {two("Putin and Zelensky to meet in Istanbul", "stage", "prep", "actor", "putin", "actor", "zelensky"), "leaders_meet"},
		"heads speak by phone":                 {two("Trump speaks with Putin by telephone", "stage", "talks", "actor", "putin", "actor", "trump"), ""},
		"a head's envoy meets a head":          {two("Trump's envoy meets Putin", "stage", "talks", "actor", "trump", "actor", "putin"), ""},
		"both, but one is an outsider":         {two("Putin and Trump agree on a pause", "stage", "agreed", "committed", "both", "mechanism", "partial", "actor", "putin", "actor", "trump"), ""},
		"a mention":                            {mention, ""},
		"one party on the other":               {onOther, ""},
		"in the first sentences alone":         {inLede, ""},
		"envoys meet":                          {two("Envoys meet in Istanbul", "stage", "talks", "actor", "umerov", "actor", "medinsky"), ""},
		"seven hours old":                      {old, ""},
		"told already":                         {known, ""},
		"backfilled":                           {history, ""},
	} {
		cut, ok := AlertOf(alertEdition(now, c.d), alertSpec(), noOriginal)
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
		if c.want != "agreed_both" && strings.Contains(strings.SplitN(all, "\n", 2)[0], "agree") {
			t.Errorf("%s: heads %q", name, all)
		}
	}
}

func TestAlertsKeepTheirDistanceAndNumber(t *testing.T) {
	now := at(20, 14, 37)
	marked := func(id int, ago time.Duration, stage string) news.Development {
		d := story(id, report(id*10, "Example Wire", "independent", "Earlier", now.Add(-ago)))
		d.Told = &news.Told{Story: d.ID, Digest: "turn", At: now.Add(-ago), Stages: map[string]string{"full": stage}, Items: map[news.ItemID]int{news.ItemID(id * 10): 1}, Headline: "Earlier"}
		d.Alerted = d.Told
		return d
	}
	fresh := declared(now.Add(-time.Minute))
	for name, c := range map[string]struct {
		before []news.Development
		want   bool
	}{
		"same mechanism and stage an hour ago": {[]news.Development{marked(60, time.Hour, "agreed")}, false},
		"same mechanism three hours ago":       {[]news.Development{marked(60, 3*time.Hour, "agreed")}, true},
		"same mechanism, it moves on":          {[]news.Development{marked(60, time.Hour, "in_effect")}, true},
		"five today, the last a minute ago":    {[]news.Development{marked(60, 20*time.Hour, "talks"), marked(61, 19*time.Hour, "talks"), marked(62, 18*time.Hour, "talks"), marked(63, 17*time.Hour, "talks"), marked(64, time.Minute, "talks")}, false},
		"five today, the last two hours ago":   {[]news.Development{marked(60, 20*time.Hour, "talks"), marked(61, 19*time.Hour, "talks"), marked(62, 18*time.Hour, "talks"), marked(63, 17*time.Hour, "talks"), marked(64, 2*time.Hour, "talks")}, true},
	} {
		if _, ok := AlertOf(alertEdition(now, append(c.before, fresh)...), alertSpec(), noOriginal); ok != c.want {
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
		if _, ok := AlertOf(alertEdition(now, declared(now.Add(-time.Minute))), spec, noOriginal); ok != c.want {
			t.Errorf("at %d:00 with quiet hours: alert %v, want %v", c.hour, ok, c.want)
		}
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
	busy := []news.Development{fresh, more}
	for i := range 5 {
		busy = append(busy, marked(60+i, time.Duration(3+i)*time.Hour, "talks"))
	}
	cut, ok := AlertOf(alertEdition(now, busy...), alertSpec(), noOriginal)
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
	first, ok := AlertOf(alertEdition(at(20, 14, 37), declared(at(20, 14, 36))), alertSpec(), noOriginal)
	if !ok {
		t.Fatal("no first alert")
	}
	original := func(id news.DeliveryID) (news.Message, bool) { return first.Messages[0], id == 77 }
	cut, ok := AlertOf(denied(now), alertSpec(), original)
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
	if c, ok := AlertOf(again, alertSpec(), original); ok {
		t.Errorf("corrected twice: %+v", c)
	}
	retold := denied(now) // a digest told of it since: it is the alert that is corrected all the same
	digest := *retold.Stories[0].Told
	digest.Digest, digest.Kind, digest.Delivery = "evening", "digest", 99
	retold.Stories[0].Told = &digest
	if c, ok := AlertOf(retold, alertSpec(), original); !ok || c.Messages[0].Thread != 77 {
		t.Errorf("after a digest: corrected %v %+v, want a reply to the alert", ok, c.Messages)
	}
	unproven := denied(now)
	r := &unproven.Stories[0].Reports[3]
	r.Official = false
	if c, ok := AlertOf(unproven, alertSpec(), original); ok {
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
