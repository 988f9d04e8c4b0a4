package tag

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"trucewatch/internal/news"
)

// load compiles one pack written in a test.
func load(t *testing.T, yaml string) *Rules {
	t.Helper()
	p, err := Load("test.yaml", []byte("pack: test\ntopic: t\nsides: [north, south]\n"+yaml))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// found lists the words the pack's patterns matched in a text, in order.
func found(r *Rules, text, lang string) []string {
	s := new(scan)
	r.m.read(s, "", text, "", r.langs[lang])
	var out []string
	for _, h := range s.hits {
		out = append(out, s.words(h.first, h.last))
	}
	return out
}

func TestPatternsMatchWordsAsSourcesWriteThem(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          []string
	}{
		{"ceasefire*", "Ceasefires, a CEASEFIRE; precease\u00adfire", []string{"Ceasefires", "CEASEFIRE"}},
		{"cease fire", "a cease-fire, a cease fire. Cease. Fire", []string{"cease-fire", "cease fire"}},
		{"перемир*", "про перемир'я, перемир’я і перемирʼя; неперемир", []string{"перемир'я", "перемир’я", "перемирʼя"}},
		{"еще", "Ещё и еще", []string{"Ещё", "еще"}},
		{"київ", "Київ і Киı", []string{"Київ"}},
		{"зеленський", "Зеленський, Зеленськии\u0306", []string{"Зеленський", "Зеленськии\u0306"}},
		{"waffenruhe", "Die Waffenruhe", []string{"Waffenruhe"}},
		{"*waffenruh*", "Osterwaffenruhe und Waffenruhen", []string{"Osterwaffenruhe", "Waffenruhen"}},
		{"*abkommen", "Getreideabkommen, Abkommens", []string{"Getreideabkommen"}},
		{"zelensk*", "Żełenski, Zelenskyj, Zélensky, Zelmer", []string{"Żełenski", "Zelenskyj", "Zélensky"}},
		{"weiss*", "Weißes Haus", []string{"Weißes"}},
		{"lodz", "Łódź", []string{"Łódź"}},
		{"u s", "the U.S. said", []string{"U.S"}},
		{"treve", "La trêve d'hiver", []string{"trêve"}},
		{"end|ends _2 war", "ends the long war. End of a very long war. The war ends", []string{"ends the long war"}},
		{"peace plan*", "Ukraine peace plans", []string{"peace plans"}},
		{"1 000 for 1 000", "a 1,000-for-1,000 swap", []string{"1,000-for-1,000"}},
		{"talks", "(talks)—«talks»\u200b!", []string{"talks", "talks"}},
	} {
		r := load(t, "lexicons:\n  words: {en: \""+c.pattern+"\"}\n")
		if got := found(r, c.text, "en"); !slices.Equal(got, c.want) {
			t.Errorf("%q in %q: got %q, want %q", c.pattern, c.text, got, c.want)
		}
	}
}

func TestMatchesOverlap(t *testing.T) {
	r := load(t, `lexicons:
  a: {en: ukraine peace}
  b: {en: peace plan*}
  c: {en: peace}
`)
	if got, want := found(r, "Ukraine peace plan", "en"), []string{"Ukraine peace", "peace", "peace plan"}; len(got) != len(want) {
		t.Errorf("got %q, want each of %q", got, want)
	}
}

