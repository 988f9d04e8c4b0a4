package tag

import (
	"slices"
	"testing"
)

// A consent that is negated or denied is a refusal, whatever the language puts where, and
// commits nobody; a refusal that is negated is none.
func TestNegatedConsentAndRefusal(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct{ lang, title, want, who string }{
		{"en", "Russia does not accept a ceasefire, Peskov says", "reject", "russia"},
		{"en", "Moscow did not agree to a 30-day truce", "reject", "russia"},
		{"en", "Russia and Ukraine fail to agree on ceasefire", "reject", ""},
		{"en", "Kyiv will sign no ceasefire without guarantees", "reject", "ukraine"},
		{"en", "Ukraine doesn't accept Russia's truce", "reject", "ukraine"},
		{"en", "Kremlin denies it agreed to extend energy truce", "reject", "russia"},
		{"en", "Moscow denies having accepted ceasefire", "reject", "russia"},
		{"en", "Kremlin: Russia never agreed to extend the truce", "reject", "russia"},
		{"ru", "Россия не согласна на перемирие, заявил Песков", "reject", "russia"},
		{"ru", "Москва не согласилась на прекращение огня", "reject", "russia"},
		{"ru", "Кремль опроверг согласие на перемирие", "reject", "russia"},
		{"ru", "Москва отрицает, что согласилась на перемирие", "reject", "russia"},
		{"uk", "Україна не згодна на перемир'я, заявив Зеленський", "reject", "ukraine"},
		{"uk", "Росія не погодилася на припинення вогню", "reject", "russia"},
		{"uk", "Москва заперечує, що погодилася на перемир'я", "reject", "russia"},
		{"uk", "Київ не підписав угоду про перемир'я", "reject", "ukraine"},
		{"de", "Russland ist mit einer Waffenruhe nicht einverstanden", "reject", "russia"},
		{"de", "Moskau stimmt einer Waffenruhe nicht zu", "reject", "russia"},
		{"de", "Kiew akzeptiert keine Feuerpause, sagt Selenskyj", "reject", "ukraine"},
		{"de", "Russland akzeptiert die Waffenruhe nicht", "reject", "russia"},
		{"de", "Ukraine und Russland einigen sich nicht auf Waffenruhe", "reject", ""},
		{"de", "Moskau bestreitet, einer Waffenruhe zugestimmt zu haben", "reject", "russia"},
		{"fr", "La Russie n'accepte pas de cessez-le-feu, dit Peskov", "reject", "russia"},
		{"fr", "Moscou dément avoir accepté un cessez-le-feu", "reject", "russia"},
		{"fr", "L'Ukraine n'a pas accepté la trêve", "reject", "ukraine"},
		{"fr", "La Russie n'est pas d'accord avec une trêve", "reject", "russia"},
		{"pl", "Rosja nie zgadza się na zawieszenie broni", "reject", "russia"},
		{"pl", "Moskwa zaprzecza, że zgodziła się na rozejm", "reject", "russia"},
		{"pl", "Ukraina nie akceptuje rozejmu, mówi Zełenski", "reject", "ukraine"},

		{"en", "Zelensky not against direct talks with Putin", "signal", ""},
		{"en", "Kremlin does not rule out ceasefire", "signal", ""},
		{"en", "Ukraine does not reject truce proposal", "signal", ""},
		{"en", "Russia has not rejected ceasefire, Kremlin says", "signal", ""},
		{"en", "Kremlin denies it rejected ceasefire", "signal", ""},
		{"uk", "Україна не відмовлялася від перемир'я, заявив Зеленський", "signal", ""},
		{"uk", "Україна не проти прямих переговорів з Росією", "signal", ""},
		{"ru", "Россия не отказывалась от переговоров, заявил Песков", "signal", ""},
		{"ru", "Кремль не исключает перемирия", "signal", ""},
		{"de", "Kreml schließt Waffenruhe nicht aus", "signal", ""},
		{"de", "Kiew lehnt Waffenruhe nicht ab", "signal", ""},
		{"fr", "Kiev n'exclut pas un cessez-le-feu", "signal", ""},
		{"fr", "Moscou n'a pas rejeté la trêve, dit Peskov", "signal", ""},
		{"pl", "Kreml nie wyklucza rozejmu", "signal", ""},
		{"pl", "Ukraina nie odrzuca zawieszenia broni", "signal", ""},

		{"en", "Russia accepts ceasefire, Peskov says", "accept", "russia"},
		{"en", "Not only Kyiv: Moscow accepts ceasefire, Peskov says", "accept", "russia"},
		{"uk", "Україна погодилася на перемир'я", "accept", "ukraine"},
		{"ru", "Россия согласилась на перемирие", "accept", "russia"},
		{"de", "Moskau stimmt einer Waffenruhe zu", "accept", "russia"},
		{"fr", "Moscou accepte un cessez-le-feu", "accept", "russia"},
		{"pl", "Rosja zgadza się na rozejm", "accept", "russia"},
		{"en", "Moscow rejects ceasefire, Kyiv says", "reject", "russia"},
	} {
		tags := r.Tag(Input{Title: c.title, Lang: c.lang}).Tags
		stages, committed := told(tags, "stage"), told(tags, "committed")
		if len(stages) == 0 || stages[0] != c.want || len(committed) > 0 {
			t.Errorf("%s %q: stages %q, committed %q, want %s first and nobody", c.lang, c.title, stages, committed, c.want)
			continue
		}
		for _, other := range []string{"accept", "agreed", "reject"} {
			if other != c.want && slices.Contains(stages, other) {
				t.Errorf("%s %q: stages %q: %s contradicts %s", c.lang, c.title, stages, other, c.want)
			}
		}
		for _, g := range tags {
			if g.Facet == "stage" && g.Value == c.want && g.Who != c.who {
				t.Errorf("%s %q: %s by %q, want %q", c.lang, c.title, g.Value, g.Who, c.who)
			}
		}
	}
}

