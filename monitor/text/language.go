package text

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// languageSample is how many bytes of a body are looked at.
const languageSample = 1000

// Language guesses the language of a text (BCP 47, the primary subtag) from its
// script, its letters and its commonest words, in that order; feedLang, the
// feed's own statement, decides when they do not. "" means nobody knows.
func Language(title, body, feedLang string) string {
	if len(body) > languageSample {
		body = body[:languageSample]
	}
	stated := primaryTag(feedLang)
	var scripts [scriptCount]int
	var letters letterCounts
	for _, s := range [2]string{title, body} {
		for _, r := range s {
			if r < utf8.RuneSelf {
				if 'a' <= r|0x20 && r|0x20 <= 'z' {
					scripts[latin]++
				}
				continue
			}
			if r == utf8.RuneError || !isLetter(r) {
				continue
			}
			scripts[scriptOf(r)]++
			letters.add(r)
		}
	}
	best := latin
	for s, n := range scripts {
		if n > scripts[best] {
			best = s
		}
	}
	if scripts[best] == 0 {
		return stated
	}
	switch best {
	case cyrillic:
		return cyrillicLanguage(letters, stated)
	case latin:
		return latinLanguage(title, body, letters, stated)
	case han:
		if scripts[kana]*10 > scripts[han] {
			return "ja"
		}
		return keep(stated, "zh", "zh", "ja", "yue")
	case kana:
		return "ja"
	case arabic:
		if letters.persian > 0 {
			return keep(stated, "fa", "fa", "ur", "ps", "ckb")
		}
		return keep(stated, "ar", "ar", "fa", "ur")
	case other:
		return stated
	}
	return scriptLanguage[best]
}

// keep returns the stated language if the script allows it, else the usual one.
func keep(stated, usual string, allowed ...string) string {
	for _, l := range allowed {
		if stated == l {
			return stated
		}
	}
	return usual
}

// primaryTag returns "en" for "en-GB" and "en_US", and "" for what is no tag.
func primaryTag(tag string) string {
	tag = strings.ToLower(strings.TrimSpace(tag))
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	if len(tag) < 2 || len(tag) > 3 || strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return tag
}

const (
	latin = iota
	cyrillic
	greek
	hebrew
	arabic
	georgian
	armenian
	devanagari
	thai
	hangul
	han
	kana
	other
	scriptCount
)

var scriptLanguage = [scriptCount]string{greek: "el", hebrew: "he", georgian: "ka", armenian: "hy", devanagari: "hi", thai: "th", hangul: "ko"}

func scriptOf(r rune) int {
	switch {
	case r < 0x250, r >= 0x1e00 && r < 0x1f00:
		return latin
	case r >= 0x370 && r < 0x400:
		return greek
	case r >= 0x400 && r < 0x530:
		return cyrillic
	case r >= 0x530 && r < 0x590:
		return armenian
	case r >= 0x590 && r < 0x600:
		return hebrew
	case r >= 0x600 && r < 0x780:
		return arabic
	case r >= 0x900 && r < 0x980:
		return devanagari
	case r >= 0xe00 && r < 0xe80:
		return thai
	case r >= 0x10a0 && r < 0x1100:
		return georgian
	case r >= 0x3040 && r < 0x3100:
		return kana
	case r >= 0x4e00 && r < 0xa000, r >= 0x3400 && r < 0x4dc0:
		return han
	case r >= 0xac00 && r < 0xd7b0:
		return hangul
	}
	return other
}

// letterCounts counts letters that only some languages of a script use.
type letterCounts struct {
	ukrainian, russian, belarusian, bulgarian, serbian int
	polish, german, swedish, french, nordic, turkish   int
	persian                                            int
}

func (l *letterCounts) add(r rune) {
	switch r {
	case 'і', 'І', 'ї', 'Ї', 'є', 'Є', 'ґ', 'Ґ':
		l.ukrainian++
	case 'ы', 'Ы', 'э', 'Э', 'ё', 'Ё':
		l.russian++
	case 'ъ', 'Ъ':
		l.bulgarian++
	case 'ў', 'Ў':
		l.belarusian++
	case 'ј', 'љ', 'њ', 'ђ', 'ћ', 'џ', 'Ј', 'Љ', 'Њ', 'Ђ', 'Ћ', 'Џ':
		l.serbian++
	case 'ą', 'ę', 'ł', 'ń', 'ś', 'ź', 'ż', 'Ł', 'Ś', 'Ż', 'Ź', 'ć':
		l.polish++
	case 'ß', 'ü', 'Ü':
		l.german++
	case 'ä', 'ö', 'Ä', 'Ö':
		l.german++
		l.swedish++
	case 'å', 'Å':
		l.swedish++
	case 'æ', 'ø', 'Æ', 'Ø':
		l.nordic++
	case 'é', 'è', 'ê', 'ç', 'à', 'ù', 'û', 'œ', 'î', 'ô', 'â', 'É', 'À', 'Ç', 'ë', 'ï':
		l.french++
	case 'ı', 'ğ', 'ş', 'İ', 'Ş':
		l.turkish++
	case 'پ', 'چ', 'گ', 'ژ', 'ی', 'ک':
		l.persian++
	}
}

