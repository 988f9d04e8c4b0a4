package tag

import (
	"slices"
	"testing"

	"trucewatch/internal/news"
)

// told lists what a text's tags of a facet say.
func told(tags []news.Tag, facet string) (out []string) {
	for _, g := range tags {
		if g.Facet == facet {
			out = append(out, g.Value)
		}
	}
	return out
}

// Who agrees that something is needed, or to look into it, has agreed to nothing yet.
func TestWeakConsentIsNoArrangement(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct {
		lang, title string
		weak        bool
	}{
		{"en", "Ukraine and Russia agree on the need for a ceasefire, Erdogan says", true},
		{"en", "Russia and Ukraine agree need to create humanitarian corridors, negotiator says", true},
		{"en", "Ukraine and Russia agree in principle to discuss a ceasefire", true},
		{"en", "Kyiv and Moscow agree the truce should be extended, mediator says", true},
		{"en", "Russia and Ukraine agree to work towards a Black Sea ceasefire", true},
		{"de", "Moskau und Kiew einigen sich im Grundsatz, über eine Waffenruhe zu sprechen", true},
		{"fr", "L'Ukraine et la Russie conviennent de la nécessité d'un cessez-le-feu", true},
		{"pl", "Ukraina i Rosja zgodziły się co do potrzeby zawieszenia broni", true},
		{"uk", "Україна і Росія погодилися щодо необхідності припинення вогню, заявив Ердоган", true},
		{"ru", "Украина и Россия согласились с необходимостью прекращения огня, заявил Эрдоган", true},
		{"en", "Ukraine and Russia agree on a 30-day energy truce, Erdogan says", false},
		{"en", "Ukraine and Russia agree on a ceasefire needed for the harvest", false},
		{"en", "Russia and Ukraine agree to create humanitarian corridors, negotiator says", false},
		{"de", "Ukraine und Russland einigen sich auf Waffenruhe", false},
		{"fr", "L'Ukraine et la Russie conviennent d'un cessez-le-feu", false},
		{"pl", "Ukraina i Rosja uzgodniły zawieszenie broni", false},
		{"uk", "Україна і Росія домовилися про припинення вогню, заявив Ердоган", false},
		{"ru", "Украина и Россия договорились о прекращении огня, заявил Эрдоган", false},
	} {
		tags := r.Tag(Input{Title: c.title, Lang: c.lang}).Tags
		stages, who := told(tags, "stage"), told(tags, "committed")
		if agreed := slices.Contains(stages, "agreed") || slices.Contains(stages, "accept") || len(who) > 0; agreed == c.weak || len(stages) == 0 {
			t.Errorf("%s %q: stages %q, committed %q; weak consent is %v", c.lang, c.title, stages, who, c.weak)
		}
	}
}

// A consent to an arrangement beside a weak one is a consent.
func TestAnAgreementBesideAWeakConsentStands(t *testing.T) {
	tags := builtinRules(t).Tag(Input{Title: "Ukraine and Russia agree on the need for a ceasefire", Lede: "Kyiv and Moscow agreed on an energy truce for thirty days and signed it in Istanbul.", Lang: "en"}).Tags
	if got := told(tags, "stage"); !slices.Contains(got, "agreed") {
		t.Errorf("stages %q, want agreed among them", got)
	}
}

