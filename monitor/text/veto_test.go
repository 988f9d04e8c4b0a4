package text

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The traps of real news: pairs that share their words and not their meaning.
func TestVetoesFindWhatWordsHide(t *testing.T) {
	for _, c := range []struct{ lang, a, b, kind string }{
		{"en", "Kyiv proposes a 30-day truce", "Kyiv proposes a 3-day truce", VetoNumbers},
		{"en", "What we know on day 412", "What we know on day 413", VetoNumbers},
		{"en", "Second round of talks ends", "Third round of talks ends", VetoNumbers},
		{"en", "The 2nd round", "The third round", VetoNumbers},
		{"en", "Strike kills twenty-one", "Strike kills twenty-two", VetoNumbers},
		{"en", "A deal is close", "A deal is not close", VetoNegation},
		{"en", "Putin will come", "Putin won't come", VetoNegation},
		{"en", "Date set for talks", "No date set for talks", VetoNegation},
		{"en", "Russia accuses Ukraine of breaking the truce", "Ukraine accuses Russia of breaking the truce", VetoActors},
		{"en", "Moscow agrees to the plan", "Moscow refuses the plan", VetoPolarity},
		{"en", "Ceasefire begins in Sumy", "Ceasefire collapses in Sumy", VetoPolarity},
		{"en", "Putin declares Easter truce", "Putin declares Victory Day truce", VetoOccasion},
		{"en", "Lavrov calls Rubio", "Lavrov calls Erdogan", VetoActors},
		{"en", "Briefing for Monday", "Briefing for Tuesday", VetoOccasion},
		{"uk", "Київ пропонує перемир'я на 30 днів", "Київ пропонує перемир'я на 3 дні", VetoNumbers},
		{"uk", "Другий раунд переговорів завершено", "Третій раунд переговорів завершено", VetoNumbers},
		{"uk", "Дату визначено", "Дату не визначено", VetoNegation},
		{"uk", "Росія звинуватила Україну", "Україна звинуватила Росію", VetoActors},
		{"uk", "Москва погодилася на план", "Москва відмовилася від плану", VetoPolarity},
		{"uk", "Великоднє перемир'я", "Різдвяне перемир'я", VetoOccasion},
		{"ru", "Второй раунд переговоров", "Третий раунд переговоров", VetoNumbers},
		{"ru", "Перемирие на три дня", "Перемирие на 30 дней", VetoNumbers},
		{"ru", "Сделка близка", "Сделка не близка", VetoNegation},
		{"ru", "Россия обвинила Украину в нарушении", "Украина обвинила Россию в нарушении", VetoActors},
		{"ru", "Кремль подтвердил встречу", "Кремль опроверг встречу", VetoPolarity},
		{"ru", "Пасхальное перемирие", "Перемирие ко Дню Победы", VetoOccasion},
		{"de", "Zweite Runde beendet", "Dritte Runde beendet", VetoNumbers},
		{"de", "Es gibt einen Termin", "Es gibt keinen Termin", VetoNegation},
		{"de", "Russland beschuldigt die Ukraine", "Die Ukraine beschuldigt Russland", VetoActors},
		{"de", "Moskau bestätigt Treffen", "Moskau dementiert Treffen", VetoPolarity},
		{"de", "Waffenruhe zu Ostern", "Waffenruhe zu Weihnachten", VetoOccasion},
		{"fr", "Deuxième tour des pourparlers", "Troisième tour des pourparlers", VetoNumbers},
		{"fr", "Un accord est proche", "Un accord n'est pas proche", VetoNegation},
		{"fr", "La Russie accuse l'Ukraine", "L'Ukraine accuse la Russie", VetoActors},
		{"fr", "Moscou accepte la trêve", "Moscou rejette la trêve", VetoPolarity},
		{"fr", "Trêve de Pâques", "Trêve de Noël", VetoOccasion},
		{"pl", "Druga runda rozmów", "Trzecia runda rozmów", VetoNumbers},
		{"pl", "Termin ustalono", "Terminu nie ustalono", VetoNegation},
		{"pl", "Rosja oskarża Ukrainę", "Ukraina oskarża Rosję", VetoActors},
		{"pl", "Moskwa przyjęła plan", "Moskwa odrzuciła plan", VetoPolarity},
		{"pl", "Rozejm wielkanocny", "Rozejm na Boże Narodzenie", VetoOccasion},
		{"sv", "Andra rundan avslutad", "Tredje rundan avslutad", VetoNumbers},
		{"sv", "Ett avtal är nära", "Ett avtal är inte nära", VetoNegation},
		{"sv", "Ryssland anklagar Ukraina", "Ukraina anklagar Ryssland", VetoActors},
		{"sv", "Moskva accepterar planen", "Moskva avvisar planen", VetoPolarity},
		{"sv", "Vapenvila i påsk", "Vapenvila i jul", VetoOccasion},
	} {
		a, b := FeaturesOf(c.a, c.lang), FeaturesOf(c.b, c.lang)
		vetoes := Vetoes(a, b)
		if !slices.ContainsFunc(vetoes, func(v Veto) bool { return v.Kind == c.kind }) {
			t.Errorf("%s: %q / %q: vetoes %v, want one of %s\n%+v\n%+v", c.lang, c.a, c.b, vetoes, c.kind, a, b)
		}
		if got := contradicts(&a, &b); !got {
			t.Errorf("%s: %q / %q: Vetoes and contradicts differ", c.lang, c.a, c.b)
		}
		var named Disagreement
		for _, v := range vetoes {
			switch v.Kind {
			case VetoNumbers:
				named.Numbers = true
			case VetoNegation:
				named.Negation = true
			case VetoPolarity:
				named.Polarity = true
			case VetoActors:
				named.Actors = true
			case VetoOccasion:
				named.Occasion = true
			}
		}
		if got := Disagree(&a, &b); got != named {
			t.Errorf("%s: %q / %q: Disagree says %+v, Vetoes %v", c.lang, c.a, c.b, got, vetoes)
		}
		if n := testing.AllocsPerRun(10, func() { Disagree(&a, &b) }); n != 0 {
			t.Errorf("%q / %q: Disagree allocates %v times", c.a, c.b, n)
		}
	}
}

