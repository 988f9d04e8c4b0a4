package monitor

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"trucewatch/internal/news"
)

func report(item int, publisher, stage string, at time.Time, more ...news.Tag) news.Report {
	tags := append([]news.Tag{{Facet: "mechanism", Value: "full", Field: "title"}, {Facet: "stage", Value: stage, Field: "title"}, {Facet: "claim", Value: "fact", Field: "title"}}, more...)
	return news.Report{Item: news.ItemID(item), Publisher: publisher, Feed: publisher, Published: at, Seen: at, Relevance: news.Main, First: news.New, Verdict: news.New, Tags: tags, Title: publisher}
}

func TestTwoOriginsMoveTheLedgerAndOneMakesAClaim(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	d := news.Development{ID: 7, Topic: "t", Reports: []news.Report{report(1, "Wire", "proposal", at)}}
	got := moveLedger(nil, d)
	if len(got) != 1 || got[0].Stage != "proposal" || !got[0].Claim || got[0].Item != 1 || got[0].Story != 7 {
		t.Fatalf("one origin: %+v, want a claimed proposal", got)
	}
	d.Reports = append(d.Reports, report(2, "Paper", "proposal", at.Add(time.Hour)))
	if got = moveLedger(got, d); len(got) != 1 || got[0].Claim {
		t.Errorf("two origins: %+v, want the claim to stand", got)
	}
	if got := moveLedger(got, d); len(got) != 0 {
		t.Errorf("the same again: %+v, want no move", got)
	}
}

func TestOpinionDenialAndPredictionMoveNothing(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, tag := range []news.Tag{{Facet: "genre", Value: "opinion"}, {Facet: "genre", Value: "live"}} {
		if got := moveLedger(nil, news.Development{Topic: "t", Reports: []news.Report{report(1, "Wire", "agreed", at, tag)}}); len(got) != 0 {
			t.Errorf("%s: %+v, want no move", tag.Value, got)
		}
	}
	for _, claim := range []string{"denial", "prediction", "negated", "historical"} {
		r := report(1, "Wire", "agreed", at)
		r.Tags[2].Value = claim
		if got := moveLedger(nil, news.Development{Topic: "t", Reports: []news.Report{r}}); len(got) != 0 {
			t.Errorf("%s: %+v, want no move", claim, got)
		}
	}
}

func TestAStageEarnedByANameMovesNothing(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	r := report(1, "Wire", "reject", at, news.Tag{Facet: "actor", Value: "russia", Match: "Russia"})
	r.Tags[1].Match = "Russia"
	if got := moveLedger(nil, news.Development{Topic: "t", Reports: []news.Report{r}}); len(got) != 0 {
		t.Errorf("%+v, want no move", got)
	}
}

func TestALocalArrangementHasItsOwnLine(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	r := report(1, "Wire", "in_effect", at, news.Tag{Facet: "place", Value: "sampleville", Who: "local"})
	r.Tags[0].Value = "humanitarian"
	got := moveLedger(nil, news.Development{Topic: "t", Reports: []news.Report{r}})
	if len(got) != 1 || got[0].Place != "sampleville" || got[0].Mechanism != "humanitarian" {
		t.Errorf("%+v, want a line for sampleville", got)
	}
}

func TestWhereATruceWasBrokenIsNotWhereItHolds(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	breach := report(2, "Wire", "violation", at.Add(time.Hour), news.Tag{Facet: "place", Value: "sampleville", Who: "local"})
	breach.Tags[0].Value = "partial"
	d := news.Development{Topic: "t", Reports: []news.Report{breach}}
	if got := moveLedger(nil, d); len(got) != 0 {
		t.Errorf("with no truce known: %+v, want no move", got)
	}
	stands := []news.Position{{Topic: "t", Mechanism: "partial", Stage: "in_effect", At: at}}
	if got := moveLedger(stands, d); len(got) != 1 || got[0].Place != "" || got[0].Stage != "violation" || !got[0].Claim {
		t.Errorf("%+v, want a claimed breach of the truce that stands", got)
	}
	end := report(3, "Wire", "ended", at.Add(2*time.Hour), news.Tag{Facet: "place", Value: "sampleville", Who: "local"})
	end.Tags[0].Value = "partial"
	if got := moveLedger(stands, news.Development{Topic: "t", Reports: []news.Report{end}}); len(got) != 1 || got[0].Place != "" || got[0].Stage != "ended" {
		t.Errorf("%+v, want the truce that stands ended over what happened at sampleville", got)
	}
	stands[0].Place = "sampleville"
	if got := moveLedger(stands, d); len(got) != 1 || got[0].Place != "sampleville" {
		t.Errorf("%+v, want a breach of the truce of sampleville", got)
	}
}

