package notify

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// The editions below are of our own invention: names of outlets and places in
// them do not exist.

var kyiv = mustZone("Europe/Kyiv")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// at is a moment of November 2026 in Kyiv.
func at(day, hour, minute int) time.Time {
	return time.Date(2026, time.November, day, hour, minute, 0, 0, kyiv).UTC()
}

func tag(facet, value, field string) news.Tag {
	return news.Tag{Facet: facet, Value: value, Field: field, Rule: "r", Match: value}
}

func tags(field string, pairs ...string) []news.Tag {
	var out []news.Tag
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, tag(pairs[i], pairs[i+1], field))
	}
	return out
}

// report is a live, fresh, new report; with changes it as a case needs.
func report(id int, feed, side, title string, seen time.Time, with ...func(*news.Report)) news.Report {
	r := news.Report{
		Item: news.ItemID(id), Revision: 1, Feed: feed, Publisher: feed, Side: side, Lang: "en",
		URL:   fmt.Sprintf("https://news.example.org/%d", id),
		Title: title, Published: seen.Add(-4 * time.Minute), Seen: seen, At: seen,
		Origin: news.OriginLive, Fresh: true, Live: true, Relevance: news.Main, Score: 0.9,
		Verdict: news.New, First: news.New,
	}
	for _, f := range with {
		f(&r)
	}
	return r
}

func tagged(field string, pairs ...string) func(*news.Report) {
	return func(r *news.Report) { r.Tags = append(r.Tags, tags(field, pairs...)...) }
}

func official(lede string) func(*news.Report) {
	return func(r *news.Report) { r.Official, r.Lede = true, lede }
}

func said(who, match, lede string) func(*news.Report) {
	return func(r *news.Report) {
		r.Lede = lede
		r.Tags = append(r.Tags, news.Tag{Facet: "claim", Value: "claim", Field: "lede", Match: match, Who: who})
	}
}

func repeats(of int) func(*news.Report) {
	return func(r *news.Report) { r.First, r.Verdict, r.Of = news.Duplicate, news.Duplicate, news.ItemID(of) }
}

func updates(of int, novel ...string) func(*news.Report) {
	return func(r *news.Report) {
		r.Verdict, r.First, r.Of, r.Novel = news.Update, news.Update, news.ItemID(of), novel
	}
}

func inLang(lang string) func(*news.Report) { return func(r *news.Report) { r.Lang = lang } }
func stateMedia() func(*news.Report)        { return func(r *news.Report) { r.State = true } }
func backfilled() func(*news.Report) {
	return func(r *news.Report) { r.Origin, r.Live, r.Fresh = news.OriginBackfill, false, false }
}

func story(id int, reports ...news.Report) news.Development {
	d := news.Development{ID: news.StoryID(id), Topic: "russia-ukraine", Reports: reports}
	slices.SortStableFunc(d.Reports, func(a, b news.Report) int { return a.Time().Compare(b.Time()) })
	for _, r := range d.Reports {
		if d.First.IsZero() || r.Time().Before(d.First) {
			d.First = r.Time()
		}
		if r.Time().After(d.Last) {
			d.Last = r.Time()
		}
		if r.Live && r.Seen.After(d.LiveSeen) {
			d.LiveSeen = r.Seen
		}
	}
	return d
}

// sources are 16 Ukrainian, 8 Russian, 3 US, 4 European, 1 mediator and 2
// independent sources, all read a minute before slot but for `dark` Russian ones.
func sampleSources(slot time.Time, dark int) []news.Source {
	var out []news.Source
	add := func(side string, n int) {
		for i := range n {
			s := news.Source{Feed: fmt.Sprintf("%s demo %d", title(side), i+1), Side: side, LastOK: slot.Add(-time.Minute), LastNew: slot.Add(-2 * time.Minute)}
			if side == "russia" && i < dark {
				s.LastOK, s.LastNew = slot.Add(-40*time.Hour), slot.Add(-41*time.Hour)
				s.Trouble, s.Since = "blocked", slot.Add(-38*time.Hour)
			}
			out = append(out, s)
		}
	}
	add("ukraine", 16)
	add("russia", 8)
	add("us", 3)
	add("europe", 4)
	add("mediator", 1)
	add("independent", 2)
	return out
}

func sampleSpec() news.DigestSpec {
	return news.DigestSpec{
		Name: "morning", Kind: "news", Channel: "C0DIGEST", Cron: "0 8 * * *", Zone: kyiv,
		Select:     news.Selection{Topics: []string{"russia-ukraine"}, Languages: []string{"en"}},
		StateMedia: "name", Max: 4, QuietDay: "post", Period: 24 * time.Hour,
	}
}

