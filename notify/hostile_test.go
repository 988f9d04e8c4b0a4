package notify

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trucewatch/internal/news"
)

// nasty are pieces of text that have broken chat bots, and pieces that only look
// as if they could.
var nasty = []string{
	"<!channel>", "<!here|x>", "<@U024BE7LH>", "<#C024BE7LR|general>", "@here", "@channel ", "@Everyone", "#general ", "@someone ",
	"&", "&amp;", "&lt;b&gt;", "&#60;!channel&#62;", "&amp;lt;script&amp;gt;", "<b>", "</b>", "<script>alert(1)</script>", "<", ">", ">>> ", "> quote ",
	"*bold*", "_it_", "~gone~", "`code`", "```", "**", "[a](https://evil.example)", "<https://evil.example|click>", "https://evil.example/a|b",
	":smile:", ":+1::tada:", "|", "||", "\n", "\r\n", "\t", "\u2028", "\u2029", "\x00", "\x1b[31m", "\x07", "\u200b", "\u200d", "\ufeff", "\u00ad",
	"\u202e", "\u2066", "\u2069", "\u061c", "\U000e0041", "\ufffd", "\xff\xfe", "\xed\xa0\x80", "e\u0301\u0301\u0301\u0301\u0301\u0301", "\u0301", "👨‍👩‍👧", "🏳️‍🌈",
	"перемир'я", "прекращение огня", "تهدئة", "שלום", "停火", "ﬀ", "½", "“quoted”", "...", "…", "# head", "1. ", "- ", "• ", strings.Repeat("A", 400), strings.Repeat("слово ", 200), strings.Repeat("😀", 120),
	strings.Repeat("&", 300), strings.Repeat("<", 300), " ", "", "=cmd()", "\u3164", "\u2800", "a", "truce",
}

var nastyURLs = []string{
	"https://news.example.org/a?x=1&y=2", "http://news.example.org/<b>|c", "javascript:alert(1)", "data:text/html,x", "https://a@b.example/", "//x.example/",
	"https://", "https:///path", "ftp://x.example/", "https://x.example/" + strings.Repeat("a", 3000), "https://x.example/" + strings.Repeat("|", 240), "https://приклад.example/стаття",
	"https://x.example/\u202egnp.exe", "https://x.example/a b\nc", "https://x.example/#!channel>", "HTTP://X.EXAMPLE/", "https://x.example/%zz", "", " ", "https://[::1]/", "https://x.example/*_~`",
	"https://<!channel>/", "https://x.example:80:80/", "mailto:a@b.example",
}

func nastyText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(12) {
		b.WriteString(nasty[r.IntN(len(nasty))])
	}
	return b.String()
}