func TestOnlyWhatIsArrangedHasADateAhead(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	item := func(stage string) news.Prepared {
		return news.Prepared{Lang: "en", Topics: []news.Relevance{{Topic: "t", Relevance: news.Main}},
			Tags: []news.Tag{{Facet: "stage", Value: stage, Field: "title"}, {Facet: "mechanism", Value: "partial", Field: "title"}, {Facet: "claim", Value: "fact", Field: "title"}},
			Work: news.Work{Item: news.Item{Entry: news.Entry{Title: "A 30-day energy truce", Summary: "The truce would hold for 30 days.", Published: at}}}}
	}
	for stage, want := range map[string]bool{"agreed": true, "in_effect": true, "proposal": false, "reject": false, "signal": false, "ended": false} {
		if got := statedDates(item(stage)); (len(got) > 0) != want {
			t.Errorf("%s: dates %+v, want some: %v", stage, got, want)
		}
	}
}

func TestWhatIsLeftOutOfAReportMovesNothing(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	var reports, left []news.Report
	for i, stage := range []string{"proposal", "agreed", "reject", "agreed", "agreed", "violation", "in_effect"} {
		r := report(i+1, fmt.Sprint("Paper ", i%5), stage, at.Add(time.Duration(i)*time.Hour),
			news.Tag{Facet: "issue", Value: "elections", Match: "vote"}, news.Tag{Facet: "committed", Value: "both"}, news.Tag{Facet: "origin", Value: "wire", Match: "Wire", Field: "lede"})
		switch i {
		case 2:
			r.Tags[1].Match, r.Tags[3].Facet, r.Tags[3].Match = "Talks", "actor", "Talks" // a stage that a name earned
		case 3:
			r.Tags[2].Value = "prediction"
		case 4:
			r.Tags[5].Value, r.Tags[0].Value = "agency", "partial"
			r.Tags = append(r.Tags, news.Tag{Facet: "place", Value: "sampleville", Who: "local"})
		}
		reports = append(reports, r)
		if r, ok := moving(r); ok {
			left = append(left, r)
		} else if i != 2 && i != 3 {
			t.Errorf("report %d, %s: left out", i, stage)
		}
	}
	want := moveLedger(nil, news.Development{ID: 7, Topic: "t", Reports: reports})
	got := moveLedger(nil, news.Development{ID: 7, Topic: "t", Reports: left})
	if len(want) < 4 || !reflect.DeepEqual(got, want) {
		t.Errorf("of what is left:\n%+v\nof all:\n%+v", got, want)
	}
	if len(left) != len(reports)-2 || len(left[0].Tags) > 4 {
		t.Errorf("%d of %d reports left, the first with %d tags", len(left), len(reports), len(left[0].Tags))
	}
}

