package tag

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Codes a rune folds to. Letters that occur in a pattern get codes from
// firstLetter up; every other letter is `foreign` and matches nothing.
const (
	cBreak   uint8 = iota // ends a word
	cDrop                 // combining marks, soft hyphens: as if not there
	cApos                 // dropped between letters of a script that writes it inside words, else a break
	cExpand               // folds to several letters
	cStop                 // . ! ? … end a sentence when a blank and no lower-case letter follow
	cHard                 // newline, | and ; always end a sentence
	cDash                 // a dash between blanks ends a sentence outside titles
	cForeign              // a letter no pattern uses
	firstLetter
)

// letterCodes is how many codes there are: the trie's nodes carry one bit for each.
const letterCodes = 128

// maxLetters is how many different folded letters all packs may use together.
const maxLetters = letterCodes - int(firstLetter)

// wideRunes is the size of the table for runes beyond ASCII: it holds Latin,
// Greek, Cyrillic, Armenian, Hebrew and Arabic. Later runes are looked up slowly.
const wideRunes = 0x700

// latin folds letters with diacritics, and others that sources spell both ways.
var latin = foldTable(
	"a", "àáâãäåāăąǎ", "c", "çćĉċč", "d", "ďđð", "e", "èéêëēĕėęěə", "g", "ĝğġģ", "h", "ĥħ",
	"i", "ìíîïĩīĭįıǐ", "j", "ĵ", "k", "ķ", "l", "ĺļľŀł", "n", "ñńņňŋ", "o", "òóôõöøōŏőǒ",
	"r", "ŕŗř", "s", "śŝşšș", "t", "ţťŧț", "u", "ùúûüũūŭůűųǔ", "w", "ŵ", "y", "ýÿŷ", "z", "źżž",
	"ss", "ß", "ae", "æ", "oe", "œ", "th", "þ", "е", "ёѐ", "и", "ѝ",
)

func foldTable(pairs ...string) map[rune]string {
	m := map[rune]string{}
	for i := 0; i < len(pairs); i += 2 {
		for _, r := range pairs[i+1] {
			m[r] = pairs[i]
		}
	}
	return m
}

// foldRune is what a letter or digit is matched as; "" for anything else.
func foldRune(r rune) string {
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return ""
	}
	r = unicode.ToLower(r)
	if s, ok := latin[r]; ok {
		return s
	}
	return string(r)
}

// isApostrophe tells the signs Ukrainian and others write inside words.
func isApostrophe(r rune) bool {
	switch r {
	case '\'', '’', 'ʼ', '`', '´', '‘', '′':
		return true
	}
	return false
}

// keepsApostrophe tells letters between which an apostrophe is part of the word.
func keepsApostrophe(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }

// foldWord folds one word of a pattern the way text is folded.
func foldWord(w string) string {
	var b strings.Builder
	rs := []rune(w)
	for i, r := range rs {
		if isApostrophe(r) || unicode.Is(unicode.Mn, r) {
			if r == 0x306 && i > 0 && (rs[i-1] == 'и' || rs[i-1] == 'И') {
				s := strings.TrimSuffix(b.String(), "и")
				b.Reset()
				b.WriteString(s + "й")
			}
			continue
		}
		b.WriteString(foldRune(r))
	}
	return b.String()
}

// alphabet maps text to letter codes.
type alphabet struct {
	ascii [128]uint8
	wide  [wideRunes]uint8
	code  map[rune]uint8 // folded letter → code
	und   [256]uint8     // code of и → code of й, for a breve written apart; likewise і and ї with a diaeresis
	dia   [256]uint8
}

func newAlphabet(letters map[rune]bool) (*alphabet, error) {
	if len(letters) > maxLetters {
		return nil, fmt.Errorf("the packs use %d different letters, more than %d: leave a script out", len(letters), maxLetters)
	}
	all := make([]rune, 0, len(letters))
	for r := range letters {
		all = append(all, r)
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	a := &alphabet{code: map[rune]uint8{}}
	for i, r := range all {
		a.code[r] = firstLetter + uint8(i)
	}
	for r := range rune(wideRunes) {
		c := a.slow(r)
		a.wide[r] = c
		if r < 128 {
			a.ascii[r] = c
		}
	}
	a.und[a.code['и']], a.dia[a.code['і']] = a.code['й'], a.code['ї']
	return a, nil
}

// slow is the code of any rune.
func (a *alphabet) slow(r rune) uint8 {
	switch {
	case isApostrophe(r):
		return cApos
	case r == '.' || r == '!' || r == '?' || r == '…' || r == '。':
		return cStop
	case r == '\n' || r == '|' || r == ';' || r == 0x2028 || r == 0x2029:
		return cHard
	case r == '-' || r == '–' || r == '—' || r == '―':
		return cDash
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r):
		return cDrop
	}
	f := foldRune(r)
	switch utf8.RuneCountInString(f) {
	case 0:
		return cBreak
	case 1:
		l, _ := utf8.DecodeRuneInString(f)
		if c, ok := a.code[l]; ok {
			return c
		}
		return cForeign
	}
	return cExpand
}

// codes returns a folded word's letter codes.
func (a *alphabet) codes(folded string) []uint8 {
	var out []uint8
	for _, r := range folded {
		out = append(out, a.code[r])
	}
	return out
}
