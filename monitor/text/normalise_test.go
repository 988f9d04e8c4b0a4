package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestNormaliseUnifiesWhatReadersCannotTellApart(t *testing.T) {
	same := [][]string{
		{`"Peace" - he said - isn't near`, `“Peace” – he said — isn’t near`, `„Peace“ ‒ he said -- isn` + "`" + `t near`, `«PEACE» - He Said - ISN'T NEAR`},
		{"перемир'я", "перемир’я", "перемирʼя", "Перемир'я"},
		{"a cease\u00adfire", "a\u00a0ceasefire", "a cease\u200bfire", "\u202aa ceasefire\u202c", "a  \n ceasefire\t"},
		{"40 % of 2 km²", "４０ ％ of ２ km2"},
		{"cafe\u0301 talks", "café talks", "CAFÉ talks"},
		{"мед о плане", "мёд о плане"},
		{"Straße", "STRASSE"},
		{"Talks end.", "Talks end. Read more", "Read more: Talks end.", "ADVERTISEMENT Talks end.", "Talks Skip to content end."},
		{"Переговори завершено.", "Переговори завершено. Читайте також"},
	}
	for _, group := range same {
		want := Normalise(group[0])
		for _, s := range group[1:] {
			if got := Normalise(s); got != want {
				t.Errorf("Normalise(%q) = %q, want %q as of %q", s, got, want, group[0])
			}
		}
	}
	for _, pair := range [][2]string{{"30-day truce", "3-day truce"}, {"мир", "мор"}, {"is close", "is not close"}, {"read", "read more of it"}} {
		if Normalise(pair[0]) == Normalise(pair[1]) {
			t.Errorf("%q and %q have the same normal form", pair[0], pair[1])
		}
	}
}

func TestNormaliseTakesOutPhrasesThatOthersHid(t *testing.T) {
	if got := Normalise("Talks read read more more end"); got != "talks end" {
		t.Errorf("got %q", got)
	}
}

func TestContentHashIsVersionedAndStable(t *testing.T) {
	// Stored hashes rest on this value: if it changes, so must the version.
	const want = "v1:3c11e918f691b0782d55bf877523ffb2cedb46927df4802afdf93ac7b484d42c"
	got := ContentHash("Talks end", "No date — “yet” — was set.\nRead more")
	if got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	if other := ContentHash("TALKS END", `No date - "yet" - was set.`); other != got {
		t.Errorf("the same text written otherwise: %s, want %s", other, got)
	}
	if ContentHash("Talks end", "") == ContentHash("", "Talks end") {
		t.Error("title and body are interchangeable")
	}
}

func TestFastFoldingIsSlowFolding(t *testing.T) {
	for r := rune(1); r < 0x3000; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		s := "a" + string(r) + "b"
		if fast, slow := collapsed(appendFolded(nil, s)), collapsed([]byte(foldSlowly(s))); fast != slow {
			t.Fatalf("%U: looked up %q, computed %q", r, fast, slow)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, s := range []string{articleEN, articleUK, articleDE, articleFR, articlePL, "read read more more", "e\u200b\u0301", "\u1160\u1100", "İI\u0307ſ", "\xff\xfe", "--- - –"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Normalise(s)
		if twice := Normalise(once); twice != once {
			t.Errorf("Normalise(%q) = %q, and again %q", s, once, twice)
		}
		if !utf8.ValidString(once) || strings.Contains(once, "  ") || strings.TrimSpace(once) != once {
			t.Errorf("Normalise(%q) = %q: bad encoding or space", s, once)
		}
	})
}

func collapsed(b []byte) string {
	b, _ = collapse(b, nil)
	return string(b)
}