func TestNoVetoBetweenTwoWordingsOfOneFact(t *testing.T) {
	for _, c := range []struct{ lang, a, b string }{
		{"en", "Moscow refuses a 30-day truce", "The Kremlin rejects a thirty-day truce"},
		{"en", "1,000 prisoners exchanged", "1000 prisoners are exchanged"},
		{"en", "$1.5bn for repairs", "1.5 billion dollars for repairs"},
		{"en", "Moscow broke the truce, Kyiv says", "Kyiv says Moscow broke the truce"},
		{"en", "Talks end in Geneva", "Talks end in Geneva after four hours"},
		{"en", "It isn't over", "It is not over"},
		{"en", "Seven dead in Sumy", "7 dead in Sumy"},
		{"en", "Talks on 5 May", "Talks on May 5"},
		{"uk", "П'ять загиблих у Сумах", "5 загиблих у Сумах"},
		{"uk", "Перемир’я почалося", "Перемир'я розпочалося"},
		{"ru", "1 000 пленных", "1000 пленных"},
		{"ru", "Третья встреча", "3-я встреча"},
		{"de", "1.000 Gefangene", "1000 Gefangene"},
		{"de", "Der 3. Gipfel", "Der dritte Gipfel"},
		{"fr", "Il n'y a pas de trêve", "Pas de trêve"},
		{"fr", "2,5 millions", "2,5 millions d'euros"},
		{"pl", "30 dni rozejmu", "trzydzieści dni rozejmu"},
		{"sv", "Tio fångar", "10 fångar"},
	} {
		if v := Vetoes(FeaturesOf(c.a, c.lang), FeaturesOf(c.b, c.lang)); len(v) > 0 {
			t.Errorf("%s: %q / %q: %v", c.lang, c.a, c.b, v)
		}
	}
}

func TestFeaturesMeanTheSameInEveryLanguage(t *testing.T) {
	want := FeaturesOf("Russia accuses Ukraine of 3 violations on Monday, Lavrov", "en")
	for lang, s := range map[string]string{
		"uk": "Росія звинувачує Україну: 3 порушення в понеділок, Лавров",
		"ru": "Россия обвиняет Украину: 3 нарушения в понедельник, Лавров",
		"de": "Russland beschuldigt die Ukraine: 3 Verletzungen am Montag, Lawrow",
		"fr": "La Russie accuse l'Ukraine : 3 violations lundi, Lavrov",
		"pl": "Rosja oskarża Ukrainę: 3 naruszenia w poniedziałek, Ławrow",
		"sv": "Ryssland anklagar Ukraina: 3 kränkningar på måndagen, Lavrov",
	} {
		got := FeaturesOf(s, lang)
		if !slices.Equal(got.Actors, want.Actors) || !slices.Equal(got.Numbers, want.Numbers) || got.Occasions != want.Occasions {
			t.Errorf("%s: %+v, want %+v", lang, got, want)
		}
	}
}

