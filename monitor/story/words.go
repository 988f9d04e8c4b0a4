package story

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one folded word with what its spelling said before folding.
type token struct {
	text  string // folded
	upper bool   // began with a capital
	first bool   // first of its sentence
	digit bool
	brk   bool // a clause mark (comma, colon, dash, bar) or a sentence end stands before it
	colon bool // a colon stands right after it
	from  int  // where it begins in the text, in bytes
	to    int  // and ends
}

const maxTokens = 400 // of one field: a hostile text costs no more

// tokens folds a text into words: lower case, Latin diacritics off, ё as е, Cyrillic
// apostrophes out, others and hyphens break, digits grouped by thousands joined.
func tokens(s string) []token {
	out, _ := appendTokens(nil, nil, s)
	return out
}

// appendTokens is tokens for who has memory: it fills out, which is empty, and works in
// folded. It returns both.
func appendTokens(out []token, folded []byte, s string) ([]token, []byte) {
	if len(s) > 1<<14 {
		s = s[:1<<14]
	}
	folded = folded[:0] // all words, one after another
	var (
		ends  [maxTokens + 1]int // of each in it
		cur   token
		open  bool
		brk   bool
		begun int // where the word at hand begins in folded
		start = true
		prev  rune
	)
	flush := func() {
		if !open {
			return
		}
		ends[len(out)] = len(folded)
		out = append(out, cur)
		open = false
	}
	for i, r := range s {
		if len(out) >= maxTokens {
			break
		}
		k := kindOfRune(r)
		switch {
		case k == markRune:
			continue
		case k != otherRune:
			digit := k == digitRune
			if open && cur.digit != digit {
				flush()
			}
			if !open {
				open, begun = true, len(folded)
				cur = token{upper: unicode.IsUpper(r), first: start, digit: digit, brk: brk, from: i}
				brk, start = false, false
			}
			folded = appendFolded(folded, r)
			cur.to = i + utf8.RuneLen(r)
		case isApostrophe(r) && open && unicode.Is(unicode.Cyrillic, prev):
			// п'ять is one word
		case open && cur.digit && (r == ',' || r == '.' || r == '\u00a0' || r == '\u202f' || r == ' ') && thousands(s[i+utf8.RuneLen(r):]) && len(folded)-begun <= 3:
			// 1,000 and 1 000 are one number
		default:
			flush()
			switch r {
			case '.', '!', '?', '…', '\n':
				start, brk = true, true
			case ':':
				if n := len(out); n > 0 {
					out[n-1].colon = true
				}
				brk = true
			case ',', ';', '|', '–', '—', '(', ')', '«', '»', '"', '“', '”', '„':
				brk = true
			case '-':
				if i > 0 && s[i-1] == ' ' {
					brk = true
				}
			}
		}
		prev = r
	}
	flush()
	// The English possessive is a lone s.
	kept := out[:0]
	words, from := string(folded), 0
	for i, t := range out {
		t.text = words[from:ends[i]]
		from = ends[i]
		if t.text == "s" && i > 0 && !out[i-1].digit && !t.upper {
			continue
		}
		kept = append(kept, t)
	}
	return kept, folded
}

// thousands reports whether exactly three digits follow.
func thousands(s string) bool {
	n := 0
	for _, r := range s {
		if n > 3 || !unicode.IsDigit(r) {
			break
		}
		n++
	}
	return n == 3
}

// Kinds of code points to tokens.
const (
	otherRune = iota
	letterRune
	digitRune
	markRune // combining: left out
)

func slowKind(r rune) uint8 {
	switch {
	case unicode.Is(unicode.Mn, r):
		return markRune
	case unicode.IsDigit(r):
		return digitRune
	case unicode.IsLetter(r):
		return letterRune
	}
	return otherRune
}

// lowRunes holds kind and folded form of the code points that nearly all text is made of.
var lowRunes = func() (table [0x530]struct {
	kind, size uint8
	form       [3]byte
}) {
	for r := range table {
		t := &table[r]
		t.kind = slowKind(rune(r))
		t.size = uint8(copy(t.form[:], foldRune(unicode.ToLower(rune(r)))))
	}
	return table
}()

func kindOfRune(r rune) uint8 {
	if r < rune(len(lowRunes)) {
		return lowRunes[r].kind
	}
	return slowKind(r)
}

// appendFolded appends a letter or digit as foldRune has it in lower case.
func appendFolded(dst []byte, r rune) []byte {
	if r < rune(len(lowRunes)) {
		f := &lowRunes[r]
		return append(dst, f.form[:f.size]...)
	}
	return append(dst, foldRune(unicode.ToLower(r))...)
}

func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == 'ʼ' || r == '‘' || r == '`'
}

const latinFrom = "àáâãäåāăąçćčďđèéêëēėęěğìíîïīįıłñńňòóôõöøōőřŕśšşșťţțùúûüūůűųýÿźżžё"

var latinTo = []rune("aaaaaaaaacccddeeeeeeeegiiiiiiilnnnoooooooorrsssstttuuuuuuuuyyzzzе")

var folds = func() map[rune]string {
	m := map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'þ': "th"}
	i := 0
	for _, r := range latinFrom {
		m[r] = string(latinTo[i])
		i++
	}
	return m
}()

func foldRune(r rune) string {
	if r < 0x80 {
		return string(r)
	}
	if s, ok := folds[r]; ok {
		return s
	}
	return string(r)
}