func pickOf[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// nastyEdition is an edition in which every text a source controls is hostile.
func nastyEdition(r *rand.Rand) news.Edition {
	e := quietEdition()
	e.Digest.Max = r.IntN(40)
	e.Digest.Kind = pickOf(r, "news", "news", "recap")
	e.Digest.StateMedia = pickOf(r, "name", "link", "omit", "")
	e.First = r.IntN(2) == 0
	e.LastLine = nastyText(r)
	e.Pending = r.IntN(3)
	if e.Digest.Kind == "recap" {
		e.From = e.Slot.Add(-7 * 24 * time.Hour)
	}
	for i := range e.Sources {
		e.Sources[i].Unasked = r.IntN(4) == 0
		e.Sources[i].Feed, e.Sources[i].Trouble = nastyText(r), nastyText(r)
		if r.IntN(3) == 0 {
			e.Sources[i].LastOK = time.Time{}
		}
	}
	for i := range e.Dates {
		e.Dates[i].Where, e.Dates[i].Zone = nastyText(r), pickOf(r, "Europe/Moscow", "", "No/Zone")
	}
	side := func() string { return pickOf(r, append([]string{""}, news.Sides...)...) }
	item := 0
	for s := range r.IntN(pickOf(r, 12, 12, 75)) {
		var reports []news.Report
		for range 1 + r.IntN(pickOf(r, 3, 3, 3, 50)) {
			item++
			x := report(item, nastyText(r), side(), nastyText(r), e.From.Add(time.Duration(r.IntN(50000))*time.Second))
			x.URL, x.Lede, x.Publisher = pickOf(r, nastyURLs...), nastyText(r), nastyText(r)
			x.Lang = pickOf(r, "en", "uk", "ru", "", "x-"+nasty[r.IntN(len(nasty))])
			x.State, x.Official = r.IntN(4) == 0, r.IntN(4) == 0
			for range r.IntN(6) {
				x.Tags = append(x.Tags, news.Tag{
					Facet: pickOf(r, "stage", "mechanism", "committed", "place", "claim", "genre", "origin", "venue"),
					Value: pickOf(r, append(append([]string{"both", "third", "one:russia", "one:ukraine", "claim", "denial", "opinion", nastyText(r)}, stages...), mechanisms...)...),
					Field: pickOf(r, "title", "lede", "body", ""), Match: nastyText(r), Who: pickOf(r, "Kremlin", "Kyiv", "", nastyText(r)),
				})
			}
			if r.IntN(4) == 0 && item > 1 {
				updates(1+r.IntN(item), nastyText(r), nastyText(r))(&x)
			}
			reports = append(reports, x)
		}
		d := story(s+1, reports...)
		if r.IntN(3) == 0 {
			d.Told = &news.Told{Story: d.ID, At: e.From.Add(time.Hour), Digest: pickOf(r, "morning", "turn"), Headline: nastyText(r), Items: map[news.ItemID]int{reports[0].Item: 1}, Stages: map[string]string{"": "signal"}}
		}
		e.Stories = append(e.Stories, d)
		p := news.Position{Topic: "russia-ukraine", Mechanism: pickOf(r, mechanisms...), Place: nastyText(r), Stage: pickOf(r, stages...), At: d.Last, Story: d.ID, URL: pickOf(r, nastyURLs...), Quote: nastyText(r)}
		if r.IntN(2) == 0 {
			b := p
			b.Stage = pickOf(r, stages...)
			p.Before = &b
		}
		e.Ledger = append(e.Ledger, p)
	}
	return e
}

// checkMessages asserts everything that must hold of rendered messages.
func checkMessages(t *testing.T, where string, messages []news.Message) {
	t.Helper()
	for i, m := range messages {
		if m.Part != i+1 {
			t.Errorf("%s: message %d is part %d", where, i, m.Part)
		}
		for _, w := range strict(m.Text, m.Blocks) {
			t.Errorf("%s part %d: %s", where, m.Part, w)
		}
		for _, w := range strict(plainForm(m), nil) {
			if !strings.Contains(w, "formatting mark") && !strings.Contains(w, "bold does not close") && !strings.Contains(w, "emoji") {
				t.Errorf("%s part %d as plain text: %s", where, m.Part, w)
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

func TestHostileTextKeepsEveryLimit(t *testing.T) {
	runs, messages := 80, 0
	if testing.Short() {
		runs = 40
	}
	for seed := range runs {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		e := nastyEdition(r)
		d, told := Compose(e)
		out := Render(d)
		messages += len(out)
		checkMessages(t, fmt.Sprintf("seed %d", seed), out)
		if len(told) > maxTold || e.Digest.Kind == "recap" && len(told) > 0 {
			t.Fatalf("seed %d: %d told marks from a %s", seed, len(told), e.Digest.Kind)
		}
		for _, m := range told {
			if part := d.PartOf(m.Story); part < 1 || part > len(out) {
				t.Fatalf("seed %d: story %d is told by part %d of %d", seed, m.Story, part, len(out))
			}
		}
		if _, err := d.JSON(); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for _, l := range strings.Split(Text(d, 72, true), "\n") {
			for _, c := range strings.NewReplacer(ansiBold, "", ansiDim, "", ansiReset, "").Replace(l) {
				if c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 || c == '\u202e' {
					t.Fatalf("seed %d: control character %U reaches the terminal in %q", seed, c, l)
				}
			}
		}
	}
	t.Logf("%d editions, %d messages within every limit", runs, messages)
}

func TestSameEditionSameBytes(t *testing.T) {
	for seed := range 6 {
		var first string
		for range 4 {
			e := nastyEdition(rand.New(rand.NewPCG(uint64(seed), 9)))
			d, told := Compose(e)
			got := fmt.Sprintf("%v %v", Render(d), told)
			if first == "" {
				first = got
			}
			if got != first {
				t.Fatalf("seed %d: two renderings differ:\n%s", seed, cmp.Diff(first, got))
			}
		}
	}
}

func FuzzTextIsSafe(f *testing.F) {
	for _, s := range nasty {
		f.Add(s, "https://news.example.org/")
	}
	for _, u := range nastyURLs {
		f.Add("a title", u)
	}
	f.Fuzz(func(t *testing.T, s, u string) {
		r := report(1, s, "ukraine", s, at(20, 20, 0))
		r.URL, r.Lede = u, s
		r.Tags = []news.Tag{{Facet: "place", Value: s, Field: "title"}, {Facet: "mechanism", Value: "partial", Field: "title"}, {Facet: "claim", Value: "claim", Field: "lede", Who: "Kyiv", Match: s}}
		e := quietEdition()
		e.Stories = []news.Development{story(1, r)}
		d, _ := Compose(e)
		checkMessages(t, "fuzz", Render(d))
	})
}

// Alerts, corrections, edits, the hello and the week's file keep every limit
// whatever a source writes.
func TestHostileAlertsKeepEveryLimit(t *testing.T) {
	now := at(20, 14, 37)
	fired := map[string]int{}
	for seed := range 150 {
		r := rand.New(rand.NewPCG(uint64(seed), 11))
		hostile := func(d news.Development) news.Development {
			for i := range d.Reports {
				x := &d.Reports[i]
				x.Title, x.Lede, x.Feed, x.URL = nastyText(r)+" truce", nastyText(r), nastyText(r), pickOf(r, nastyURLs...)
				for j := range x.Tags {
					x.Tags[j].Match = nastyText(r)
				}
				x.Tags = append(x.Tags, news.Tag{Facet: "place", Value: nastyText(r), Field: "title"})
			}
			return d
		}
		first, ok, _ := AlertOf(alertEdition(now, hostile(declared(now.Add(-time.Minute)))), alertSpec(), noOriginal)
		if !ok {
			continue // its title asks, or looks back
		}
		fired[first.Kind]++
		where := fmt.Sprintf("seed %d", seed)
		checkMessages(t, where, first.Messages)
		e := denied(at(20, 15, 20))
		told := hostile(e.Stories[0])
		told.Told.Headline = nastyText(r)
		e.Stories[0] = told
		again, ok, _ := AlertOf(e, alertSpec(), func(id news.DeliveryID) (news.Message, bool) { return first.Messages[0], true })
		if ok {
			fired[again.Kind]++
			checkMessages(t, where, again.Messages)
			if edit := again.Messages[len(again.Messages)-1]; edit.Edit != 0 && !strings.HasSuffix(edit.Plain, first.Messages[0].Plain) {
				t.Fatalf("%s: the edit removed words that were told", where)
			}
		}
		checkMessages(t, where, Render(Greet("C0ONE", []string{nastyText(r)}, e.Sources, now, []Next{{Name: nastyText(r), At: now}}, now, kyiv)))
		week := nastyEdition(r)
		week.Digest.Kind = "recap"
		d, _ := Compose(week)
		d.Files = true
		out := Render(d)
		checkMessages(t, where, out)
		if file := out[len(out)-1].File; file != nil {
			fired["file"]++
			for _, l := range strings.Split(file.Content, "\n") {
				if l != "" && strings.ContainsAny(l[:1], "=+-@\t") {
					t.Fatalf("%s: a spreadsheet would run %q", where, l)
				}
			}
		}
	}
	if fired["alert"] < 20 || fired["correction"] < 20 || fired["file"] < 20 {
		t.Errorf("too few to mean anything: %v", fired)
	}
	t.Logf("%v within every limit", fired)
}

// Each key of a selection decides for digests and alerts alike.
func TestSelectionOfDigestsAndAlerts(t *testing.T) {
	now := at(20, 14, 37)
	d := declared(now.Add(-time.Minute))
	for i := range d.Reports {
		d.Reports[i].Tags = append(d.Reports[i].Tags, news.Tag{Facet: "place", Value: "old_town", Field: "title"})
	}
	state := declared(now.Add(-time.Minute))
	for i := range state.Reports {
		r := &state.Reports[i]
		r.State, r.Official, r.Verdict, r.First, r.Of = true, false, news.New, news.New, 0
		r.Tags = state.Reports[0].Tags
	}
	for name, c := range map[string]struct {
		d     news.Development
		s     news.Selection
		media string
		want  bool
	}{
		"everything":         {d, news.Selection{}, "", true},
		"its topic":          {d, news.Selection{Topics: []string{"russia-ukraine"}}, "", true},
		"another topic":      {d, news.Selection{Topics: []string{"sudan"}}, "", false},
		"its mechanism":      {d, news.Selection{Mechanisms: []string{"full"}}, "", true},
		"another mechanism":  {d, news.Selection{Mechanisms: []string{"exchange"}}, "", false},
		"its stage":          {d, news.Selection{Stages: []string{"agreed"}}, "", true},
		"another stage":      {d, news.Selection{Stages: []string{"ended"}}, "", false},
		"its place":          {d, news.Selection{Places: []string{"old_town"}}, "", true},
		"another place":      {d, news.Selection{Places: []string{"new_town"}}, "", false},
		"a side that says":   {d, news.Selection{Sides: []string{"russia"}}, "", true},
		"a side that is not": {d, news.Selection{Sides: []string{"un_ngo"}}, "", false},
		"another language":   {d, news.Selection{Languages: []string{"uk"}}, "", true},
		"state media named":  {state, news.Selection{}, "name", true},
		"state media linked": {state, news.Selection{}, "link", true},
		"state media left":   {state, news.Selection{}, "omit", false},
	} {
		spec := alertSpec()
		spec.Select, spec.StateMedia = c.s, c.media
		cut, ok, _ := AlertOf(alertEdition(now, c.d), spec, noOriginal)
		if ok != c.want {
			t.Errorf("alert, %s: %v, want %v", name, ok, c.want)
		}
		e := alertEdition(now, c.d)
		e.Digest.Select, e.Digest.StateMedia = c.s, c.media
		digest, _ := Compose(e)
		if got := len(digest.Entries) == 1; got != c.want {
			t.Errorf("digest, %s: told %v, want %v", name, got, c.want)
		}
		if words := strings.Contains(plainOf(cut), "Kremlin announces"); ok && c.media == "link" && words {
			t.Errorf("alert, %s: state media speaks in it:\n%s", name, plainOf(cut))
		}
	}
}

func plainOf(c news.Cut) string {
	var out []string
	for _, m := range c.Messages {
		out = append(out, m.Plain)
	}
	return strings.Join(out, "\n")
}
