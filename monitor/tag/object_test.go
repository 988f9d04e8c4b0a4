package tag

import (
	"testing"

	"trucewatch/internal/news"
)

// Who accepts talks accepts no arrangement yet, in each shipped language.
func TestTalksAcceptedAreNoArrangementAccepted(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct {
		lang, title string
		accept      bool
	}{
		{"en", "Ukraine accepts Turkish offer of Istanbul talks on energy truce, Sybiha says", false},
		{"en", "Russia accepts US invitation to ceasefire talks in Riyadh", false},
		{"en", "Russia accepts US ceasefire proposal after talks in Riyadh", true},
		{"en", "Ukraine accepts 30-day ceasefire proposed at talks in Jeddah", true},
		{"en", "Kyiv accepts 30-day truce and talks with Russia", true},
		{"uk", "Україна погоджується на переговори про енергетичне перемир'я в Стамбулі, заявив Сибіга", false},
		{"uk", "Україна погодилася на пропозицію США про 30-денне перемир'я", true},
		{"ru", "Россия согласилась на переговоры с Украиной о прекращении огня", false},
		{"ru", "Россия согласилась на перемирие с Украиной после переговоров", true},
		{"de", "Ukraine akzeptiert Einladung zu Gesprächen mit Russland über eine Waffenruhe", false},
		{"de", "Ukraine akzeptiert 30-tägige Waffenruhe", true},
		{"fr", "L'Ukraine accepte des pourparlers avec la Russie sur une trêve", false},
		{"fr", "L'Ukraine accepte une trêve de 30 jours", true},
		{"pl", "Ukraina akceptuje rozmowy z Rosją o zawieszeniu broni", false},
		{"pl", "Ukraina akceptuje 30-dniowe zawieszenie broni", true},
	} {
		tags := r.Tag(Input{Title: c.title, Lang: c.lang}).Tags
		var stages []string
		accept := false
		for _, g := range tags {
			if g.Facet == "stage" {
				stages = append(stages, g.Value)
				accept = accept || g.Value == "accept"
			}
		}
		if accept != c.accept {
			t.Errorf("%s %q: stages %q", c.lang, c.title, stages)
		}
		if !c.accept && len(stages) == 0 {
			t.Errorf("%s %q: no stage", c.lang, c.title)
		}
	}
}

// Who refuses to come to talks has refused no arrangement, in each shipped language.
func TestTalksRefusedAreNoArrangementRefused(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct {
		lang, title, lede string
		talks             bool
	}{
		{"en", "Russia refuses to attend Istanbul talks with Ukraine on 8 February", "It will not come because the terms of an energy truce are not agreed.", true},
		{"en", "Putin rejects meeting with Zelensky on ceasefire", "", true},
		{"en", "Kremlin rejects 30-day ceasefire after talks in Jeddah", "", false},
		{"en", "Kremlin rejects ceasefire and talks with Kyiv", "", false},
		{"ru", "Россия отказалась от переговоров с Украиной в Стамбуле 8 февраля", "Условия перемирия не согласованы, заявил Песков.", true},
		{"ru", "Кремль отверг перемирие с Украиной на 30 дней", "", false},
		{"uk", "Росія відмовилася від переговорів з Україною в Стамбулі", "", true},
		{"uk", "Росія відкинула 30-денне перемир'я з Україною", "", false},
		{"de", "Putin lehnt Waffenruhe ab", "", false},
		{"fr", "Moscou refuse des pourparlers avec Kiev à Istanbul", "", true},
		{"fr", "Moscou rejette une trêve de 30 jours en Ukraine", "", false},
		{"pl", "Kreml odmawia rozmów z Ukrainą w Stambule, mówi Pieskow", "", true},
		{"pl", "Kreml odrzuca zawieszenie broni na Ukrainie", "", false},
	} {
		out := r.Tag(Input{Title: c.title, Lede: c.lede, Lang: c.lang})
		report := news.Report{Tags: out.Tags}
		if report.Stage() != "reject" {
			t.Errorf("%s %q: stage %q, want reject", c.lang, c.title, report.Stage())
		} else if got := report.RefusesTalks(); got != c.talks {
			t.Errorf("%s %q: refuses talks %v, want %v", c.lang, c.title, got, c.talks)
		}
	}
}
