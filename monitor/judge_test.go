package monitor

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor/text"
)

var judgeNow = time.Date(2026, 3, 11, 18, 0, 0, 0, time.UTC)

// Two agency stories of our own writing, and a request for money.
const (
	genevaTitle = "Kyiv and Moscow agree on a 10-day halt to strikes on power plants"
	geneva      = `Ukraine and Russia agreed on Wednesday to halt strikes on power plants for 10 days, the Swiss foreign ministry said after a second round of talks.
The arrangement takes effect at midnight on Friday and will be watched by 40 observers from six countries.
"This is a first step, and we do not call it a ceasefire," Rustem Umerov told reporters outside the villa.
The Kremlin confirmed the date but said it had refused a longer pause, which Kyiv had proposed in February.
Dmitry Peskov said Russia would extend the arrangement only if Ukraine stopped drone flights over its refineries.
Both delegations handed over lists of prisoners for a later exchange of 250 for 250.
Diplomats who followed the talks said no date was set for a third round, although Ankara has offered to host it.
Power cuts of up to 16 hours a day were reported in the Kharkiv region this week.
Local engineers said repairs would need at least three weeks of quiet.`
	parisTitle = "Paris and Warsaw pledge ships to watch a Black Sea arrangement"
	paris      = `France and Poland will each send two ships to watch an arrangement on shipping in the Black Sea, their ministers said in Gdynia on Tuesday.
The vessels are to sail in May if the sides sign the text that was drafted in Ankara.
Warsaw said its sailors would carry no mandate to board merchant vessels.
Insurers in London have asked for a written promise from Moscow before they lower their rates.
Grain traders in Odesa said the present rates add nine dollars to each tonne.`
	begging = "Your gift keeps independent voices on the air. Readers like you pay for every report we file. Every month counts."
)

func prepared(id news.ItemID, title, body string) news.Prepared {
	it := news.Item{ID: id, Entry: news.Entry{Title: title, Summary: body, Published: judgeNow}, Seen: judgeNow, Revision: 1}
	p := news.Prepared{Work: news.Work{Item: it, Feed: news.Feed{Name: "Example Wire", Publisher: "example"}}}
	p.Lang, p.Hash, p.Fingerprint, p.Keys = text.Prepare(it, "")
	return p
}

func candidate(id news.ItemID, title, body string) news.Candidate {
	p := prepared(id, title, body)
	return news.Candidate{Item: id, Root: id, Name: "Other Wire", Publisher: "other", Seen: judgeNow.Add(-time.Hour), Published: judgeNow.Add(-time.Hour), Title: title, Fingerprint: p.Fingerprint}
}

func lines(s string) []string { return strings.Split(s, "\n") }

