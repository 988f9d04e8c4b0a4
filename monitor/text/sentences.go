package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longSentence is the length in bytes after which a sentence that does not end
// is cut at the next space: what has no full stops may be a whole book.
const longSentence = 2000

// Sentences splits text into sentences: at the end of a paragraph, and after a
// full stop, question or exclamation mark that ends one. Abbreviations, initials,
// decimals and ordinals do not end a sentence, nor does a line break inside a
// paragraph that goes on in lower case. No word is lost.
func Sentences(s string) []string {
	spans := sentenceSpans(nil, s)
	out := make([]string, len(spans))
	for i, sp := range spans {
		out[i] = s[sp.from:sp.to]
	}
	return out
}

// span is a sentence's place in its text, in bytes.
type span struct {
	from, to  int
	paragraph bool // the first of a paragraph
}

func sentenceSpans(dst []span, s string) []span {
	start, paragraph := 0, true
	end := func(to int) {
		from, till := trimSpace(s, start, to)
		if from < till {
			dst = append(dst, span{from, till, paragraph})
			paragraph = false
		}
		start = to
	}
	for i := 0; i < len(s); {
		for reach := min(len(s), start+longSentence); i < reach && !mayEnd[s[i]]; {
			i++
		}
		if i == len(s) {
			break
		}
		c := s[i]
		switch {
		case c == '\n' || c == '\r':
			next, blank := afterBreak(s, i)
			r, _ := utf8.DecodeRuneInString(s[next:])
			if blank || !unicode.IsLower(r) || endsSentence(s[start:i]) {
				end(i)
				paragraph = true
			}
			i = next
		case c == '.' || c == '!' || c == '?':
			i = endOfMarks(s, i)
			if boundary(s, start, i, rune(c)) {
				end(i)
			}
		case c == ' ' && i-start > longSentence:
			end(i)
			i++
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			i += n
			switch r {
			case '…':
				i = endOfMarks(s, i)
				if boundary(s, start, i, '…') {
					end(i)
				}
			case '。', '！', '？', '।', '۔', '؟':
				i = endOfMarks(s, i)
				end(i)
			case '\u2028', '\u2029', '\u0085':
				end(i)
				paragraph = true
			default:
				// Scripts without spaces may run on without end, too.
				if i-start > 2*longSentence && unicode.IsOneOf([]*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai}, r) {
					end(i)
				}
			}
		}
	}
	end(len(s))
	return dst
}

// mayEnd marks the bytes with which a mark begins that may end a sentence.
var mayEnd = func() (table [256]bool) {
	for _, mark := range "\n\r.!?…。！？।۔؟\u2028\u2029\u0085" {
		table[string(mark)[0]] = true
	}
	return table
}()

func trimSpace(s string, from, to int) (int, int) {
	t := strings.TrimLeftFunc(s[from:to], unicode.IsSpace)
	from = to - len(t)
	return from, from + len(strings.TrimRightFunc(t, unicode.IsSpace))
}

// afterBreak returns where the text goes on after the line break at i, and
// whether an empty line lies between.
func afterBreak(s string, i int) (next int, blank bool) {
	lines := 0
	for i < len(s) {
		switch s[i] {
		case '\n':
			lines++
		case ' ', '\t', '\r':
		default:
			return i, lines > 1
		}
		i++
	}
	return i, true
}

// endsSentence reports whether a line ends in a mark that ends a sentence.
func endsSentence(line string) bool {
	line = strings.TrimRightFunc(line, func(r rune) bool { return unicode.IsSpace(r) || closing(r) })
	r, _ := utf8.DecodeLastRuneInString(line)
	return r == '.' || r == '!' || r == '?' || r == '…' || r == ':'
}

// endOfMarks returns the end of the marks, and the quotes and brackets closing
// behind them, that run from i.
func endOfMarks(s string, i int) int {
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r != '.' && r != '!' && r != '?' && r != '…' && !closing(r) {
			break
		}
		i += n
	}
	// French sets a space before the closing mark.
	for _, space := range [...]string{" »", "\u00a0»", "\u202f»"} {
		if strings.HasPrefix(s[i:], space) {
			return i + len(space)
		}
	}
	return i
}

func closing(r rune) bool {
	switch r {
	case '"', '\'', '”', '“', '’', '»', '«', '›', ')', ']', '}':
		return true
	}
	return false
}