// stem cuts what inflection adds. It is crude on purpose: it only has to make two
// spellings of one word meet, and never has to be shown.
func stem(t string) string {
	n := utf8.RuneCountInString(t)
	if first, _ := utf8.DecodeRuneInString(t); unicode.Is(unicode.Cyrillic, first) {
		if n > 5 {
			return firstRunes(t, 5)
		}
		for ; n > 3; n-- {
			last, size := utf8.DecodeLastRuneInString(t)
			if !strings.ContainsRune("аеиіїоуыюяьй", last) {
				break
			}
			t = t[:len(t)-size]
		}
		return t
	}
	switch {
	case n > 5 && strings.HasSuffix(t, "ies"):
		return cut(t[:len(t)-3] + "y")
	case n > 6 && strings.HasSuffix(t, "ing"):
		return cut(t[:len(t)-3])
	case n > 5 && strings.HasSuffix(t, "ed"):
		return cut(t[:len(t)-2])
	case n > 5 && strings.HasSuffix(t, "es"):
		return cut(t[:len(t)-2])
	case n > 3 && strings.HasSuffix(t, "s") && !strings.HasSuffix(t, "ss"):
		return cut(t[:len(t)-1])
	case n > 4 && strings.HasSuffix(t, "e"):
		return cut(t[:len(t)-1])
	}
	return cut(t)
}

func cut(t string) string { return firstRunes(t, 7) }

// firstRunes is s without what comes after its first n runes.
func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// skeleton writes a name the way every script and spelling of it sounds, consonants only,
// so that Kubrakow, Koubrakov and Кубраков meet. It is "" where too little is left.
func skeleton(t string) string {
	var b strings.Builder
	var last byte
	put := func(c byte) {
		if c != last && b.Len() < 4 {
			b.WriteByte(c)
		}
		last = c
	}
	for i := 0; i < len(t); {
		r, size := utf8.DecodeRuneInString(t[i:])
		if r >= utf8.RuneSelf {
			if c := cyrillic[r]; c != 0 {
				put(c)
			} else {
				last = 0
			}
			i += size
			continue
		}
		if d := digraphAt(t[i:]); d != nil {
			put(d.to)
			i += len(d.from)
			continue
		}
		i++
		switch r {
		case 'b', 'd', 'f', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'g':
			put(byte(r))
		case 'c':
			if i < len(t) && strings.IndexByte("eiy", t[i]) >= 0 {
				put('s')
			} else {
				put('k')
			}
		case 'q':
			put('k')
		case 'x':
			put('k')
			put('s')
		case 'w':
			put('v')
		case 'z':
			put('s')
		default:
			last = 0
		}
	}
	if b.Len() < 3 {
		return ""
	}
	return b.String()
}

// digraphAt is the digraph that t begins with, the longest first; nil when none.
func digraphAt(t string) *digraph {
	if strings.IndexByte("tscrzpk", t[0]) < 0 {
		return nil
	}
	for i := range digraphs {
		if strings.HasPrefix(t, digraphs[i].from) {
			return &digraphs[i]
		}
	}
	return nil
}

type digraph struct {
	from string
	to   byte
}

var digraphs = []digraph{
	{"tsch", 's'}, {"tch", 's'}, {"sch", 's'}, {"sh", 's'}, {"ch", 's'}, {"cz", 's'}, {"sz", 's'},
	{"rz", 's'}, {"zh", 's'}, {"ts", 's'}, {"tz", 's'}, {"ck", 'k'}, {"ph", 'f'}, {"kh", 'g'}, {"th", 't'},
}

var cyrillic = map[rune]byte{
	'б': 'b', 'в': 'v', 'г': 'g', 'ґ': 'g', 'д': 'd', 'ж': 's', 'з': 's', 'к': 'k', 'л': 'l', 'м': 'm',
	'н': 'n', 'п': 'p', 'р': 'r', 'с': 's', 'т': 't', 'ф': 'f', 'х': 'g', 'ц': 's', 'ч': 's', 'ш': 's', 'щ': 's',
}

// stop holds words that say nothing of what a text is about, in the shipped languages.
var stop = wordSet(`
a an the of to in on at by for from with and or but as is are was were be been being has have had will would
can could may might should do does did not no it its he his she her they their them this that these those who whom
which what when where why how than then there here into over out up down about after before while amid between
more most some any all new also just now says said say u via per off if so we you i our your my us
le la les un une des du de d l et ou en au aux dans sur par pour avec sans est sont etait ete a ont qui que quoi
ne pas plus ce cette ces son sa ses leur se s il elle ils selon apres avant entre
der die das den dem des ein eine einen einem einer und oder in im an am auf aus bei mit nach von vom zu zum zur
fur ist sind war hat haben wird werden nicht kein keine als auch sich es er sie wie uber vor ihr sein seine
i w z na do od za ze o po przed przez dla przy pod nad oraz a ale nie jest sa byl byla bylo to ten ta te co jak
ktory ktora ktore sie tym tego jego jej ich
и в во на с со к ко о об от до по за из у а но не ни что как это то тот эта эти этот его ее их он она они
для при под над после перед между был была было были есть или также уже еще же бы ли
і й в у на з зі із до від по за про а але не ні що як це той та ті цей його її їх він вона вони для при під
над після перед між був була було були є або також вже ще ж би чи
och att det som en ett av pa for med till den de i ar var har om inte efter vid`)

// prefixes finds words by how they begin.
type prefixes struct {
	may  [256]bool // the beginnings there are: see begun
	list []string
}

// beginnings makes a set of prefixes of at least two bytes each.
func beginnings(list ...string) prefixes {
	p := prefixes{list: list}
	for _, w := range list {
		p.may[begun(w)] = true
	}
	return p
}

// of reports whether t begins with one of them.
func (p *prefixes) of(t string) bool {
	return len(t) >= 2 && p.may[begun(t)] && slices.ContainsFunc(p.list, func(w string) bool { return strings.HasPrefix(t, w) })
}

func wordSet(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}