func TestVerdictsInTheirOrder(t *testing.T) {
	const fresh = "The president of Switzerland will hand the text to the United Nations on Thursday."
	g := lines(geneva)
	insert := func(at int, s string) string { return strings.Join(slices.Insert(slices.Clone(g), at, s), "\n") }
	moved := append(append(slices.Clone(g[2:4]), g[:2]...), g[4:]...)
	quotes := strings.NewReplacer(`"`, "“", " said ", "\u00a0said ", "-", "–").Replace(geneva)
	change := func(old, with string) (string, string) {
		for _, s := range g {
			if strings.Contains(s, old) {
				s2 := strings.Replace(s, old, with, 1)
				return strings.Replace(geneva, s, s2, 1), s2
			}
		}
		t.Fatalf("no sentence has %q", old)
		return "", ""
	}
	numberText, numberSentence := change("40 observers", "45 observers")
	negationText, negationSentence := change("no date was set", "a date was set")
	actorText, actorSentence := change("Ukraine stopped drone flights", "Belarus stopped drone flights")
	poleText, poleSentence := change("confirmed the date", "denied the date")

	for _, c := range []struct {
		name, title, body string
		want              news.VerdictKind
		reason            string
		novel             []string
	}{
		{"the same text", genevaTitle, geneva, news.Duplicate, ReasonSameHash, nil},
		{"quotes and dashes", strings.ToUpper(genevaTitle), quotes, news.Duplicate, ReasonSameHash, nil},
		{"another outlet's headline", "Power plants to be spared for ten days, Swiss say", geneva, news.Duplicate, ReasonNearDuplicate, nil},
		{"a paragraph moved", genevaTitle, strings.Join(moved, "\n"), news.Duplicate, ReasonNearDuplicate, nil},
		{"a typing error", genevaTitle, strings.Replace(geneva, "refineries", "refinaries", 1), news.Duplicate, ReasonNearDuplicate, nil},
		{"its lede", "Ten quiet days for power plants agreed in Geneva between Kyiv and Moscow", g[0], news.Duplicate, ReasonContained, nil},
		{"three paragraphs", genevaTitle, strings.Join(g[:3], " "), news.Duplicate, ReasonContained, nil},
		{"a lede cut short", genevaTitle, g[0] + " The arrangement takes effect at midnight on Friday and will be wat…", news.Duplicate, ReasonContained, nil},
		{"a page of both stories", "Evening brief", geneva + "\n" + paris, news.Duplicate, ReasonContained, nil},
		{"paragraph breaks lost", genevaTitle, strings.NewReplacer(".\n", " ", "\n", " ").Replace(geneva), news.Duplicate, ReasonContained, nil},
		{"with a stamp and a plea", genevaTitle, geneva + "\nUpdated: 12 March 2026, 09:15\nSign up to our newsletter and support our journalism.", news.Duplicate, ReasonNearDuplicate, nil},
		{"one new paragraph", genevaTitle, insert(4, fresh), news.Update, ReasonKnownAndNew, []string{fresh}},
		{"a number changed", genevaTitle, numberText, news.Update, ReasonKnownAndNew, []string{numberSentence}},
		{"a negation changed", genevaTitle, negationText, news.Update, ReasonKnownAndNew, []string{negationSentence}},
		{"an actor changed", genevaTitle, actorText, news.Update, ReasonKnownAndNew, []string{actorSentence}},
		{"a pole changed", genevaTitle, poleText, news.Update, ReasonKnownAndNew, []string{poleSentence}},
		{"a veto in the title", "Kyiv and Moscow agree on a 30-day halt to strikes on power plants", geneva, news.New, ReasonTitleVeto, nil},
		{"reversed in the title", "Moscow and Kyiv do not agree on a 10-day halt to strikes on power plants", geneva, news.New, ReasonTitleVeto, nil},
		{"the same topic", "Rubio expects a third round", "US Secretary of State Marco Rubio said on Thursday he expected a third round of talks between Russia and Ukraine in Ankara. He set no date. The White House declined to comment.", news.New, ReasonNothingKnown, nil},
		{"one sentence of background", "Lights out in Kharkiv", "Trams stood still in Kharkiv on Thursday for want of current. " + g[7] + " The mayor asked residents to boil water. Schools stay closed until Monday. Bakeries work at night.", news.New, ReasonMostlyNew, nil},
	} {
		known := []news.Candidate{candidate(1, genevaTitle, geneva), candidate(2, parisTitle, paris)}
		known[0].Root = 77
		v := Judge(prepared(9, c.title, c.body), known, nil)
		of := news.ItemID(77)
		if c.want == news.New {
			of = 0
		}
		if v.Kind != c.want || v.Reason != c.reason || v.Of != of || !slices.Equal(v.Novel, c.novel) {
			t.Errorf("%s: %s of %d, %s (%s)\n novel %q\nwant %s of %d, %s\n novel %q", c.name, v.Kind, v.Of, v.Reason, v.Evidence, v.Novel, c.want, of, c.reason, c.novel)
		}
		if v.Evidence == "" {
			t.Errorf("%s: no evidence", c.name)
		}
	}
}