// A date set by others does not undo a side's "no"; its own word does, and so does the
// meeting itself.
func TestARefusalStandsUntilThatSideConsentsOrItHasHappened(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	said := func(actor, side string) []news.Tag {
		return []news.Tag{{Facet: "actor", Value: actor, Field: "title", Who: side, Match: actor}, {Facet: "claim", Value: "claim", Field: "title", Who: actor, Match: "says"}}
	}
	named := func(actor, side string) news.Tag {
		return news.Tag{Facet: "actor", Value: actor, Field: "title", Who: side, Match: actor}
	}
	by := func(r news.Report, side string) news.Report {
		for i := range r.Tags {
			if r.Tags[i].Facet == "stage" {
				r.Tags[i].Who = side
			}
		}
		return r
	}
	no := by(report(1, "Wire", "reject", at), "x")
	for name, c := range map[string]struct {
		then []news.Report
		want string
		by   string
	}{
		"a mediator sets a date":              {[]news.Report{report(2, "Agency", "prep", at, said("m", "mediator")...), report(3, "Paper", "prep", at, said("m", "mediator")...)}, "reject", "one:x"},
		"the other side confirms it":          {[]news.Report{report(2, "Agency", "prep", at, said("why", "y")...)}, "reject", "one:x"},
		"it sends its team itself":            {[]news.Report{report(2, "Agency", "prep", at, said("ex", "x")...)}, "prep", ""},
		"nobody speaks, and it is named":      {[]news.Report{report(2, "Agency", "prep", at, named("ex", "x"), named("why", "y"))}, "prep", ""},
		"new terms are tabled":                {[]news.Report{report(2, "Agency", "proposal", at)}, "reject", "one:x"},
		"the other side accepts":              {[]news.Report{by(report(2, "Agency", "accept", at), "y")}, "reject", "one:x"},
		"it accepts":                          {[]news.Report{by(report(2, "Agency", "accept", at), "x")}, "accept", "one:x"},
		"the other refuses too":               {[]news.Report{by(report(2, "Agency", "reject", at), "y")}, "reject", "both"},
		"others hold talks":                   {[]news.Report{report(2, "Agency", "talks", at, named("why", "y"), named("m", "mediator"))}, "reject", "one:x"},
		"one report has it meet the other":    {[]news.Report{report(2, "Agency", "talks", at, named("why", "y"), named("ex", "x"))}, "reject", "one:x"},
		"it meets the other":                  {[]news.Report{report(2, "Agency", "talks", at, named("why", "y"), named("ex", "x")), report(3, "Paper", "talks", at, named("why", "y"), named("ex", "x"))}, "talks", ""},
		"the other declares alone":            {[]news.Report{report(2, "Agency", "agreed", at, news.Tag{Facet: "committed", Value: "one:y", Field: "title"})}, "reject", "one:x"},
		"a mediator announces it":             {[]news.Report{report(2, "Agency", "agreed", at, news.Tag{Facet: "committed", Value: "third", Field: "title"})}, "reject", "one:x"},
		"both agreed":                         {[]news.Report{report(2, "Agency", "agreed", at, news.Tag{Facet: "committed", Value: "both", Field: "title"}), report(3, "Paper", "agreed", at, news.Tag{Facet: "committed", Value: "both", Field: "title"})}, "agreed", "both"},
		"it holds":                            {[]news.Report{report(2, "Agency", "in_effect", at)}, "in_effect", ""},
		"it consents, and then refuses again": {[]news.Report{by(report(2, "Agency", "accept", at), "x"), by(report(3, "Paper", "reject", at), "x")}, "reject", "one:x"},
	} {
		d := news.Development{ID: 7, Topic: "t", Reports: []news.Report{no}}
		got := moveLedger(nil, d)
		stands := got
		for i, r := range c.then {
			r.Published = at.Add(time.Duration(i+1) * time.Hour)
			r.Seen = r.Published
			for _, with := range []bool{false, true} { // read whole, and as it is remembered
				if left, ok := moving(r); with && (!ok || len(moveLedger(stands, news.Development{ID: 8, Topic: "t", Reports: []news.Report{left}})) != len(moveLedger(stands, news.Development{ID: 8, Topic: "t", Reports: []news.Report{r}}))) {
					t.Errorf("%s: what is left of report %d does not move the ledger as it does", name, r.Item)
				}
			}
			if c.want == "agreed" || c.want == "talks" { // two origins together
				d.Reports = append(d.Reports, r)
				stands = append(stands, moveLedger(stands, d)...)
				continue
			}
			stands = append(stands, moveLedger(stands, news.Development{ID: news.StoryID(8 + i), Topic: "t", Reports: []news.Report{r}})...)
		}
		last := stands[len(stands)-1]
		if last.Stage != c.want || last.Committed != c.by {
			t.Errorf("%s: %s by %q, want %s by %q", name, last.Stage, last.Committed, c.want, c.by)
		}
	}
}