func TestSwallowedWordsMeanSomethingElse(t *testing.T) {
	r := load(t, `lexicons:
  else: {swallow: true, en: talks to; trade talks}
  talks: {en: talks; peace talks}
  trade: {en: trade talk*}
`)
	for text, want := range map[string][]string{
		"She talks to us":            {"talks to"},
		"Peace talks to resume":      {"Peace talks", "talks to"},
		"Trade talks end, talks run": {"Trade talks", "Trade talks", "talks"},
	} {
		if got := found(r, text, "en"); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestWordsByLanguageAreReadInTheirLanguageOnly(t *testing.T) {
	r := load(t, `lexicons:
  strict: {by_language: true, de en: was}
  german: {by_language: true, de: so}
  loose: {de: waffenruhe}
`)
	for lang, want := range map[string][]string{
		"de": {"was", "so", "Waffenruhe"},
		"en": {"was", "Waffenruhe"},
		"":   {"was", "so", "Waffenruhe"}, // not stated: any
		"pt": {"was", "so", "Waffenruhe"}, // no pack knows it: any
	} {
		if got := found(r, "was so Waffenruhe", lang); !slices.Equal(slices.Compact(got), want) {
			t.Errorf("lang %q: got %q, want %q", lang, got, want)
		}
	}
}

func TestSentencesEndWherePeopleEndThem(t *testing.T) {
	r := load(t, "lexicons:\n  pair: {en: alpha _6 omega}\n")
	for text, want := range map[string]int{
		"alpha and omega":             1,
		"alpha. Omega":                0,
		"alpha? Omega":                0,
		"alpha of the U.S. and omega": 1,
		"alpha on Feb. 15 omega":      1,
		"alpha\nomega":                0,
		"alpha; omega":                0,
		"alpha | omega":               0,
		"alpha – omega":               0,
		"alpha 3.5 omega":             1,
		"alpha … Omega":               0,
	} {
		if got := found(r, text, "en"); len(got) != want {
			t.Errorf("%q: %d matches, want %d", text, len(got), want)
		}
	}
}

func TestTagsCarryTheSourcesWords(t *testing.T) {
	r := builtinRules(t)
	in := Input{
		Title: "Kyiv and Moscow agree to exchange 1,000 prisoners each in Istanbul",
		Lede:  "WASHINGTON (Reuters) - Rustem Umerov and Vladimir Medinsky announced the deal; a ceasefire in Donetsk was not agreed.",
		Lang:  "en",
	}
	res := r.Tag(in)
	if res.Topics[0].Relevance != news.Main || res.Topics[0].Score <= 0.5 || res.Topics[0].Score > 1 {
		t.Fatalf("relevance %+v, want main", res.Topics[0])
	}
	for _, want := range []news.Tag{
		{Facet: "committed", Value: "both", Match: "agree", Field: "title"},
		{Facet: "mechanism", Value: "exchange", Field: "title"},
		{Facet: "actor", Value: "umerov", Match: "Rustem Umerov", Field: "lede", Who: "ukraine"},
		{Facet: "actor", Value: "moscow", Match: "Moscow", Field: "title", Who: "russia"},
		{Facet: "venue", Value: "istanbul", Match: "Istanbul", Field: "title"},
		{Facet: "place", Value: "donetsk", Match: "Donetsk", Field: "lede", Who: "sector"},
		{Facet: "origin", Value: "reuters", Match: "Reuters", Field: "lede"},
		{Facet: "issue", Value: "pows", Field: "title"},
		{Facet: "genre", Value: "news"},
	} {
		i := slices.IndexFunc(res.Tags, func(g news.Tag) bool { return g.Facet == want.Facet && g.Value == want.Value })
		if i < 0 {
			t.Errorf("no %s %s in %+v", want.Facet, want.Value, res.Tags)
			continue
		}
		g := res.Tags[i]
		if want.Match != "" && g.Match != want.Match || want.Field != "" && g.Field != want.Field || g.Who != want.Who || g.Rule == "" || g.Lang != "en" {
			t.Errorf("got %+v, want %+v with a rule and the language", g, want)
		}
	}
	for _, g := range res.Tags {
		if !strings.Contains(in.Title+"\n"+in.Lede, g.Match) {
			t.Errorf("%s %s: %q are not the source's words", g.Facet, g.Value, g.Match)
		}
	}
}

func TestReversalsAndNegationsAreToldApart(t *testing.T) {
	r := builtinRules(t)
	claim := func(title string) string {
		for _, g := range r.Tag(Input{Title: title, Lang: "en"}).Tags {
			if g.Facet == "claim" {
				return g.Value + " " + g.Who
			}
		}
		return ""
	}
	for title, want := range map[string]string{
		"Kremlin says Putin is ready for ceasefire talks with Ukraine": "claim kremlin",
		"Zelensky denies Ukraine agreed to truce with Russia":          "denial zelensky",
		"Putin: Ukraine broke the ceasefire it had signed":             "claim putin",
	} {
		if got := claim(title); got != want {
			t.Errorf("%q: claim %q, want %q", title, got, want)
		}
	}
}

func TestGenreIsMarked(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct {
		in   Input
		want string
	}{
		{Input{Title: "Live updates: Russia-Ukraine peace talks in Istanbul", Lang: "en"}, "live"},
		{Input{Title: "Opinion: A ceasefire in Ukraine is not peace with Russia", Lang: "en"}, "opinion"},
		{Input{Title: "Explainer: What is in the Ukraine peace plan?", Lang: "en"}, "explainer"},
		{Input{Title: "Russia and Ukraine hold ceasefire talks", Lang: "en", Official: true}, "official"},
		{Input{Title: "Russia and Ukraine hold ceasefire talks", Lang: "en"}, "news"},
	} {
		if got := r.Tag(c.in).Genre; got != c.want {
			t.Errorf("%q: genre %s, want %s", c.in.Title, got, c.want)
		}
	}
}

// The engine knows no conflict: the example pack beside the default one tells
// each item to its own topic.
func TestTwoTopicsAreToldApart(t *testing.T) {
	var packs []*Pack
	for _, n := range []string{"russia-ukraine", "gaza"} {
		p, err := Builtin(n)
		if err != nil {
			t.Fatal(err)
		}
		packs = append(packs, p)
	}
	r, err := Compile(packs...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ title, lede, ours, other string }{
		{"Israel and Hamas agree to ceasefire in Gaza", "The truce was reached in Doha under Qatari mediation.", news.None, news.Main},
		{"Russia and Ukraine agree to ceasefire", "The truce was reached in Istanbul under Turkish mediation.", news.Main, news.None},
		{"Council approves new tram line", "Work begins in spring.", news.None, news.None},
	} {
		res := r.Tag(Input{Title: c.title, Lede: c.lede, Lang: "en"})
		if len(res.Topics) != 2 || res.Topics[0].Relevance != c.ours || res.Topics[1].Relevance != c.other {
			t.Errorf("%q: %+v, want %s and %s", c.title, res.Topics, c.ours, c.other)
		}
	}
}

func TestExplainNamesWhatCounted(t *testing.T) {
	r := builtinRules(t)
	res := r.Explain(Input{Title: "Russia and Ukraine agree to ceasefire", Lede: "The truce was reached in Istanbul.", Lang: "en"})
	if len(res.Why) < 3 {
		t.Fatalf("why: %+v", res.Why)
	}
	words := false
	for i, c := range res.Why {
		if c.Topic != "russia-ukraine" || c.Feature == "" || c.Value == 0 || c.Weight == 0 {
			t.Errorf("contribution %+v", c)
		}
		if i > 0 && abs(c.Value*c.Weight) > abs(res.Why[i-1].Value*res.Why[i-1].Weight) {
			t.Errorf("contribution %d counts more than the one before", i)
		}
		words = words || c.Match == "ceasefire" && c.Field == "title"
	}
	if !words {
		t.Errorf("the word ceasefire in the title is not named: %+v", res.Why)
	}
	if got := r.Tag(Input{Title: "Russia and Ukraine agree to ceasefire", Lang: "en"}); got.Why != nil {
		t.Error("Tag explains without being asked")
	}
}

func TestFieldsSplitAnItem(t *testing.T) {
	long := strings.Repeat("Перше речення про справу. ", 40)
	for _, c := range []struct {
		name string
		it   news.Item
		lede string
	}{
		{"summary", news.Item{Entry: news.Entry{Title: "t", Summary: "sum", Content: "text"}}, "sum"},
		{"no summary, short", news.Item{Entry: news.Entry{Title: "t", Content: "One. Two."}}, "One. Two."},
		{"page longer than content", news.Item{Entry: news.Entry{Title: "t", Content: "x"}, Page: "A page. More."}, "A page. More."},
	} {
		title, lede, body := Fields(c.it)
		if title != "t" || lede != c.lede {
			t.Errorf("%s: got %q, %q, %q", c.name, title, lede, body)
		}
	}
	_, lede, body := Fields(news.Item{Entry: news.Entry{Content: long}})
	if lede+body != long || len(lede) > leadBytes+4 || !strings.HasSuffix(lede, ".") || !utf8.ValidString(lede) {
		t.Errorf("lede of a long text: %q", lede)
	}
}

func TestTagIsTheSameEachTimeAndFromManyGoroutines(t *testing.T) {
	r := builtinRules(t)
	in := Input{Title: "Putin and Trump agree on pause in energy strikes", Lede: benchText[:400], Body: benchText, Lang: "en"}
	want := r.Tag(in)
	done := make(chan Result)
	for range 8 {
		go func() {
			for range 20 {
				r.Tag(Input{Title: "Київ погодив перемир'я", Body: benchCyrillic, Lang: "uk"})
			}
			done <- r.Tag(in)
		}()
	}
	for range 8 {
		if got := <-done; !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

// A hostile text of nothing but words that mean something costs no more than a
// bounded time: the test would run for hours if the rules looked at all pairs.
func TestHostileTextIsBounded(t *testing.T) {
	r := builtinRules(t)
	for _, words := range []string{"ends the war ceasefire russia ukraine putin trump agree ", "end end end war ", "перемир'я росія україна погодили "} {
		text := strings.Repeat(words, 1<<20/len(words))
		for _, in := range []Input{{Title: text}, {Lede: text}, {Body: text}, {Title: text, Lede: text, Body: text}} {
			res := r.Tag(in)
			if len(res.Topics) != 1 {
				t.Fatalf("%+v", res.Topics)
			}
			for _, g := range res.Tags {
				if len(g.Match) > 4<<10 {
					t.Errorf("%s %s: a match of %d bytes", g.Facet, g.Value, len(g.Match))
				}
			}
		}
	}
}

func FuzzTag(f *testing.F) {
	f.Add("Kyiv and Moscow agree", "a cease-fire, перемир'я.", "U.S. talks… и\u0306", "en")
	f.Add("\xff\xfe|;\n", "ß æ œ Ł", "'’ʼ", "")
	p, err := Builtin("russia-ukraine")
	if err != nil {
		f.Fatal(err)
	}
	r, err := Compile(p)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, title, lede, body, lang string) {
		res := r.Tag(Input{Title: title, Lede: lede, Body: body, Lang: lang})
		rel := res.Topics[0]
		if rel.Score < 0 || rel.Score > 1 || (rel.Relevance == news.None) != (len(res.Tags) == 0) {
			t.Fatalf("%+v with %d tags", rel, len(res.Tags))
		}
		fields := map[string]string{"title": title, "lede": lede, "body": body}
		for _, g := range res.Tags {
			if !strings.Contains(fields[g.Field], g.Match) {
				t.Fatalf("%+v is not in the %s %q", g, g.Field, fields[g.Field])
			}
		}
	})
}

func TestTheSourceAReportNamesIsItsOrigin(t *testing.T) {
	p, err := Builtin("russia-ukraine")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ lang, title, lede, want string }{
		{"en", "Ukraine and Russia near a ceasefire, Axios reports", "", "axios"},
		{"en", "Axios: Ukraine and Russia near a ceasefire", "", "axios"},
		{"en", "Ukraine and Russia near a ceasefire", "The two sides are close to a truce, according to Reuters.", "reuters"},
		{"en", "Ukraine and Russia near a ceasefire", "KYIV, 3 March (Reuters) - The two sides are close to a truce.", "reuters"},
		{"uk", "Україна і Росія близькі до перемир'я", "Сторони близькі до припинення вогню, повідомляє Axios.", "axios"},
		{"uk", "Україна і Росія близькі до перемир'я", "Про це повідомила газета з посиланням на Bloomberg.", "bloomberg"},
		{"ru", "Россия и Украина близки к перемирию", "Стороны близки к прекращению огня, пишет газета со ссылкой на Axios.", "axios"},
		{"ru", "Россия и Украина близки к перемирию, сообщает Reuters", "", "reuters"},
		{"de", "Russland und die Ukraine nähern sich einer Waffenruhe", "Das berichtet die Zeitung unter Berufung auf Axios.", "axios"},
		{"de", "Laut Reuters nähern sich Russland und die Ukraine einer Waffenruhe", "", "reuters"},
		{"fr", "L'Ukraine et la Russie proches d'un cessez-le-feu, selon Axios", "", "axios"},
		{"fr", "L'Ukraine et la Russie proches d'un cessez-le-feu", "Les deux pays seraient proches d'une trêve, rapporte l'AFP.", "afp"},
		{"pl", "Ukraina i Rosja blisko zawieszenia broni", "Portal podaje to, powołując się na Axios.", "axios"},
		{"pl", "Ukraina i Rosja blisko zawieszenia broni, donosi Reuters", "", "reuters"},
		{"uk", "Перемовини про перемир'я: що відомо РБК-Україна", "За даними РБК-Україна, перемовини про перемир'я з Росією тривають.", "rbc_ukraine"},
		{"en", "Ukraine and Russia near a ceasefire", "The two sides are close to a truce, officials in Kyiv said.", ""},
		{"en", "Ukraine and Russia reject ceasefire terms in Reuters photos", "", ""},
	} {
		var got []string
		for _, x := range r.Tag(Input{Title: c.title, Lede: c.lede, Lang: c.lang}).Tags {
			if x.Facet == "origin" {
				got = append(got, x.Value)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %q %q: origin %q, want %q", c.lang, c.title, c.lede, got, c.want)
		}
	}
}

func TestWhoSaysItIsNamedByTitleAndFirstSentences(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct{ lang, title, lede, want string }{
		{"en", "Ukraine accepts offer of ceasefire talks with Russia, Sybiha says", "", "sybiha"},
		{"en", "Ukraine accuses Russia of breaking the truce", "", "ukraine"},
		{"en", "Russia accused of breaking the truce with Ukraine", "", ""},
		{"en", "Ukraine and Russia say the truce holds", "", "ukraine russia"},
		{"en", "Mediators say Russia is ready for a truce with Ukraine", "", "mediators"},
		{"en", "Officials say Russia is ready for a truce with Ukraine", "", ""},
		{"en", "Ukrainian media say Russia is ready for a truce", "", ""},
		{"en", "Truce with Russia may hold, officials say", "", ""},
		{"en", "Truce between Ukraine and Russia holds", "The truce has held for a day, the Turkish foreign ministry said on Monday.", "turkey"},
		{"en", "Truce between Ukraine and Russia holds", "The truce has held for a day, according to Kyiv.", "kyiv"},
		{"en", "Truce between Ukraine and Russia holds", "\"It holds\", said Kremlin spokesman Dmitry Peskov.", "kremlin"},
		{"uk", "Перемир'я з Росією триває", "Перемир'я триває другу добу, заявив президент України Володимир Зеленський.", "ukraine"},
		{"uk", "Україна звинуватила Росію у порушенні перемир'я", "", "ukraine"},
		{"uk", "Росію звинувачують у порушенні перемир'я", "", ""},
		{"ru", "Перемирие с Украиной соблюдается", "Перемирие соблюдается, по словам Пескова.", "peskov"},
		{"ru", "Россия обвинила Украину в нарушении перемирия", "", "russia"},
		{"de", "Waffenruhe zwischen Russland und der Ukraine hält", "Die Waffenruhe halte seit Montag, sagte Selenskyj.", "zelensky"},
		{"de", "Laut Moskau hält die Waffenruhe mit der Ukraine", "", "moscow"},
		{"de", "Ukraine wirft Russland Bruch der Waffenruhe vor", "", "ukraine"},
		{"fr", "L'Ukraine accuse la Russie d'avoir violé la trêve", "", "ukraine"},
		{"fr", "Ukraine : la trêve avec la Russie tient", "", ""},
		{"de", "Russland und USA beraten über Waffenruhe – Ukraine fehlt am Tisch", "", ""},
		{"ru", "Перемирие с Украиной", "Помощник Путина Юрий Ушаков говорит, что перемирие возможно.", "ushakov"},
		{"fr", "La trêve entre l'Ukraine et la Russie tient, selon Kiev", "", "kyiv"},
		{"pl", "Ukraina oskarża Rosję o złamanie rozejmu", "", "ukraine"},
		{"pl", "Rozejm między Rosją a Ukrainą trwa, mówi Zełenski", "", "zelensky"},
	} {
		var who []string
		for _, x := range r.Tag(Input{Title: c.title, Lede: c.lede, Lang: c.lang}).Tags {
			if x.Facet == "claim" && x.Who != "" {
				who = append(who, x.Who)
			}
		}
		if got := strings.Join(who, " "); got != c.want {
			t.Errorf("%s %q %q: %q speak, want %q", c.lang, c.title, c.lede, got, c.want)
		}
	}
}

func TestWhoAcceptsRefusesOrAllegesIsNamed(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct{ lang, title, stage, want string }{
		{"en", "Kremlin rejects Ukraine's ceasefire proposal", "reject", "russia"},
		{"en", "Ukraine says Russia rejects ceasefire proposal", "reject", "russia"},
		{"en", "Ukraine accepts US proposal for 30-day ceasefire with Russia", "accept", "ukraine"},
		{"en", "Ukraine said it accepts a US proposal of an immediate 30-day ceasefire with Russia", "accept", "ukraine"},
		{"en", "Moscow says it rejects a ceasefire proposed by Ukraine", "reject", "russia"},
		{"ru", "Украина заявила, что принимает предложение США о перемирии с Россией", "accept", "ukraine"},
		{"en", "Ceasefire plan refused by Moscow as talks with Ukraine stall", "reject", ""},
		{"en", "Ukraine accuses Russia of violating the ceasefire", "violation", "ukraine"},
		{"en", "Russia and Ukraine accuse each other of violating the ceasefire", "violation", "both"},
		{"uk", "Росія відкинула пропозицію України про припинення вогню", "reject", "russia"},
		{"ru", "Украина приняла предложение США о 30-дневном прекращении огня", "accept", "ukraine"},
		{"ru", "Россия обвинила Украину в нарушении перемирия", "violation", "russia"},
		{"de", "Russland lehnt 30-tägige Waffenruhe ab, Ukraine stimmt zu", "reject", "russia"},
		{"de", "Moskaus Unterhändler weisen die Waffenruhe zurück", "reject", "russia"},
		{"fr", "La Russie refuse le cessez-le-feu proposé par l'Ukraine", "reject", "russia"},
		{"pl", "Rosja odrzuca propozycję zawieszenia broni z Ukrainą", "reject", "russia"},
	} {
		found := false
		for _, x := range r.Tag(Input{Title: c.title, Lang: c.lang}).Tags {
			if x.Facet == "stage" && x.Value == c.stage {
				found = true
				if x.Who != c.want {
					t.Errorf("%s %q: %s by %q, want %q", c.lang, c.title, c.stage, x.Who, c.want)
				}
			}
		}
		if !found {
			t.Errorf("%s %q: no stage %s", c.lang, c.title, c.stage)
		}
	}
}

// How long a truce on some sites is to last makes no full ceasefire of it.
func TestALongTruceOnSomeSitesIsPartial(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct{ lang, title, want string }{
		{"en", "Ukraine and Russia agree 30-day ceasefire on energy sites", "partial"},
		{"en", "Ukraine accepts US proposal for 30-day ceasefire", "full"},
		{"en", "Moscow rejects full ceasefire, offers energy truce", "full partial"},
		{"uk", "Україна і Росія домовилися про 30-денне енергетичне перемир'я", "partial"},
		{"ru", "Украина и Россия согласовали 30-дневное энергетическое перемирие", "partial"},
		{"de", "Ukraine und Russland vereinbaren 30-tägige Waffenruhe für Energieanlagen", "partial"},
	} {
		var got []string
		for _, x := range r.Tag(Input{Title: c.title, Lang: c.lang}).Tags {
			if x.Facet == "mechanism" {
				got = append(got, x.Value)
			}
		}
		if slices.Sort(got); strings.Join(got, " ") != c.want {
			t.Errorf("%s %q: %q, want %q", c.lang, c.title, got, c.want)
		}
	}
}

// The worst thing to say is a wrong "agreed": what is offered to both binds nobody, and
// who leaves a truce declares none.
func TestAnOfferAndALeaveAreNoAgreement(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct{ lang, title, lede, stage, committed string }{
		{"en", "Washington puts 30-day energy truce to Kyiv and Moscow", "The United States proposed that Ukraine and Russia stop strikes on each other's power plants for 30 days, its envoy said.", "", ""},
		{"de", "USA schlagen Kiew und Moskau 30-tägige Energie-Waffenruhe vor", "Die Vereinigten Staaten haben der Ukraine und Russland eine Waffenruhe für Kraftwerke vorgeschlagen.", "", ""},
		{"de", "USA schlagen 30-tägige vollständige Waffenruhe in der Ukraine vor", "", "proposal", ""},
		{"de", "Vermittler legen Moskau und Kiew einen Plan für eine Waffenruhe vor", "", "proposal", ""},
		{"en", "Türkiye proposes extending energy truce between Ukraine and Russia by 60 days", "Türkiye has proposed to Ukraine and Russia that the energy truce be extended by 60 days.", "proposal", ""},
		{"ru", "Россия объявила о выходе из энергетического перемирия", "Россия прекращает соблюдать энергетическое перемирие с Украиной, заявили в Кремле.", "ended", "one:russia"},
		{"en", "Russia says it is ending energy truce with Ukraine", "Russia is ending its energy truce with Ukraine, the Kremlin said.", "ended", "one:russia"},
		{"en", "Ukraine and Russia agree 30-day energy truce in Istanbul", "Ukraine and Russia agreed on a 30-day energy truce, both delegations said in Istanbul.", "agreed", "both"},
	} {
		it := labelledItem{tags: r.Tag(Input{Title: c.title, Lede: c.lede, Lang: c.lang}).Tags}
		if got := strings.Join(it.values("committed"), ","); got != c.committed {
			t.Errorf("%s: committed %q, want %q", c.title, got, c.committed)
		}
		if c.stage != "" && !slices.Contains(it.values("stage"), c.stage) || c.stage != "agreed" && slices.Contains(it.values("stage"), "agreed") {
			t.Errorf("%s: stages %q, want %q", c.title, it.values("stage"), c.stage)
		}
	}
}