func TestNumberedSeriesAreNeverMerged(t *testing.T) {
	summary := "The most important developments of the day, gathered by our correspondents in Kyiv, Moscow and Brussels, with maps of the front and voices from the talks."
	quiz := "How closely have you been paying attention to what was said and signed in the past seven days?"
	for _, pair := range [][3]string{
		{"Quiz of the week: Who will sing at the castle?", "Quiz of the week: What did the anglers find?", quiz},
		{"What we know on day 412 of the invasion", "What we know on day 413 of the invasion"},
		{"Война: 192-й день, главное", "Война: 193-й день, главное"},
		{"Ukraine briefing for Monday", "Ukraine briefing for Tuesday"},
		{"Wojna w Ukrainie. 460. dzień. Relacja", "Wojna w Ukrainie. 461. dzień. Relacja"},
		{"Second week of talks", "Third week of talks"},
		{"Your pictures: on the front", "Your pictures: in the rear"},
	} {
		if pair[2] == "" {
			pair[2] = summary
		}
		known := candidate(1, pair[0], pair[2])
		known.Publisher = "example"
		if v := Judge(prepared(2, pair[1], pair[2]), []news.Candidate{known}, nil); v.Kind != news.New {
			t.Errorf("%q is a %s of %q: %s", pair[1], v.Kind, pair[0], v.Evidence)
		}
	}
}

func TestShortTextsMatchForTwoDaysOnly(t *testing.T) {
	for _, c := range []struct {
		title  string
		before time.Duration
		want   news.VerdictKind
	}{
		{"Putin and Trump speak by phone", 47 * time.Hour, news.Duplicate},
		{"Putin and Trump speak by phone", 49 * time.Hour, news.New},
		{"Live updates", time.Hour, news.New},
		{"Putin and Trump speak by phone about an end to the war in Ukraine", 900 * time.Hour, news.Duplicate},
	} {
		known := candidate(1, c.title, "")
		known.Published, known.Seen = judgeNow.Add(-c.before), judgeNow.Add(-c.before)
		if v := Judge(prepared(2, c.title, ""), []news.Candidate{known}, nil); v.Kind != c.want {
			t.Errorf("%q %v apart: %s (%s), want %s", c.title, c.before, v.Kind, v.Evidence, c.want)
		}
	}
}

func TestTheSameAddressFixesWhatIsRepeated(t *testing.T) {
	const url = "https://wire.example/talks"
	at := func(c news.Candidate, seen time.Duration, u string) news.Candidate {
		c.Canonical, c.Seen = u, judgeNow.Add(-seen)
		return c
	}
	p := prepared(9, "Sides part without a word", "Delegations left the villa at dusk and did not speak.")
	p.Work.Item.Canonical = url
	old, late := at(candidate(1, genevaTitle, geneva), 5*time.Hour, url), at(candidate(2, parisTitle, paris), time.Hour, url)
	v := Judge(p, []news.Candidate{old, late}, nil)
	if v.Kind != news.Update || v.Of != 2 || v.Reason != ReasonSameURL || !slices.Equal(v.Novel, []string{"Sides part without a word", "Delegations left the villa at dusk and did not speak."}) {
		t.Errorf("new text at a known address: %+v", v)
	}
	q := prepared(9, genevaTitle, geneva)
	q.Work.Item.Canonical = url
	if v := Judge(q, []news.Candidate{old}, nil); v.Kind != news.Duplicate || v.Of != 1 || v.Reason != ReasonSameURL {
		t.Errorf("known text at its address: %+v", v)
	}
	// A third feed that brings back what the address said first: compared with what it says now.
	if v := Judge(q, []news.Candidate{old, late}, nil); v.Kind != news.Update || v.Of != 2 {
		t.Errorf("earlier text come back: %+v", v)
	}
	// The address of a site, or one that many entries bear, identifies nothing.
	p.Work.Item.Canonical = "https://wire.example/"
	if v := Judge(p, []news.Candidate{at(old, 0, "https://wire.example/")}, nil); v.Kind != news.New {
		t.Errorf("a link to the site: %+v", v)
	}
	p.Work.Item.Canonical = url
	if v := Judge(p, []news.Candidate{old, late, at(candidate(3, "x", paris), 0, url)}, nil); v.Kind != news.New {
		t.Errorf("an address of four entries: %+v", v)
	}
}

