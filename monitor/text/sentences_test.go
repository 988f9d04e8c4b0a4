package text

import (
	"slices"
	"strings"
	"testing"
)

func TestSentencesEndWhereReadersStop(t *testing.T) {
	for _, c := range []struct {
		name string
		want []string // joined by a space, they are the input
	}{
		{"titles and initials", []string{"Mr. J. D. Vance met Gen. Keith Kellogg in St. Louis.", "They spoke for an hour."}},
		{"decimals", []string{"Output fell 3.5 percent to 1.25 million.", "Nobody was hurt."}},
		{"acronyms", []string{"The U.S. State Department confirmed it.", "Kyiv did not."}},
		{"months", []string{"The truce ends on Jan. 7 at noon.", "Talks resume on Feb. 2."}},
		{"quotes", []string{`"We refuse."`, `He left.`, `"Will he return?" asked Ms. Bondar.`}},
		{"questions and dots", []string{"Will it hold?", "Nobody knows...", "It may not!"}},
		{"company", []string{"Gazprom Neft Inc. and others fell.", "No. 2 is open."}},
		{"uk", []string{"Зустріч відбулася на вул. Банковій о 10-й.", "Рішень не ухвалили.", "«Ми чекаємо», – сказав А. Сибіга.", "Переговори тривають."}},
		{"uk years", []string{"У 2025 р. Україна погодилася.", "Росія відмовилася."}},
		{"ru", []string{"По словам В. В. Путина, в т.ч. и по ул. Ленина, удары прекращены.", "«Это не так», – заявил Киев.", "Дата не назначена."}},
		{"de", []string{"Am 9. Mai beginnt die 3. Runde, z.B. in Genf.", "Der Termin steht."}},
		{"fr", []string{"M. Macron a parlé à Mme. Baerbock.", "« Nous refusons. »", "Il est parti."}},
		{"pl", []string{"Rozmowy odbyły się 24. kwietnia m.in. w Genewie.", "Prof. Nowak nie przyjechał."}},
		{"sv", []string{"Mötet hölls bl.a. i Genève.", "Inget datum har satts."}},
	} {
		text := strings.Join(c.want, " ")
		if got := Sentences(text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q\n got %q\nwant %q", c.name, text, got, c.want)
		}
	}
}

func TestParagraphsBreakAndWrappedLinesDoNot(t *testing.T) {
	in := "Talks in Geneva\nDelegations met and\nagreed on a list\n\nno date was set\r\nKyiv said so"
	want := []string{"Talks in Geneva", "Delegations met and\nagreed on a list", "no date was set", "Kyiv said so"}
	if got := Sentences(in); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEndlessTextIsCut(t *testing.T) {
	for _, s := range Sentences(strings.Repeat("word ", 10000)) {
		if len(s) > longSentence+10 {
			t.Fatalf("a sentence of %d bytes", len(s))
		}
	}
}

func FuzzSentences(f *testing.F) {
	for _, s := range []string{articleEN, articleUK, articleRU, articleDE, articleFR, articlePL, articleSV, "a.\n\nB", "… ", "停火。谈判！", "\xff. A", "1. Mai. A.B. c\u2029d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parts := Sentences(s)
		for _, p := range parts {
			if strings.TrimSpace(p) == "" {
				t.Errorf("an empty sentence of %q", s)
			}
		}
		// Cutting may fall between words only, but where a script has no spaces.
		strip := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got, want := strip(strings.Join(parts, " ")), strip(s); got != want {
			t.Errorf("words lost of %q: %q", s, parts)
		}
	})
}
