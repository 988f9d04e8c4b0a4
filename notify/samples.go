package notify

import (
	"time"

	"trucewatch/internal/news"
)

// Samples are one message of each layout, of invented text, for a service to look
// at before anything is posted: the channel's message and a thread reply of a
// digest, a quiet and a blind one, a recap with its table, a hello, an alert, a
// correction and the edit of what it corrects.
func Samples(now time.Time) []news.Message {
	e := sampleEdition(now)
	day, _ := Compose(e)
	day.Changed = []Standing{{Subject: subject("partial", ""), Was: phrase("partial", "signal", "", ""), Now: phrase("partial", "proposal", "", ""), At: now}}
	day.Dates = []Date{{At: now, When: "Tue 24 Nov", Where: "Sampleville", What: "meeting"}}
	e.Digest.Kind, e.Digest.Window = "recap", 7*24*time.Hour
	week, _ := Compose(e)
	e.Stories, e.Digest.Kind = nil, "news"
	calm, _ := Compose(e)
	e.Sources = nil
	dark, _ := Compose(e)
	hello := Greet("", []string{"russia-ukraine"}, nil, now, []Next{{Name: "morning", At: now, Zone: time.UTC}}, now, time.UTC)

	alert := day
	alert.Kind, alert.Headline, alert.Entries, alert.Shown = "alert", "One side declares: Russia · Full ceasefire · 72 hours", day.Entries[:1], 1
	alert.Alert = &Alert{Turn: "declared_one", Heard: "Moscow's claim; too early to hear from Kyiv", Times: day.Dates, Origins: []string{"Example Wire"}, Published: now, Read: now, Why: "“announces truce”"}
	denial := alert
	denial.Kind, denial.Headline = "correction", "Correction to the 14:37 alert"
	denial.Alert = &Alert{Origins: []string{"Example Wire"}, Published: now, Read: now, Was: "One side declares", Now: "denied by Russia"}

	var out []news.Message
	for _, d := range []Digest{day, calm, dark, week, hello, alert, denial} {
		out = append(out, Render(d)...)
	}
	return append(out, marked(Render(alert)[0], "Withdrawn 15:20", "see the correction in this thread"))
}

// sampleEdition holds one development that two outlets report, one of them in
// another language, and a source that cannot be read.
func sampleEdition(now time.Time) news.Edition {
	report := func(id news.ItemID, feed, side, lang, title string) news.Report {
		at := now.Add(-time.Duration(id) * time.Minute)
		return news.Report{
			Item: id, Revision: 1, Feed: feed, Publisher: feed, Side: side, Lang: lang, URL: "https://news.example.org/a?b=1&c=2", Title: title,
			Lede: "A text of two pages went to both sides. It names 41 sites.", Published: at, Seen: at, At: at,
			Origin: news.OriginLive, Fresh: true, Live: true, Relevance: news.Main, Verdict: news.New, First: news.New,
			Tags: []news.Tag{
				{Facet: "stage", Value: "proposal", Field: "title", Match: "draft"}, {Facet: "mechanism", Value: "partial", Field: "title", Match: "truce"},
				{Facet: "claim", Value: "claim", Field: "lede", Match: "text", Who: "mediator"},
			},
		}
	}
	d := news.Development{ID: 1, Topic: "russia-ukraine", First: now.Add(-time.Hour), Last: now, LiveSeen: now, Reports: []news.Report{
		report(2, "Example Wire", "independent", "en", "Draft truce <for> energy sites & ports, *mediators* say"),
		report(1, "Приклад", "ukraine", "uk", "Проєкт перемир'я передали обом сторонам"),
	}}
	source := func(feed, side string) news.Source {
		return news.Source{Feed: feed, Side: side, LastOK: now, LastNew: now}
	}
	broken := source("Demo Gazette", "russia")
	broken.LastOK, broken.Trouble, broken.Since = now.Add(-48*time.Hour), "blocked", now.Add(-40*time.Hour)
	return news.Edition{
		Digest: news.DigestSpec{Name: "morning", Kind: "news", Channel: "C0SAMPLE", Zone: time.UTC, StateMedia: "name",
			Select: news.Selection{Topics: []string{"russia-ukraine"}, Languages: []string{"en"}}},
		Slot: now, From: now.Add(-24 * time.Hour), Horizon: now.Add(-24 * time.Hour), Stories: []news.Development{d},
		Sources: []news.Source{source("Example Wire", "independent"), source("Приклад", "ukraine"), source("State Demo", "russia"), broken}, Read: 41, Relevant: 2,
	}
}