func TestARevisionIsNeverNewAndComparedWithItselfAlone(t *testing.T) {
	agreed := "Moscow agrees to the Swiss proposal, Kremlin says"
	denied := "Moscow does not agree to the Swiss proposal, Kremlin says"
	body := "The Swiss proposal for a halt to strikes was handed over on Monday."
	step := func(previous, title, body string) news.Verdict {
		p := prepared(5, title, body)
		before := prepared(5, previous, "The Swiss proposal for a halt to strikes was handed over on Monday.")
		p.Work.Previous = before.Fingerprint
		p.Work.Item.Revision = 2
		// What the corpus holds does not matter, not even the same text.
		return Judge(p, []news.Candidate{candidate(1, title, body)}, nil)
	}
	for i, c := range []struct {
		previous, title, body string
		want                  news.VerdictKind
		novel                 []string
	}{
		{agreed, denied, body, news.Update, []string{denied}},
		{denied, agreed, body, news.Update, []string{agreed}},
		{agreed, agreed, body + " Updated 14:30.", news.Duplicate, nil},
		{agreed, strings.Replace(agreed, "proposal", "propsal", 1), body, news.Duplicate, nil},
		{agreed, agreed, body + " Berlin offered to pay for the observers.", news.Update, []string{"Berlin offered to pay for the observers."}},
		{agreed, "Swiss proposal: Moscow agrees, says the Kremlin", body, news.Duplicate, nil},
		{agreed, "Lions win the cup", "A late goal decided the final in Bern.", news.Update, []string{"Lions win the cup", "A late goal decided the final in Bern."}},
	} {
		v := step(c.previous, c.title, c.body)
		if v.Kind != c.want || v.Of != 5 || !slices.Equal(v.Novel, c.novel) {
			t.Errorf("%d: %q after %q: %+v, want %s with %q", i, c.title, c.previous, v, c.want, c.novel)
		}
	}
	p := prepared(5, agreed, body)
	p.Work.Previous = []byte("damaged")
	if v := Judge(p, nil, nil); v.Kind != news.Update || v.Of != 5 || len(v.Novel) != 1 {
		t.Errorf("an unreadable earlier revision: %+v", v)
	}
}

// A seed corpus of fingerprints alone: nothing of its texts is at hand.
func TestSeedsAreRecognisedByFingerprintAlone(t *testing.T) {
	docs := []string{begging + "\n\n" + geneva, begging + "\n" + paris}
	var fps []text.Fingerprint
	for _, d := range docs {
		fps = append(fps, text.New("", d, "en"))
	}
	common := text.Common(fps)
	var seeds []news.Candidate
	for i, f := range fps {
		id := news.ItemID(i + 1)
		seeds = append(seeds, news.Candidate{Item: id, Root: id, Name: []string{"geneva", "paris"}[i], Origin: news.OriginSeed, Fingerprint: f.Mark(common).Encode()})
	}
	const other = "Subscribe to our newsletter. Your donation pays for our reporting."
	for _, c := range []struct {
		name, title, body string
		want              news.VerdictKind
		of                news.ItemID
		novel             []string
	}{
		{"whole", genevaTitle, docs[0], news.Duplicate, 1, nil},
		{"whole, the other", parisTitle, docs[1], news.Duplicate, 2, nil},
		{"without the plea", genevaTitle, geneva, news.Duplicate, 1, nil},
		{"another plea", genevaTitle, other + "\n" + geneva + "\n" + other, news.Duplicate, 1, nil},
		{"three paragraphs after the plea", genevaTitle, begging + "\n" + strings.Join(lines(geneva)[:3], "\n"), news.Duplicate, 1, nil},
		{"the plea alone", "A word to our readers", begging, news.New, 0, nil},
		{"the plea over something else", "Tractors in Oslo", begging + "\nFarmers drove 300 tractors into Oslo on Friday. They want cheaper diesel. The minister will meet them on Sunday.", news.New, 0, nil},
		{"a borrowed sentence", "Lions win the cup in Bern", "Local engineers said repairs would need at least three weeks of quiet.", news.New, 0, nil},
		{"a sentence more", genevaTitle, docs[0] + "\nJapan will pay for the observers.", news.Update, 1, []string{"Japan will pay for the observers."}},
	} {
		v := Judge(prepared(9, c.title, c.body), seeds, nil)
		if v.Kind != c.want || v.Of != c.of || !slices.Equal(v.Novel, c.novel) {
			t.Errorf("%s: %+v, want %s of %d with %q", c.name, v, c.want, c.of, c.novel)
		}
		if v.Kind == news.Duplicate && !strings.Contains(v.Evidence, "seed document") {
			t.Errorf("%s: evidence %q does not name the seed", c.name, v.Evidence)
		}
	}
}