// quietEdition has sources and dates and nothing to tell: five more reports of
// what was told, and one that was old when it was read.
func quietEdition() news.Edition {
	slot := at(21, 8, 0)
	known := story(90, report(900, "Demo TV", "europe", "Envoys leave Istanbul without a statement", at(20, 3, 50)))
	known.Told = &news.Told{Story: 90, Channel: "C0DIGEST", Digest: "morning", Kind: "digest", At: at(20, 4, 0), Headline: "Envoys leave Istanbul without a statement", Items: map[news.ItemID]int{900: 1}}
	for i := range 5 {
		known.Reports = append(known.Reports, report(901+i, "Mirror Daily", "europe", "Envoys leave Istanbul, say nothing", at(20, 19+i, 0), repeats(900)))
	}
	known.Reports = append(known.Reports, report(907, "Demo Gazette", "us", "Envoys arrive in Istanbul", at(20, 20, 10), func(r *news.Report) { r.Published, r.Fresh = at(12, 9, 0), false }))
	return news.Edition{
		Stories: []news.Development{known},
		Digest:  sampleSpec(), Slot: slot, From: at(20, 18, 0), Horizon: at(14, 8, 0),
		Sources: sampleSources(slot, 3), Read: 214, Relevant: 6,
		Last:     &news.Told{Story: 90, At: at(20, 4, 0), Headline: "Envoys leave Istanbul without a statement"},
		LastLine: "Envoys leave Istanbul without a statement",
		Dates: []news.StatedDate{
			{At: at(24, 0, 0), Precision: "day", Zone: "Europe/Istanbul", What: "meeting", Where: "Istanbul", Kind: "meets", Quote: "on Tuesday", Item: 2},
			{At: time.Date(2026, 11, 26, 0, 0, 0, 0, mustZone("Europe/Moscow")), Precision: "minute", Zone: "Europe/Moscow", What: "humanitarian", Where: "Sampleville", Kind: "ends", Quote: "until midnight", Item: 4},
			{At: at(1, 0, 0), Precision: "day", What: "meeting", Where: "Old Town", Kind: "meets", Item: 1},
		},
	}
}

