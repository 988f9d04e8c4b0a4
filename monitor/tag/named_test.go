package tag

import (
	"testing"

	"trucewatch/internal/news"
)

func TestATextThatNamesNothingOfTheConflictIsNeverMain(t *testing.T) {
	p, err := Builtin("russia-ukraine")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []Input{
		{Title: "Truce on the touchline: rival coaches shake hands before cup final", Lede: "The two, who had not spoken since the spring, agreed on a truce before the final.", Lang: "en"},
		{Title: "Truce between rival bakers ends a long quarrel", Lede: "Both agreed to stop undercutting each other.", Lang: "en"},
		{Title: "Waffenruhe im Nachbarschaftsstreit: beide Seiten einigen sich", Lede: "Die Nachbarn wollen die Hecke stehen lassen.", Lang: "de"},
		{Title: "Перемирие на стройке: соседи договорились", Lede: "Шумные работы прекращены до понедельника.", Lang: "ru"},
	} {
		if got := r.Tag(in).Topics[0]; got.Relevance == news.Main {
			t.Errorf("%q: %s (%.2f)", in.Title, got.Relevance, got.Score)
		}
	}
	in := Input{Title: "Truce announced from midnight", Lede: "Russia and Ukraine will stop all strikes, mediators said.", Lang: "en"}
	if got := r.Tag(in).Topics[0]; got.Relevance != news.Main {
		t.Errorf("%q: %s (%.2f), want main: its lede names both", in.Title, got.Relevance, got.Score)
	}
}