func TestAnItemIsNoCandidateOfItself(t *testing.T) {
	p := prepared(1, genevaTitle, geneva)
	p.Work.Item.Canonical = "https://wire.example/a"
	known := candidate(1, genevaTitle, geneva)
	known.Canonical = p.Work.Item.Canonical
	if v := Judge(p, []news.Candidate{known}, nil); v.Kind != news.New {
		t.Errorf("an item asked about again: %+v", v)
	}
}

func TestAGrowingPageYieldsOnlyWhatIsNew(t *testing.T) {
	g := lines(geneva)
	first := strings.Join(g[:3], "\n")
	v := Judge(prepared(9, genevaTitle, geneva), []news.Candidate{candidate(1, genevaTitle, first)}, nil)
	if v.Kind != news.Update || v.Reason != ReasonGrown || !slices.Equal(v.Novel, g[3:]) {
		t.Errorf("%s %s, novel %q", v.Kind, v.Reason, v.Novel)
	}
}

func TestLearntBoilerplateIsMaskedAndShown(t *testing.T) {
	const motto = "Words travel further than shells, and we print them."
	p := prepared(9, genevaTitle, geneva+"\n"+motto)
	hash := text.New("", motto, "en").SentenceHash(0)
	known := []news.Candidate{candidate(1, genevaTitle, geneva)}
	if v := Judge(p, known, nil); v.Kind != news.Update {
		t.Fatalf("without a mask: %+v", v)
	}
	mask := func(publisher string, s uint64) bool { return publisher == "example" && s == hash }
	e := Explain(p, known, mask)
	if e.Verdict.Kind != news.Duplicate || !slices.Equal(e.Dropped, []string{motto}) {
		t.Errorf("with a mask: %+v, dropped %q", e.Verdict, e.Dropped)
	}
	if s := e.String(); !strings.Contains(s, motto) || !strings.Contains(s, "Other Wire") {
		t.Errorf("the explanation hides something: %s", s)
	}
}

func TestExplainDecidesAsJudgeDoes(t *testing.T) {
	known := []news.Candidate{candidate(1, genevaTitle, geneva), candidate(2, parisTitle, paris), {Item: 3, Name: "broken", Fingerprint: []byte("?")}}
	for _, p := range []news.Prepared{prepared(9, genevaTitle, geneva), prepared(9, parisTitle, geneva), prepared(9, "Evening", paris+" More follows from Ankara tonight."), {}} {
		v, e := Judge(p, known, nil), Explain(p, known, nil)
		a, _ := json.Marshal(v)
		b, _ := json.Marshal(e.Verdict)
		if string(a) != string(b) {
			t.Errorf("Judge says %s, Explain %s", a, b)
		}
		if e.String() == "" || p.Fingerprint != nil && len(e.Candidates) != 3 {
			t.Errorf("explained %d candidates: %s", len(e.Candidates), e)
		}
	}
}

