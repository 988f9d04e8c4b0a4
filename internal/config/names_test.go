package config

import (
	"regexp"
	"strings"
	"testing"
)

func TestNamesAreLettersDigitsAndAFewMarks(t *testing.T) {
	spec := regexp.MustCompile(`^[\pL\pN][\pL\pN ._-]*$`)
	place := regexp.MustCompile(`^[\pL\pN][\pL\pN\pM '’().,_-]*$`)
	for _, s := range []string{"", "a", "Ранок", "morning 2.0_b-c", " a", "-a", "a\n", "a\xff", "Slov’yansk", "Kramators'k (north), 2", "й", "й", "ⅷ", "①a", "a/b", "a\u202e"} {
		if got, want := isSpecName(s), spec.MatchString(s); got != want {
			t.Errorf("isSpecName(%q) = %v, want %v", s, got, want)
		}
		if got, want := isPlaceName(s), place.MatchString(s); got != want {
			t.Errorf("isPlaceName(%q) = %v, want %v", s, got, want)
		}
	}
	for n, want := range map[int][2]bool{64: {true, true}, 65: {false, true}, 100: {false, true}, 101: {}} {
		s := strings.Repeat("я", n)
		if got := [2]bool{isSpecName(s), isPlaceName(s)}; got != want {
			t.Errorf("%d letters: %v, want %v", n, got, want)
		}
	}
}
