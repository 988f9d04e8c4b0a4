package tag

import (
	"slices"
	"testing"
)

// Talks that ended without a deal were held, and nothing was agreed.
func TestTalksWithoutADealWereHeld(t *testing.T) {
	r := builtinRules(t)
	for _, c := range []struct {
		lang, title string
		held        bool
	}{
		{"en", "Ukraine and Russia end first day of Istanbul talks without agreement on energy truce", true},
		{"en", "Russia-Ukraine ceasefire talks end without breakthrough", true},
		{"en", "Russia-Ukraine ceasefire talks could end without breakthrough", false},
		{"uk", "Перший день переговорів України та Росії у Стамбулі завершився без домовленості про енергетичне перемир'я", true},
		{"ru", "Переговоры России и Украины о перемирии завершились без соглашения", true},
		{"de", "Gespräche zwischen Ukraine und Russland über Waffenruhe enden ohne Einigung", true},
		{"fr", "Les pourparlers entre l'Ukraine et la Russie sur une trêve s'achèvent sans accord", true},
		{"pl", "Rozmowy Ukrainy i Rosji o zawieszeniu broni zakończyły się bez porozumienia", true},
	} {
		tags := r.Tag(Input{Title: c.title, Lang: c.lang}).Tags
		of := func(facet string) (out []string) {
			for _, g := range tags {
				if g.Facet == facet {
					out = append(out, g.Value)
				}
			}
			return out
		}
		stages, claims := of("stage"), of("claim")
		if c.held && (!slices.Contains(stages, "talks") || slices.Contains(stages, "agreed") || len(of("committed")) > 0 || slices.Contains(claims, "negated")) {
			t.Errorf("%s %q: stages %q, committed %q, claims %q", c.lang, c.title, stages, of("committed"), claims)
		}
		if !c.held && !slices.Contains(claims, "negated") && !slices.Contains(claims, "prediction") {
			t.Errorf("%s %q: claims %q", c.lang, c.title, claims)
		}
	}
}

// A truce in effect without attacks is no negated report; a truce not in effect is one.
func TestNoAttacksInATruceInEffectNegateNothing(t *testing.T) {
	r := builtinRules(t)
	for title, negated := range map[string]bool{
		"Energy truce in effect: no strikes on power plants overnight, Ukraine and Russia say": false,
		"Energy truce between Ukraine and Russia not in effect, Kyiv says":                     true,
		"No strikes on Ukrainian power plants, Russia says":                                    true,
	} {
		var claims []string
		for _, g := range r.Tag(Input{Title: title, Lede: "A ceasefire between Ukraine and Russia is being talked about.", Lang: "en"}).Tags {
			if g.Facet == "claim" {
				claims = append(claims, g.Value)
			}
		}
		if slices.Contains(claims, "negated") != negated {
			t.Errorf("%q: claims %q", title, claims)
		}
	}
}