// What else a title tells as done stands beside a consent that did not come, and consent
// that is still to come is no refusal.
func TestNegatedConsentBesideWhatIsDone(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct {
		lang, title   string
		agreed, refus bool
	}{
		{"en", "Ukraine and Russia agree on 1,000-for-1,000 prisoner swap in Istanbul, no ceasefire agreed", true, true},
		{"ru", "Путин объявил перемирие на сутки, Киев не согласен", true, true},
		{"en", "Ukraine and Russia agree on 30-day energy truce, full ceasefire not agreed", true, true},
		{"en", "Russia has not yet agreed to ceasefire, Macron says", false, false},
		{"de", "Moskau hat der Waffenruhe noch nicht zugestimmt, sagt Selenskyj", false, false},
		{"uk", "Москва поки не погодилася на перемир'я, каже Зеленський", false, false},
	} {
		stages := told(r.Tag(Input{Title: c.title, Lang: c.lang}).Tags, "stage")
		if got := slices.Contains(stages, "agreed"); got != c.agreed {
			t.Errorf("%s %q: stages %q, agreed %v, want %v", c.lang, c.title, stages, got, c.agreed)
		}
		if got := slices.Contains(stages, "reject"); got && !c.refus || slices.Contains(stages, "accept") && !c.agreed {
			t.Errorf("%s %q: stages %q, refused %v, want %v", c.lang, c.title, stages, got, c.refus)
		}
	}
}