func cyrillicLanguage(l letterCounts, stated string) string {
	switch {
	case l.serbian > 0 && l.ukrainian == 0 && l.russian == 0:
		return keep(stated, "sr", "sr", "mk")
	case l.belarusian > 0 && l.belarusian*4 > l.russian:
		return "be"
	case l.ukrainian > l.russian+l.bulgarian:
		return "uk"
	case l.russian > 0 && l.russian >= l.ukrainian:
		return "ru"
	case l.bulgarian > 1:
		return keep(stated, "bg", "bg", "ru")
	}
	return keep(stated, "ru", "uk", "ru", "be", "bg", "sr", "mk", "kk")
}

// latinLanguages are told apart by words common in one and rare in the others.
var latinLanguages = [...]struct{ lang, words string }{
	{"en", "the of and to for with says said after from that was were is are as at by has have will his it"},
	{"de", "der die das und den dem des mit von ist nicht im zu auf für sich ein eine einen nach wird bei über zum zur aus auch"},
	{"fr", "le la les des et une du dans est pour que qui sur au aux avec par pas ce sont selon ses"},
	{"pl", "w na się nie z do że jest od po przez dla oraz są jak przed ich tym który która"},
	{"sv", "och att det som för på är av med till den inte har om ett efter från vid kan han enligt säger"},
	{"es", "el los las y una del por con para que se su más como pero sobre según fue"},
	{"it", "il gli di che per una della dei con sono nel alla delle più anche dopo"},
	{"pt", "o os do da dos das em uma não com que para mais foi pelo ao"},
	{"nl", "het een van voor niet op zijn met dat aan door naar ook bij heeft worden"},
}

// commonWords maps a word to the languages it is common in, a bit for each.
var commonWords = func() map[string]uint16 {
	m := map[string]uint16{}
	for i, l := range latinLanguages {
		for _, w := range strings.Fields(l.words) {
			m[w] |= 1 << i
		}
	}
	return m
}()

// commonLength is how many bytes the longest of commonWords may have.
const commonLength = 8

// appendLower appends w in lower case.
func appendLower(dst []byte, w string) []byte {
	for _, r := range w {
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
	}
	return dst
}

// isLetter is unicode.IsLetter, which looks most scripts' letters up slowly.
func isLetter(r rune) bool {
	if r < foldEnd {
		return lowLetters[r]
	}
	return unicode.IsLetter(r)
}

var lowLetters = func() (table [foldEnd]bool) {
	for r := range table {
		table[r] = unicode.IsLetter(rune(r))
	}
	return table
}()

func latinLanguage(title, body string, l letterCounts, stated string) string {
	var score [len(latinLanguages)]int
	words := 0
	var low [4 * commonLength]byte
	word := func(w string) {
		words++
		if len(w) > commonLength {
			return
		}
		for in := commonWords[string(appendLower(low[:0], w))]; in != 0; in &= in - 1 {
			score[bits.TrailingZeros16(in)] += 2
		}
	}
	count := func(s string) {
		from := -1 // where the word at hand begins
		for i, r := range s {
			switch {
			case isLetter(r):
				if from < 0 {
					from = i
				}
			case from >= 0:
				word(s[from:i])
				from = -1
			}
		}
		if from >= 0 {
			word(s[from:])
		}
	}
	count(title)
	count(body)
	score[1] += min(l.german, 6)
	score[2] += min(l.french, 6)
	score[3] += min(3*l.polish, 9)
	score[4] += min(l.swedish, 6)
	best, second := 0, -1
	for i := 1; i < len(score); i++ {
		if score[i] > score[best] {
			best, second = i, best
		} else if second < 0 || score[i] > score[second] {
			second = i
		}
	}
	clear := score[best] >= 4 && score[best] >= score[second]+2
	switch {
	case l.turkish > 2 && l.turkish > l.polish && l.turkish > l.french:
		return "tr"
	case l.nordic > 0 && l.nordic >= l.swedish && !clear:
		return keep(stated, stated, "da", "nb", "no", "nn", "is")
	case clear && (stated == "" || score[best] >= 6 && 12*score[best] > words):
		return latinLanguages[best].lang
	case stated != "" && scriptIsLatin(stated):
		return stated
	case score[best] >= 2 && score[best] > score[second]:
		return latinLanguages[best].lang
	}
	if !scriptIsLatin(stated) {
		return ""
	}
	return stated
}

// scriptIsLatin reports whether a language is usually written in Latin letters.
func scriptIsLatin(lang string) bool {
	switch lang {
	case "ru", "uk", "be", "bg", "mk", "el", "he", "ar", "fa", "ur", "ka", "hy", "hi", "th", "ko", "zh", "ja":
		return false
	}
	return true
}