// dailyEdition is a full day: six developments, one in Ukrainian alone, one told
// before and changed, one only a comment.
func dailyEdition() news.Edition {
	e := quietEdition()
	e.Read, e.Relevant = 41, 17
	draft := story(1,
		report(10, "Example Wire", "independent", "Draft energy-site truce sent to Kyiv and Moscow, mediators say", at(20, 19, 10),
			tagged("title", "stage", "proposal", "mechanism", "partial"), said("Türkiye", "sent a text", "Mediators sent a text to both capitals. It covers energy sites.")),
		report(11, "Office of Demo", "ukraine", "Draft energy-site truce has reached us", at(20, 21, 0), official("We have the text and will answer in writing. No date is set."),
			tagged("title", "stage", "proposal", "mechanism", "partial")),
		report(12, "Demo TV", "europe", "Energy truce draft goes to both capitals", at(20, 20, 0), tagged("title", "stage", "proposal", "mechanism", "partial")),
		report(13, "Mirror Daily", "europe", "Draft energy-site truce sent to Kyiv and Moscow, mediators say", at(20, 20, 30), repeats(10)),
		report(14, "Sample Post", "ukraine", "Draft energy-site truce is sent, mediators say", at(20, 20, 45), repeats(10)),
		report(15, "Demo Columnist", "us", "What the draft leaves out", at(21, 2, 0), tagged("body", "genre", "opinion")),
	)
	teams := story(2,
		report(20, "Demo TV", "europe", "Technical teams to meet again in Istanbul on 24 November", at(21, 1, 0),
			tagged("title", "stage", "prep"), tagged("body", "venue", "Istanbul")),
		report(21, "Placeholder Radio", "ukraine", "Teams meet in Istanbul on 24 November, Kyiv confirms", at(21, 1, 30),
			tagged("title", "stage", "prep"), said("Kyiv", "will be there", "Our team will be there on Tuesday, the office said.")),
		report(22, "State Demo", "russia", "Delegation travels to Istanbul on 24 November", at(21, 2, 30), stateMedia(),
			tagged("title", "stage", "prep"), said("Kremlin", "the delegation travels", "The Kremlin said the delegation travels on Monday.")),
		report(19, "Example Wire", "independent", "Teams agree to keep talking", at(19, 12, 0), tagged("title", "stage", "prep")),
	)
	teams.Told = &news.Told{Story: 2, Channel: "C0DIGEST", Digest: "morning", At: at(20, 8, 0), Headline: "Teams agree to keep talking",
		Stages: map[string]string{"": "prep"}, Items: map[news.ItemID]int{19: 1}}
	exchange := story(3,
		report(30, "Placeholder Radio", "ukraine", "Exchange list of 150 named on each side, ombudsman says", at(20, 22, 0),
			tagged("title", "stage", "prep", "mechanism", "exchange"), said("Ukraine's ombudsman", "list", "A list of 150 names is ready, the ombudsman said.")),
		report(31, "Sample Post", "ukraine", "Exchange list of 150 named on each side", at(20, 22, 20), repeats(30)),
	)
	pause := story(4,
		report(40, "Relief Demo", "un_ngo", "Aid agencies ask for a 72-hour pause near Sampleville", at(20, 23, 0), official("Our teams need three days to reach the hospital."),
			tagged("title", "stage", "signal", "mechanism", "humanitarian", "place", "Sampleville")),
		report(41, "Demo Gazette", "us", "Relief groups seek a pause near Sampleville", at(21, 0, 0), tagged("title", "stage", "signal", "mechanism", "humanitarian", "place", "Sampleville")),
	)
	local := story(5,
		report(50, "Приклад Медіа", "ukraine", "У Зразковому говорять про тишу на переправі", at(21, 3, 0), inLang("uk"),
			tagged("title", "stage", "talks", "mechanism", "partial", "place", "Zrazkove")),
	)
	column := story(6, report(60, "Demo Columnist", "us", "Why nobody signs anything", at(21, 4, 0), tagged("body", "genre", "opinion")))
	sparse := story(7,
		report(70, "Town Crier", "independent", "Envoy seen at the airport", at(21, 5, 0)),
		report(71, "Example Wire", "independent", "Envoy lands, says nothing", at(21, 5, 20)),
	)
	e.Stories = []news.Development{column, draft, exchange, local, pause, sparse, teams}
	e.Ledger = []news.Position{
		{Topic: "russia-ukraine", Mechanism: "partial", Stage: "proposal", At: at(20, 19, 6), Story: 1, URL: "https://news.example.org/10",
			Before: &news.Position{Mechanism: "partial", Stage: "signal"}},
		{Topic: "russia-ukraine", Mechanism: "full", Stage: "reject", Committed: "one:russia", At: at(3, 9, 0), Story: 91, URL: "https://news.example.org/91"},
		{Topic: "russia-ukraine", Mechanism: "exchange", Stage: "in_effect", Committed: "both", At: at(15, 9, 0), Story: 92},
		{Topic: "russia-ukraine", Mechanism: "shipping", Stage: "ended", At: at(12, 9, 0), Story: 93},
	}
	return e
}

// weeklyEdition is a week of the daily one's developments and a few more.
func weeklyEdition() news.Edition {
	e := dailyEdition()
	e.Digest.Kind, e.Digest.Name, e.Digest.Window = "recap", "weekly", 7*24*time.Hour
	e.From = e.Slot.Add(-e.Digest.Window)
	e.Read, e.Relevant, e.Alerts, e.Withdrawn, e.Cuts, e.OnTime, e.Former = 312, 84, 2, 1, 14, 13, 49
	claim := story(8, report(80, "State Demo", "russia", "Kyiv turned down 30-day offer, ministry says", at(18, 10, 0), stateMedia(),
		tagged("title", "stage", "reject", "mechanism", "full"), said("kremlin", "turned down", "The ministry said Kyiv turned down the offer.")))
	breach := story(9, report(90, "Placeholder Radio", "ukraine", "Shelling near the crossing breaks the pause, Kyiv says", at(19, 10, 0),
		tagged("title", "stage", "violation", "mechanism", "humanitarian"), said("kyiv", "breaks the pause", "Shelling breaks the pause, the command said.")))
	e.Stories = append(e.Stories, claim, breach)
	e.Ledger = append(e.Ledger, news.Position{Topic: "russia-ukraine", Mechanism: "humanitarian", Place: "river crossing", Stage: "in_effect", Committed: "both", At: at(18, 9, 0), Story: 94, URL: "https://news.example.org/94"})
	return e
}

func TestSampleEditionsAreTold(t *testing.T) {
	d, told := Compose(dailyEdition())
	if d.Kind != "digest" || len(d.Entries) != 6 || len(told) != 6 {
		t.Fatalf("got %s with %d entries, %d marks; want a digest of 6: the comment alone is not told", d.Kind, len(d.Entries), len(told))
	}
}