func TestNobodysRefusalYieldsToAPlan(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	stands := moveLedger(nil, news.Development{ID: 7, Topic: "t", Reports: []news.Report{report(1, "Wire", "reject", at)}})
	if got := moveLedger(stands, news.Development{ID: 8, Topic: "t", Reports: []news.Report{report(2, "Paper", "prep", at.Add(time.Hour))}}); len(got) != 1 || got[0].Stage != "prep" {
		t.Errorf("%+v, want a meeting being arranged: it is not known who refused", got)
	}
}

// "Russia agrees, source says" and the Kremlin's denial hours later: nothing was agreed, and
// what had stood before stands again.
func TestADenialTakesBackWhatOthersSaidWasAgreed(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	accepted := news.Position{Topic: "t", Mechanism: "full", Stage: "accept", Committed: "one:ukraine", At: at}
	rumour := report(2, "Paper", "agreed", at.Add(time.Hour), news.Tag{Facet: "committed", Value: "one:russia", Field: "title"})
	rumour.Tags[2].Value = "claim"
	denial := func(after time.Duration) news.Report {
		r := report(3, "Wire", "reject", at.Add(after), news.Tag{Facet: "actor", Value: "kremlin", Field: "title", Who: "russia"})
		r.Tags[1].Who, r.Tags[1].Rule, r.Tags[2].Value, r.Tags[2].Who = "russia", news.Negated, "denial", "kremlin"
		return r
	}
	dev := func(reports ...news.Report) news.Development { return news.Development{Topic: "t", Reports: reports} }
	stand := func(stands []news.Position, moved []news.Position) []news.Position {
		for _, p := range moved {
			stands = []news.Position{p.After(stands[0])}
		}
		return stands
	}
	claimed := stand([]news.Position{accepted}, moveLedger([]news.Position{accepted}, dev(rumour)))
	if p := claimed[0]; p.Stage != "agreed" || p.Committed != "" || p.Before == nil || p.Before.Stage != "accept" {
		t.Fatalf("after the rumour: %+v, want agreed on nobody's word, after accepted", p)
	}
	got := moveLedger(claimed, dev(denial(3*time.Hour)))
	if len(got) != 1 || got[0].Stage != "accept" || got[0].Committed != "one:ukraine" || got[0].Item != 3 || !got[0].At.Equal(at.Add(3*time.Hour)) {
		t.Fatalf("after the denial: %+v, want accepted by Ukraine again, on the denial", got)
	}
	left, ok := moving(denial(3 * time.Hour))
	if again := moveLedger(claimed, dev(left)); !ok || !reflect.DeepEqual(again, got) {
		t.Errorf("of what is left of the denial: %+v, want %+v", again, got)
	}
	if more := moveLedger(stand(claimed, got), dev(denial(4*time.Hour))); len(more) != 0 {
		t.Errorf("a second denial moved it to %+v", more)
	}
	if both := moveLedger([]news.Position{accepted}, dev(rumour, denial(3*time.Hour))); len(both) != 2 || both[1].Stage != "accept" {
		t.Errorf("told and denied in one development: %+v, want it back where it was", both)
	}
	claimed[0].Before = nil
	if got := moveLedger(claimed, dev(denial(3*time.Hour))); len(got) != 1 || got[0].Stage != "proposal" || got[0].Committed != "" {
		t.Errorf("with nothing before it: %+v, want terms on the table", got)
	}
	for name, p := range map[string]news.Position{
		"its own declaration": {Topic: "t", Mechanism: "full", Stage: "agreed", Committed: "one:russia", At: at},
		"what both agreed":    {Topic: "t", Mechanism: "full", Stage: "agreed", Committed: "both", At: at},
		"the other's consent": accepted,
		"what is in effect":   {Topic: "t", Mechanism: "full", Stage: "in_effect", At: at},
		"what was told later": {Topic: "t", Mechanism: "full", Stage: "agreed", At: at.Add(4 * time.Hour)},
		"what is long known":  {Topic: "t", Mechanism: "full", Stage: "agreed", At: at.Add(-72 * time.Hour)},
	} {
		if got := moveLedger([]news.Position{p}, dev(denial(3*time.Hour))); len(got) != 0 {
			t.Errorf("the denial moved %s to %+v", name, got)
		}
	}
}