func TestEveryShippedLanguageHasEveryClass(t *testing.T) {
	for _, lang := range []string{"en", "uk", "ru", "de", "fr", "pl", "sv"} {
		l := lexiconOf(lang)
		poles, named, values := map[uint8]bool{}, map[uint8]bool{}, map[uint64]bool{}
		kinds := map[senseKind]bool{}
		for _, e := range l.entries {
			kinds[e.sense.kind] = true
			switch e.sense.kind {
			case polarity:
				poles[e.sense.id] = true
			case occasion:
				named[e.sense.id] = true
			case number:
				values[e.sense.value/numberUnit] = true
			}
		}
		for p := range uint8(2 * len(axes)) {
			if !poles[p] {
				t.Errorf("%s: axis %s has no word for pole %d", lang, axes[p/2], p%2)
			}
		}
		for n := uint64(1); n <= 12; n++ {
			if !values[n] {
				t.Errorf("%s: no word for %d", lang, n)
			}
		}
		for _, o := range []string{"easter", "christmas", "newyear", "victoryday", "monday", "sunday", "january", "december"} {
			if !named[indexOf(occasions, o)] {
				t.Errorf("%s: no word for %s", lang, o)
			}
		}
		for _, k := range []senseKind{negation, speech, act, scale, actor} {
			if !kinds[k] {
				t.Errorf("%s: no word of kind %d", lang, k)
			}
		}
	}
}

func TestFeaturesSurviveEncoding(t *testing.T) {
	for _, s := range []string{titleEN, articleEN, titleUK, "no", "1.5 bn on 5 May", ""} {
		f := FeaturesOf(s, "en")
		if got := decodeFeatures(appendFeatures(nil, &f)); !reflect.DeepEqual(got, f) {
			t.Errorf("%.40q: got %+v, want %+v", s, got, f)
		}
	}
}

// Identity is strict about people of one side: what one of them does, the other did
// not. The grouping into developments is not: both may speak of one event.
func TestOneManIsNotAnotherOfHisSide(t *testing.T) {
	for _, c := range []struct {
		a, b string
		veto bool
	}{
		{"Umerov meets Witkoff in Jeddah", "Umerov meets Kellogg in Jeddah", true},
		{"Putin sets terms for a truce", "Peskov sets terms for a truce", true},
		{"Kremlin sets terms for a truce", "Peskov sets terms for a truce", false},
		{"Washington and Trump are patient", "Rubio is patient, says Washington", false},
	} {
		a, b := FeaturesOf(c.a, "en"), FeaturesOf(c.b, "en")
		got := slices.ContainsFunc(Vetoes(a, b), func(v Veto) bool { return v.Kind == VetoActors })
		if got != c.veto || Disagree(&a, &b).Actors {
			t.Errorf("%q / %q: vetoes %v, Disagree %+v; want a veto %v and no disagreement", c.a, c.b, Vetoes(a, b), Disagree(&a, &b), c.veto)
		}
	}
}

func TestContrastsAreUnambiguous(t *testing.T) {
	seen := map[uint32]string{}
	subject, n := 0, 0
	for line := range strings.Lines(contrastWords) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		sides := strings.Split(line, "|")
		if subject >= len(choices{}.sides) || len(sides) < 2 || len(sides) > 8 {
			t.Errorf("row %d has %d sides", subject, len(sides))
		}
		for _, side := range sides {
			for _, w := range strings.Fields(side) {
				var sc scanner
				sc.scan(w)
				if len(sc.words) != 1 {
					t.Fatalf("%q is %d words", w, len(sc.words))
				}
				h := uint32(sc.words[0].hash) & wordHash
				if other, ok := seen[h]; ok {
					t.Errorf("%q and %q are one to the table", w, other)
				}
				seen[h] = w
				n++
			}
		}
		subject++
	}
	if n != len(contrasts) || n < 100 {
		t.Errorf("%d words in the table, %d found by hash", n, len(contrasts))
	}
}

func TestABylineIsNoNews(t *testing.T) {
	for s, want := range map[string]bool{
		"By Anna Example": true,
		"By Anna Example and Peter Other in Ankara":           true,
		"Reporting by Anna Example; editing by Peter Other":   true,
		"Von Anna Beispiel und Peter Anders":                  true,
		"Par Anne Exemple et Pierre Autre":                    true,
		"Автор: Ганна Приклад":                                true,
		"Текст: Анна Пример и Пётр Другой":                    true,
		"By Friday the sides are to name their observers":     false,
		"By Anna Example's count 40 towns were without power": false,
		"Reporting by 12 May":                                 false,
		"Von Anna Beispiel kam kein Widerspruch":              false,
		"Von":                                                 false,
		"Текст соглашения передан Украине и России в Анкаре во среду": false,
	} {
		var sc scanner
		sc.scan(s)
		if got := isByline(&sc); got != want {
			t.Errorf("%q: a byline %v, want %v", s, got, want)
		}
	}
}
