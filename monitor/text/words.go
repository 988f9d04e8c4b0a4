package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// scanner splits one sentence at a time into words, reusing its memory.
type scanner struct {
	text  []byte // folded words, one after another
	words []token
	stack []word // for phrases
}

// token is one word of a sentence: letters and digits without what is around them.
type token struct {
	hash     uint64 // of the folded word
	from, to int32  // in scanner.text
	letters  uint16 // which letters it has, modulo 14: near words differ in few
	length   uint8  // in letters, 255 at most
	capital  bool   // begins with a capital
	number   bool   // begins with a digit
	apart    bool   // follows an apostrophe: "don't" is "don" and "t"
	cyrillic bool
	stated   bool // its meaning is among the sentence's features
}

func (sc *scanner) word(i int) []byte {
	t := sc.words[i]
	return sc.text[t.from:t.to]
}

// letterBit is a byte's bit of token.letters.
var letterBit = func() (table [256]uint16) {
	for c := range table {
		table[c] = 1 << (c % 14)
	}
	return table
}()

// Kinds of code points to the scanner.
const (
	gapRune = iota
	letterRune
	digitRune
	loneRune // a word of its own: Han, Kana
	skipRune // shows nothing
	apostropheRune
	markRune // combining: belongs to the letter before it
)

var runeKind = func() (table [foldEnd]uint8) {
	for r := range table {
		table[r] = slowKind(rune(r))
	}
	return table
}()

func slowKind(r rune) uint8 {
	switch {
	case unicode.IsSpace(r):
		return gapRune
	case invisible(r):
		return skipRune
	case isApostrophe(r):
		return apostropheRune
	case unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r):
		return loneRune
	case unicode.IsLetter(r):
		return letterRune
	case unicode.IsDigit(r):
		return digitRune
	case isMark(r):
		return markRune
	}
	return gapRune
}

// scan splits s, which is one sentence, into words. Apostrophes between Cyrillic
// letters are dropped, elsewhere they part words; a stop or comma between digits
// stays. Boilerplate phrases are taken out as Normalise does.
func (sc *scanner) scan(s string) {
	if !plain(s) {
		s = norm.NFKC.String(s)
	}
	sc.text, sc.words, sc.stack = sc.text[:0], sc.words[:0], sc.stack[:0]
	var t token
	in, apart := false, false
	h := uint64(0) // of the word so far, as hashBytes has it
	flush := func() {
		if in {
			t.to = int32(len(sc.text))
			t.hash = mix(h)
			sc.push(t)
			in = false
		}
	}
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		var kind uint8
		if r < foldEnd {
			kind = runeKind[r]
		} else {
			kind = slowKind(r)
		}
		i += n
		switch kind {
		case skipRune:
			continue
		case apostropheRune:
			if in && t.cyrillic && i < len(s) {
				if next, _ := utf8.DecodeRuneInString(s[i:]); next >= 0x400 && next < 0x530 {
					continue
				}
			}
			flush()
			apart = true
			continue
		case gapRune:
			if (r == '.' || r == ',') && in && t.number && i < len(s) && '0' <= s[i] && s[i] <= '9' {
				sc.text = append(sc.text, byte(r))
				h = hashByte(h, byte(r))
				continue
			}
			flush()
			apart = false
			continue
		case markRune:
			if in {
				start := len(sc.text)
				sc.text = utf8.AppendRune(sc.text, r)
				for _, c := range sc.text[start:] {
					h = hashByte(h, c)
				}
			}
			continue
		case loneRune:
			flush()
		}
		if !in {
			in, h = true, fnvOffset
			t = token{from: int32(len(sc.text)), number: kind == digitRune, apart: apart, cyrillic: r >= 0x400 && r < 0x530}
			t.capital = kind == letterRune && unicode.IsUpper(r)
			apart = false
		}
		if t.length < 255 {
			t.length++
		}
		start := len(sc.text)
		switch {
		case r < utf8.RuneSelf:
			c := byte(r)
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			sc.text = append(sc.text, c)
			t.letters |= letterBit[c]
			h = hashByte(h, c)
			continue
		case r < foldEnd && foldLow[r].ok:
			sc.text = foldLow[r].append(sc.text)
		default:
			sc.text = utf8.AppendRune(sc.text, unicode.ToLower(r))
		}
		for _, c := range sc.text[start:] {
			t.letters |= letterBit[c]
			h = hashByte(h, c)
		}
		if kind == loneRune {
			flush()
		}
	}
	flush()
}

// plain reports that NFKC changes nothing the scanner does not see to itself.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return foldable(s) || norm.NFKC.IsNormalString(s)
		}
	}
	return true
}

// foldable reports that every code point is in the folding tables.
func foldable(s string) bool {
	for _, r := range s {
		switch {
		case r < foldEnd:
			if !foldLow[r].ok {
				return false
			}
		case punctFrom <= r && r < punctEnd:
		default:
			return false
		}
	}
	return true
}

func (sc *scanner) push(t token) {
	sc.words = append(sc.words, t)
	sc.stack = append(sc.stack, word{key: t.hash})
	if n := phraseAtEnd(sc.stack); n > 0 {
		sc.words = sc.words[:len(sc.words)-n]
		sc.stack = sc.stack[:len(sc.stack)-n]
	}
}