// boundary decides whether the marks that end at i end the sentence begun at start.
func boundary(s string, start, i int, mark rune) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	if i >= len(s) || !unicode.IsSpace(r) {
		return i >= len(s)
	}
	// What comes next: past spaces, opening quotes, brackets and dashes.
	k := i
	dashed := false
	for k < len(s) {
		next, n := utf8.DecodeRuneInString(s[k:])
		r = next
		switch {
		case r == '\n':
			return false // the line break decides
		case unicode.IsSpace(r), isQuote(r), isApostrophe(r), r == '(', r == '[', r == '¿', r == '¡':
		case isDash(r), r == '•', r == '*':
			dashed = true
		default:
			goto found
		}
		k += n
	}
	return true
found:
	if unicode.IsLower(r) {
		return false
	}
	if mark != '.' {
		return true
	}
	before := lastWord(s[start:i])
	switch {
	case dashed:
		return !abbreviations[strings.ToLower(before)]
	case before == "":
		return true
	case initial(before):
		return false
	case abbreviations[strings.ToLower(before)]:
		return false
	case smallNumber(before):
		// "am 9. Mai", "3. Runde", "24. kwietnia": an ordinal, if a word of its kind follows.
		next := s[k:]
		if e := strings.IndexFunc(next, func(r rune) bool { return !unicode.IsLetter(r) }); e >= 0 {
			next = next[:e]
		}
		return !afterOrdinal[strings.ToLower(next)]
	}
	return true
}

// lastWord returns the word before the full stop that ends s, inner stops ("U.S")
// included.
func lastWord(s string) string {
	s = strings.TrimRightFunc(s, func(r rune) bool { return closing(r) || r == '.' })
	i := strings.LastIndexFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || isQuote(r) || isDash(r) || r == '(' || r == '[' || r == '\'' || r == '’' || r == '/'
	})
	if i < 0 {
		return s
	}
	_, n := utf8.DecodeRuneInString(s[i:])
	return s[i+n:]
}

// initial reports a single capital letter, as in a name ("J."), or several with stops ("U.S").
func initial(w string) bool {
	letters := 0
	for _, r := range w {
		switch {
		case r == '.':
			letters = 0
		case unicode.IsUpper(r):
			letters++
		default:
			return false
		}
		if letters > 1 {
			return false
		}
	}
	return w != ""
}

func smallNumber(w string) bool {
	return len(w) <= 2 && w != "" && strings.Trim(w, "0123456789") == ""
}

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// abbreviations end in a full stop and rarely end a sentence, in all languages
// together: a word that is one in a single language hardly ends a sentence in another.
var abbreviations = wordSet(`
	mr mrs ms dr prof gen col lt maj capt sgt cmdr sen rep gov pres hon rev st jr sr vs etc dept univ inc ltd co corp no nos vol
	jan feb mar apr jun jul aug sep sept oct nov dec a.m p.m e.g i.e approx est fig u.s u.k u.n e.u d.c
	г гг в вв им ул пр просп пл д стр корп обл р-н тов гр т.е т.д т.п т.к т.н тыс млн млрд трлн руб коп долл чел см рис ред проф акад ген полк подп кап напр
	м с р смт вул пров буд обл рр ст ст.ст тис трлн грн дол дол.сша ім акад доц див мал напр т.зв т.д т.ін
	z.b d.h u.a o.ä bzw ca evtl ggf inkl max min mio mrd nr prof dr str usw vgl zzt sog bspw abs art bd hrsg jh st
	m mm mme mlle me av bd env ex p.ex c.-à-d cf éd vol no n° art hab janv févr avr juil
	np tzw tzn m.in itd itp ok ul al pl pkt prof dr hab inż mgr gen płk ppłk mjr kpt por ks św r w zł gr tys mln mld wg im woj pow godz nr str poz ust
	t.ex bl.a d.v.s s.k m.m m.fl o.s.v ca kl nr resp st dvs osv prof dr milj mdr
`)

// afterOrdinal are words that follow a number written with a full stop.
var afterOrdinal = wordSet(`
	januar jänner februar märz april mai juni juli august september oktober november dezember
	tag tage runde jahrhundert jahrestag mal kriegstag platz stock gipfel treffen paket sanktionspaket weltkrieg geburtstag verhandlungsrunde gesprächsrunde
	stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia dzień runda pakiet rocznica brygada
	januari februari mars april maj juni juli augusti
`)
