package tag

import (
	"slices"
	"testing"
)

// A meeting that is announced or agreed is the meeting alone: what stands on its agenda is
// neither agreed nor carried out, and commits nobody.
func TestWhatStandsOnAnAgendaIsNotAgreed(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct {
		lang, title, lede string
		agreed            bool
	}{
		{"en", "Ukraine and Russia to meet in Istanbul on Friday", "Umerov said the agenda includes an exchange of prisoners and extending the energy truce.", false},
		{"en", "Ukraine and Russia to meet in Istanbul, exchange of prisoners on the agenda", "Turkey's foreign ministry announced the meeting.", false},
		{"en", "Ukraine and Russia to meet in Istanbul to agree prisoner exchange", "", false},
		{"en", "Umerov announces Istanbul meeting with Russia on prisoner exchange", "", false},
		{"en", "Kyiv, Moscow agree on new Istanbul round, prisoner exchange on agenda", "", false},
		{"ru", "Украина и Россия встретятся в Стамбуле", "В повестке обмен пленными и продление перемирия, объявил Умеров.", false},
		{"ru", "Умеров объявил о встрече с Россией в Стамбуле, на повестке обмен пленными", "", false},
		{"uk", "Умєров оголосив про зустріч з Росією у Стамбулі, на порядку денному обмін полоненими", "", false},
		{"uk", "Україна і Росія зустрінуться у Стамбулі", "Сторони домовилися про зустріч 2 червня. На порядку денному обмін полоненими.", false},
		{"de", "Umjerow kündigt Treffen mit Russland in Istanbul an, Gefangenenaustausch auf der Tagesordnung", "", false},
		{"fr", "Oumerov annonce une rencontre avec la Russie à Istanbul, échange de prisonniers à l'ordre du jour", "", false},
		{"pl", "Umierow ogłosił spotkanie z Rosją w Stambule, w programie wymiana jeńców", "", false},
		{"en", "Umerov announces prisoner exchange with Russia after Istanbul talks", "", true},
		{"en", "Ukraine and Russia agree prisoner exchange at Istanbul meeting", "", true},
		{"en", "Ukraine and Russia agree on prisoner swap in Istanbul, to meet again next week", "", true},
		{"ru", "Россия и Украина договорились об обмене пленными на встрече в Стамбуле", "", true},
		{"uk", "Умєров оголосив про обмін полоненими після зустрічі в Стамбулі", "", true},
	} {
		tags := r.Tag(Input{Title: c.title, Lede: c.lede, Lang: c.lang}).Tags
		stages, who := told(tags, "stage"), told(tags, "committed")
		agreed := slices.Contains(stages, "agreed") || slices.Contains(stages, "in_effect")
		if agreed != c.agreed || len(who) > 0 != c.agreed || len(stages) == 0 {
			t.Errorf("%s %q: stages %q, committed %q; agreed is %v", c.lang, c.title, stages, who, c.agreed)
		}
	}
}