// To speak of an extension extends nothing; who has extended has declared.
func TestAnExtensionCountsWhenItIsDone(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct {
		lang, title, committed string
	}{
		{"en", "Trump suggests extending energy truce between Russia and Ukraine", ""},
		{"en", "Too early to discuss extending truce, Kremlin says", ""},
		{"en", "Turkey proposes to extend truce between Russia and Ukraine", ""},
		{"en", "Zelensky: Ukraine wants to extend Easter truce", ""},
		{"en", "Russia may extend Easter truce, Peskov says", ""},
		{"en", "Easter truce could be extended, Kremlin says", ""},
		{"ru", "Турция предложила продлить перемирие между Россией и Украиной", ""},
		{"ru", "Песков: говорить о продлении перемирия рано", ""},
		{"uk", "Україна пропонує продовжити перемир'я", ""},
		{"uk", "Песков: зарано говорити про продовження перемир'я", ""},
		{"de", "Erdogan schlägt vor, die Waffenruhe in der Ukraine zu verlängern", ""},
		{"de", "Kreml: Verlängerung der Waffenruhe noch kein Thema", ""},
		{"fr", "Kiev propose de prolonger la trêve", ""},
		{"fr", "Le Kremlin juge prématuré de discuter d'une prolongation de la trêve avec l'Ukraine", ""},
		{"pl", "Ukraina proponuje przedłużenie rozejmu", ""},
		{"pl", "Kreml: za wcześnie mówić o przedłużeniu rozejmu z Ukrainą", ""},
		{"en", "Putin extends Easter truce", "one:russia"},
		{"en", "Ukraine, Russia extend energy truce for 30 days", "both"},
		{"en", "Russia and Ukraine agree to extend grain deal", "both"},
		{"ru", "Путин продлил перемирие на сутки", "one:russia"},
		{"uk", "Путін продовжив перемир'я на добу", "one:russia"},
		{"de", "Putin verlängert Waffenruhe um einen Tag", "one:russia"},
		{"de", "Russland und die Ukraine verlängern Waffenruhe", "both"},
		{"fr", "Poutine prolonge la trêve d'une journée", "one:russia"},
		{"pl", "Putin przedłużył rozejm o dobę", "one:russia"},
	} {
		tags := r.Tag(Input{Title: c.title, Lang: c.lang}).Tags
		stages, who := told(tags, "stage"), told(tags, "committed")
		if done := c.committed != ""; slices.Contains(stages, "agreed") != done || done != slices.Equal(who, []string{c.committed}) || !done && len(who) > 0 {
			t.Errorf("%s %q: stages %q, committed %q, want %q", c.lang, c.title, stages, who, c.committed)
		}
	}
}

// An exchange that is to come is agreed, not carried out; being ready for one is neither.
func TestAnExchangeToComeIsNotCarriedOut(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct{ lang, title, want string }{
		{"en", "Ukraine and Russia to exchange 250 prisoners on Friday, Umerov says", "agreed"},
		{"en", "Russia and Ukraine will exchange 1,000 prisoners each", "agreed"},
		{"en", "Ukraine, Russia to swap 300 prisoners under Istanbul deal", "agreed"},
		{"en", "Russia to hand over 1,000 bodies to Ukraine on Saturday", "agreed"},
		{"fr", "Kiev et Moscou vont échanger 250 prisonniers", "agreed"},
		{"fr", "L'Ukraine et la Russie échangeront 250 prisonniers", "agreed"},
		{"ru", "Россия и Украина обменяют по 250 пленных", "agreed"},
		{"ru", "Москва и Киев обменяются пленными, заявил Мединский", "agreed"},
		{"uk", "Україна і Росія обміняють по 250 полонених", "agreed"},
		{"uk", "Україна та Росія обміняються полоненими, заявив Умєров", "agreed"},
		{"de", "Ukraine und Russland werden 250 Gefangene austauschen", "agreed"},
		{"pl", "Ukraina i Rosja wymienią 250 jeńców", "agreed"},
		{"en", "Ukraine and Russia exchanged 250 prisoners", "in_effect"},
		{"en", "Russia and Ukraine swap 300 prisoners", "in_effect"},
		{"fr", "Kiev et Moscou ont échangé 250 prisonniers", "in_effect"},
		{"ru", "Россия и Украина обменяли по 250 пленных", "in_effect"},
		{"uk", "Україна і Росія обмінялися полоненими", "in_effect"},
		{"de", "Ukraine und Russland tauschen 250 Gefangene aus", "in_effect"},
		{"pl", "Ukraina i Rosja wymieniły 250 jeńców", "in_effect"},
		{"en", "Ukraine ready to exchange all prisoners with Russia, Zelensky says", ""},
		{"de", "Ukraine und Russland wollen 250 Gefangene austauschen", ""},
		{"fr", "Kiev et Moscou prêts à échanger 250 prisonniers", ""},
	} {
		stages := told(r.Tag(Input{Title: c.title, Lang: c.lang}).Tags, "stage")
		for _, s := range []string{"agreed", "in_effect"} {
			if slices.Contains(stages, s) != (s == c.want) {
				t.Errorf("%s %q: stages %q, want %q of agreed and in_effect", c.lang, c.title, stages, c.want)
			}
		}
	}
}