// Any order of the candidates gives one verdict.
func TestVerdictsDoNotDependOnTheOrderOfCandidates(t *testing.T) {
	known := []news.Candidate{candidate(4, genevaTitle, geneva), candidate(3, genevaTitle, geneva), candidate(2, "Plants spared", strings.Join(lines(geneva)[:6], "\n")), candidate(1, parisTitle, paris)}
	p := prepared(9, "Plants to be spared by both sides for 10 days", geneva+"\nOslo will pay.")
	want := Judge(p, known, nil)
	for range len(known) {
		known = append(known[1:], known[0])
		if got := Judge(p, known, nil); got.Of != want.Of || got.Kind != want.Kind || got.Evidence != want.Evidence {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if want.Of != 3 {
		t.Errorf("of %d, want the earliest, 3", want.Of)
	}
}

func BenchmarkJudge(b *testing.B) {
	for _, c := range []struct {
		name string
		p    news.Prepared
		body string
	}{
		{"summary", prepared(99, genevaTitle, lines(geneva)[0]+" "+lines(geneva)[1]), lines(paris)[0] + " " + lines(paris)[1]},
		{"article", prepared(99, genevaTitle, geneva), paris},
	} {
		var known []news.Candidate
		for i := range 64 {
			known = append(known, candidate(news.ItemID(i+1), parisTitle, c.body))
		}
		b.Run(c.name+"-64", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Judge(c.p, known, nil)
			}
		})
	}
}

// An entry whose headline grows by a number, a name, a day or a turn is told again; one
// that is worded otherwise, or of whose text the headline now says more, is not.
func TestAHeadlineThatSaysMoreIsAnUpdate(t *testing.T) {
	const body = "The delegations met for three hours in the Turkish capital behind closed doors, and 34 towns had no light."
	for _, c := range []struct {
		before, title, body string
		want                news.VerdictKind
	}{
		{"Strike on Sumy", "Strike on Sumy kills 12", body, news.Update},
		{"Strike on Sumy", "Strike on Sumy kills 12", "", news.Update},
		{"Hundreds of prisoners exchanged", "307 prisoners exchanged", body, news.Update},
		{"Talks in Ankara", "Talks in Ankara on Friday", body, news.Update},
		{"Talks in Ankara", "Talks in Ankara collapse", body, news.Update},
		{"Explosions heard in Kyiv", "Explosions heard in Kyiv as truce expires", "", news.Update},
		{"Black Sea truce agreed", "Black Sea truce agreed, Washington says", body, news.Update},
		{"Обмін полоненими", "Обмін полоненими в п'ятницю", "", news.Update},
		{"Переговоры в Анкаре", "Переговоры в Анкаре отменены", "", news.Update},
		{"Towns without light after strike", "34 towns without light after strike", body, news.Duplicate},
		{"Ceasefire talks in Istanbul", "LIVE: Ceasefire talks in Istanbul", body, news.Duplicate},
		{"Ceasefire talks in Istanbul", "Ceasefire talks in Istanbul - Example News", body, news.Duplicate},
		{"Zelensky arrives in Ankara", "Zelenskyy arrives in Ankara", body, news.Duplicate},
	} {
		p := prepared(5, c.title, c.body)
		p.Work.Previous = prepared(5, c.before, c.body).Fingerprint
		p.Work.Item.Revision = 2
		v := Judge(p, nil, nil)
		if v.Kind != c.want || v.Of != 5 || v.Kind == news.Update && !slices.Equal(v.Novel, []string{c.title}) {
			t.Errorf("%q after %q: %s (%s), new %q; want %s", c.title, c.before, v.Kind, v.Evidence, v.Novel, c.want)
		}
	}
}