// What one side will do as long as the other does is an offer; nothing is kept yet.
func TestKeepingToComeIsNotInEffect(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct{ lang, title, want string }{
		{"uk", "Зеленський: Україна дзеркально дотримуватиметься режиму тиші, якщо Росія припинить удари", "signal"},
		{"uk", "Україна дзеркально діятиме щодо великоднього перемир'я", "signal"},
		{"ru", "Украина будет зеркально соблюдать перемирие, заявил Зеленский", "signal"},
		{"en", "Zelensky: Ukraine will observe energy truce if Russia does", "signal"},
		{"en", "Ukraine will mirror Russian truce, Zelensky says", "signal"},
		{"de", "Ukraine wird Feuerpause spiegelbildlich einhalten, sagt Selenskyj", "signal"},
		{"fr", "L'Ukraine respectera la trêve si la Russie fait de même, dit Zelensky", "signal"},
		{"pl", "Ukraina będzie lustrzanie przestrzegać rozejmu, mówi Zełenski", "signal"},
		{"uk", "Сторони дотримуються перемир'я, заявили Київ і Москва", "in_effect"},
		{"uk", "Перемир'я набуло чинності: Україна і Росія дотримуються режиму тиші", "in_effect"},
		{"ru", "Перемирие вступило в силу: Россия и Украина соблюдают режим тишины", "in_effect"},
	} {
		tags := r.Tag(Input{Title: c.title, Lang: c.lang}).Tags
		stages, who := told(tags, "stage"), told(tags, "committed")
		if len(stages) == 0 || stages[0] != c.want || c.want == "signal" && (len(who) > 0 || slices.Contains(stages, "in_effect") || slices.Contains(stages, "agreed")) {
			t.Errorf("%s %q: stages %q, committed %q, want %s", c.lang, c.title, stages, who, c.want)
		}
	}
}

// Who does not reject talks is open to them.
func TestWhatIsNotRejectedIsNoRefusal(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct {
		lang, title string
		refused     bool
	}{
		{"en", "Russia does not reject Ukraine peace talks, Kremlin says", false},
		{"ru", "Кремль не исключает переговоров с Украиной о перемирии", false},
		{"uk", "Київ не відкидає переговорів з Росією про перемир'я", false},
		{"pl", "Kreml nie wyklucza rozmów z Ukrainą o rozejmie", false},
		{"de", "Moskau schließt Waffenruhe mit Kiew nicht aus", false},
		{"en", "Russia rejects Ukraine peace talks, Kremlin says", true},
		{"ru", "Кремль исключает переговоры с Украиной о перемирии", true},
		{"uk", "Київ відкидає переговори з Росією про перемир'я", true},
		{"pl", "Kreml wyklucza rozmowy z Ukrainą o rozejmie", true},
		{"de", "Moskau schließt Waffenruhe mit Kiew aus", true},
		{"en", "Kyiv is not ready for talks with Russia and rejects truce", true},
	} {
		if got := told(r.Tag(Input{Title: c.title, Lang: c.lang}).Tags, "stage"); slices.Contains(got, "reject") != c.refused || len(got) == 0 {
			t.Errorf("%s %q: stages %q; refused is %v", c.lang, c.title, got, c.refused)
		}
	}
}

// Russia has a hand in other talks: those of Syria are not ours, wherever the text says
// that they are Syria's.
func TestTalksOfAnotherConflictAreNotOurs(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct {
		title, lede string
		ours        bool
	}{
		{"Moscow backs new round of peace talks in Geneva", "The talks on Syria are to resume next week, the UN envoy said.", false},
		{"Russia-backed peace talks open in Astana", "Delegations of the Syrian government and rebels met for talks on a ceasefire.", false},
		{"Putin's envoy joins ceasefire talks in Damascus", "", false},
		{"Moscow backs new round of peace talks in Geneva", "The delegations of Russia and Ukraine are to meet next week, as talks on Syria go on elsewhere.", true},
		{"US holds talks on Iran and Ukraine in Geneva", "", true},
		{"Moscow backs new round of peace talks in Geneva", "The Kremlin said that it would send a delegation next week.", true},
	} {
		res := r.Tag(Input{Title: c.title, Lede: c.lede, Lang: "en"})
		ours := len(res.Topics) > 0 && res.Topics[0].Relevance == news.Main
		if ours != c.ours {
			t.Errorf("%q, %q: ours %v, want %v", c.title, c.lede, ours, c.ours)
		}
	}
}
