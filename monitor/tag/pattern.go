package tag

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// A pattern is a row of words, each with alternatives, and gaps between them:
//
//	ceasefire         the word
//	ceasefire*        words beginning so
//	*waffenruh*       words containing it
//	*abkommen         words ending so
//	end|ends _3 war*  one of two words, up to three free words, a word beginning so
//
// Letters are folded like the text's. A pattern never reaches over the end of a sentence.
type pattern struct {
	words []patternWord
}

type patternWord struct {
	gap  int // free words allowed before this one
	alts []wordAlt
}

type wordAlt struct {
	fold                string
	openLeft, openRight bool
}

const (
	maxPatternWords = 8
	maxGap          = 8
	maxPaths        = 600 // of one pattern, its alternatives multiplied out
)

// parsePattern reads one pattern.
func parsePattern(s string) (pattern, error) {
	var p pattern
	gap := 0
	for _, f := range strings.Fields(s) {
		if n, ok := strings.CutPrefix(f, "_"); ok {
			g, err := strconv.Atoi(n)
			if err != nil || g < 1 || g > maxGap {
				return p, fmt.Errorf("gap %q: write _1 to _%d", f, maxGap)
			}
			gap = g
			continue
		}
		w := patternWord{gap: gap}
		gap = 0
		for alt := range strings.SplitSeq(f, "|") {
			a := wordAlt{}
			alt, a.openLeft = strings.CutPrefix(alt, "*")
			alt, a.openRight = strings.CutSuffix(alt, "*")
			for _, r := range alt {
				if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && !isApostrophe(r) {
					return p, fmt.Errorf("%q: only letters, digits, *, | and _N", alt)
				}
			}
			a.fold = foldWord(alt)
			switch n := len([]rune(a.fold)); {
			case n == 0:
				return p, fmt.Errorf("%q: an empty word", f)
			case a.openRight && n < 2, a.openLeft && n < 3:
				return p, fmt.Errorf("%q: too short to be left open", alt)
			}
			w.alts = append(w.alts, a)
		}
		p.words = append(p.words, w)
	}
	switch paths := p.paths(); {
	case len(p.words) == 0:
		return p, fmt.Errorf("%q: no word", s)
	case gap != 0:
		return p, fmt.Errorf("%q ends with a gap", s)
	case p.words[0].gap != 0:
		return p, fmt.Errorf("%q begins with a gap", s)
	case len(p.words) > maxPatternWords:
		return p, fmt.Errorf("%q: more than %d words", s, maxPatternWords)
	case paths > maxPaths:
		return p, fmt.Errorf("%q: %d combinations, more than %d: split it", s, paths, maxPaths)
	}
	return p, nil
}

func (p pattern) paths() int {
	n := 1
	for _, w := range p.words {
		n *= len(w.alts)
	}
	return n
}