func TestATruceOfAPlantMovesNoOtherTruce(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	r := report(1, "Wire", "agreed", at, news.Tag{Facet: "place", Value: "region", Field: "title", Who: "sector"}, news.Tag{Facet: "place", Value: "plant", Field: "title", Who: "local"})
	r.Tags[0].Value = "partial"
	stands := []news.Position{{Topic: "t", Mechanism: "partial", Stage: "in_effect", At: at.Add(-time.Hour)}}
	if got := moveLedger(stands, news.Development{Topic: "t", Reports: []news.Report{r}}); len(got) != 1 || got[0].Place != "plant" {
		t.Errorf("%+v, want a line of the plant's own", got)
	}
}

func TestARumourHasNoDateAheadAndAPartialTruceIsNoFullOne(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	dates := func(claim string, official bool, more ...news.Tag) []news.StatedDate {
		tags := append([]news.Tag{{Facet: "stage", Value: "agreed", Field: "title"}, {Facet: "claim", Value: claim, Field: "title"}, {Facet: "committed", Value: "one:russia", Field: "title"}}, more...)
		return statedDates(news.Prepared{Lang: "en", Topics: []news.Relevance{{Topic: "t", Relevance: news.Main}}, Tags: tags, Work: news.Work{
			Feed: news.Feed{Side: "russia", Official: official},
			Item: news.Item{Entry: news.Entry{Title: "Russia agrees to a 30-day energy truce, source says", Summary: "The truce would hold for 30 days.", Published: at}}}})
	}
	partial := news.Tag{Facet: "mechanism", Value: "partial", Field: "title"}
	if got := dates("claim", false, partial); len(got) != 0 {
		t.Errorf("a source without a name: %+v, want none", got)
	}
	if got := dates("claim", true, partial); len(got) == 0 {
		t.Error("its own site: no date, want its end")
	}
	speaks := func(actor, side string) []news.Tag {
		return []news.Tag{partial, {Facet: "actor", Value: actor, Field: "title", Who: side}, {Facet: "claim", Value: "claim", Field: "title", Who: actor}}
	}
	if got := dates("fact", false, speaks("turkey", "mediator")...); len(got) != 0 {
		t.Errorf("a mediator's word: %+v, want none", got)
	}
	if got := dates("fact", false, speaks("kremlin", "russia")...); len(got) == 0 {
		t.Error("a party's speaker: no date, want its end")
	}
	full := news.Tag{Facet: "mechanism", Value: "full", Field: "lede"}
	for _, d := range dates("fact", false, full, partial) {
		if d.What != "partial" {
			t.Errorf("%+v, want a partial truce's", d)
		}
	}
	if got := dates("fact", false, full, partial); len(got) == 0 {
		t.Error("told as fact: no date, want its end")
	}
}

// A mediator who says that a truce was extended does not put an end to its being in effect.
func TestWhatOthersSayWasAgreedUndoesNoTruceThatHolds(t *testing.T) {
	at := time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		stage, mechanism string
		committed        []string // of one report each
		moves            bool
	}{
		"nobody's word":            {"in_effect", "partial", []string{""}, false},
		"nor of one with breaches": {"violation", "partial", []string{""}, false},
		"a third party":            {"in_effect", "partial", []string{"third", "third"}, false},
		"both":                     {"in_effect", "partial", []string{"both", "both"}, true},
		"a party":                  {"in_effect", "partial", []string{"one:russia"}, true},
		"an exchange comes again":  {"in_effect", "exchange", []string{""}, true},
		"of what had ended":        {"ended", "partial", []string{""}, true},
	} {
		d := news.Development{Topic: "t"}
		for i, committed := range c.committed {
			r := report(i+1, fmt.Sprint("Paper ", i), "agreed", at.Add(time.Hour), news.Tag{Facet: "committed", Value: committed, Field: "title"})
			r.Tags[0].Value = c.mechanism
			d.Reports = append(d.Reports, r)
		}
		stands := []news.Position{{Topic: "t", Mechanism: c.mechanism, Stage: c.stage, At: at}}
		if got := moveLedger(stands, d); (len(got) > 0) != c.moves {
			t.Errorf("%s: moved to %+v, want a move: %v", name, got, c.moves)
		}
	}
}
