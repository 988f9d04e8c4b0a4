package tag

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// Fields of a text, in the order they are read.
const (
	inTitle = iota
	inLede
	inBody
	fieldCount
)

// fieldNames spells them as tags do.
var fieldNames = [fieldCount]string{"title", "lede", "body"}

// Bounds on what one text may cost, far above what a real one has.
const (
	maxHits     = 10000
	maxSentence = 150 // tokens; a longer one is read as several
	maxMarks    = 300 // of one sentence, that rules look at
)

// maxField is how many bytes of each field are read; the rest is left out.
var maxField = [fieldCount]int{4 << 10, 16 << 10, 512 << 10}

// token is one word of the text.
type token struct {
	start, end int32 // byte offsets in its field
	sentence   int32
	atoms      int32  // first of its atoms in scan.atoms; the next token's is the end
	may        uint64 // a bit for each of its atoms, to look at them seldom
}

// sentence is a row of tokens of one field.
type sentence struct {
	field       int32
	first, past int32 // tokens
	hits, hend  int32 // hits beginning in it
}

// hit is a pattern found in the text.
type hit struct {
	pattern     int32
	first, last int32 // tokens
}

// scan is what one pass over a text found. It is reused: see scans.
type scan struct {
	fields    [fieldCount]string
	tokens    []token
	atoms     []int32
	sentences []sentence
	hits      []hit
	codes     []uint8 // letters of the word being read
	taken     []int32 // for each token, which swallowing hit covers it; 0: none
}

var scans = sync.Pool{New: func() any { return new(scan) }}

// words returns the source's own words from one token to another.
func (s *scan) words(first, last int32) string {
	f := s.fields[s.sentences[s.tokens[first].sentence].field]
	return f[s.tokens[first].start:s.tokens[last].end]
}

// field is where a token stands.
func (s *scan) field(tok int32) int32 { return s.sentences[s.tokens[tok].sentence].field }

func (s *scan) reset() {
	s.tokens, s.atoms, s.sentences, s.hits = s.tokens[:0], s.atoms[:0], s.sentences[:0], s.hits[:0]
}

// read splits a text into words and sentences and finds every pattern that may
// be used for the language bit (0: all languages).
func (m *matcher) read(s *scan, title, lede, body string, lang uint32) {
	s.reset()
	for i, text := range [fieldCount]string{title, lede, body} {
		if n := maxField[i]; len(text) > n {
			for n > 0 && !utf8.RuneStart(text[n]) {
				n--
			}
			text = text[:n]
		}
		s.fields[i] = text
		m.split(s, text, i)
	}
	m.match(s, lang)
}

// split reads one field's words, following each through the word tries.
func (m *matcher) split(s *scan, text string, field int) {
	abc := m.abc
	sent := int32(len(s.sentences))
	s.sentences = append(s.sentences, sentence{field: int32(field), first: int32(len(s.tokens))})
	var (
		open    bool    // inside a word
		cyr     bool    // its last letter keeps apostrophes
		at      walk    // how far its letters are followed
		codes   []uint8 // of those that are not followed yet
		tok     token
		letters int
	)
	codes = s.codes[:0]
	endSentence := func() {
		cur := &s.sentences[sent]
		if int32(len(s.tokens)) == cur.first {
			return
		}
		cur.past = int32(len(s.tokens))
		sent++
		s.sentences = append(s.sentences, sentence{field: int32(field), first: cur.past})
	}
	closeWord := func(end int) {
		if !open {
			return
		}
		m.follow(s, &at, codes)
		m.finish(s, at)
		for _, a := range s.atoms[tok.atoms:] {
			tok.may |= atomBit(a)
		}
		tok.end = int32(end)
		s.tokens = append(s.tokens, tok)
		open = false
		if int32(len(s.tokens))-s.sentences[sent].first >= maxSentence {
			endSentence()
		}
	}
	for i := 0; i < len(text); {
		var (
			c    uint8
			r    rune
			size = 1
		)
		if b := text[i]; b < utf8.RuneSelf {
			r = rune(b)
			c = abc.ascii[b]
		} else {
			r, size = utf8.DecodeRuneInString(text[i:])
			if r < wideRunes {
				c = abc.wide[r]
			} else {
				c = abc.slow(r)
			}
		}
		if (c >= cForeign || c == cExpand) && !open {
			open, at, letters, codes = true, walk{}, 0, codes[:0]
			tok = token{start: int32(i), sentence: sent, atoms: int32(len(s.atoms))}
		}
		switch {
		case c >= cForeign:
			codes = append(codes, c)
			letters++
			cyr = r >= 0x400 && r < 0x530
		case c == cBreak:
			closeWord(i)
		case c == cDrop:
			// A breve or diaeresis written apart makes another letter of the one before it.
			if open && (r == 0x306 || r == 0x308) {
				m.follow(s, &at, codes)
				codes = codes[:0]
				m.compose(&at.word, text[tok.start:i], r)
			}
		case c == cApos:
			if open {
				if n, _ := utf8.DecodeRuneInString(text[i+size:]); !cyr || !keepsApostrophe(n) {
					closeWord(i)
				}
			}
		case c == cExpand:
			for _, f := range foldRune(r) {
				fc, ok := abc.code[f]
				if !ok {
					fc = cForeign
				}
				codes = append(codes, fc)
				letters++
			}
			cyr = false
		case c == cStop:
			closeWord(i)
			if endsHere(text, i, size, r, letters) {
				endSentence()
			}
		case c == cHard:
			closeWord(i)
			endSentence()
		case c == cDash:
			closeWord(i)
			if field != inTitle && i > 0 && text[i-1] == ' ' && i+size < len(text) && text[i+size] == ' ' {
				endSentence()
			}
		}
		i += size
	}
	closeWord(len(text))
	s.codes = codes
	last := &s.sentences[sent]
	if last.past = int32(len(s.tokens)); last.first == last.past {
		s.sentences = s.sentences[:sent]
	}
}

// walk is where following a word's letters has come to.
type walk struct {
	word   int32 // in matcher.words; -1 when no pattern can match any more
	inside int32 // in matcher.infix
}

// follow takes the walk on by a word's next letters and adds the atoms it meets.
func (m *matcher) follow(s *scan, w *walk, codes []uint8) {
	words, infix := m.words, m.infix
	at, in := w.word, w.inside
	for _, c := range codes {
		if at >= 0 {
			if at = words.step(at, c); at >= 0 {
				if n := &words.nodes[at]; n.opens > 0 {
					s.atoms = append(s.atoms, words.open(n)...)
				}
			}
		}
		if in = infix.inside[in][c]; in > 0 {
			if n := &infix.nodes[in]; n.opens > 0 {
				s.atoms = append(s.atoms, infix.open(n)...)
			}
		}
	}
	w.word, w.inside = at, in
}

// finish adds the atoms that are satisfied because the word ends.
func (m *matcher) finish(s *scan, w walk) {
	if w.word >= 0 {
		s.atoms = append(s.atoms, m.words.whole(&m.words.nodes[w.word])...)
	}
	if w.inside > 0 {
		s.atoms = append(s.atoms, m.infix.whole(&m.infix.nodes[w.inside])...)
	}
}

// endsHere decides whether a stop ends a sentence: a blank follows, and not
// "U.S. and" or "Feb. 15".
func endsHere(text string, i, size int, r rune, letters int) bool {
	rest := text[i+size:]
	if rest == "" {
		return true
	}
	n, ns := utf8.DecodeRuneInString(rest)
	if n == '"' || n == '”' || n == '»' || n == '’' || n == '\'' || n == ')' || n == '“' {
		rest = rest[ns:]
		n, ns = utf8.DecodeRuneInString(rest)
	}
	if rest != "" && !unicode.IsSpace(n) {
		return false
	}
	if r != '.' || rest == "" {
		return true
	}
	n, _ = utf8.DecodeRuneInString(rest[ns:])
	if unicode.IsLower(n) {
		return false
	}
	return letters > 1 && (letters > 4 || !unicode.IsDigit(n))
}

// compose moves the trie position from the letter before a combining mark to
// the composed letter.
func (m *matcher) compose(node *int32, word string, mark rune) {
	swap := &m.abc.und
	if mark == 0x308 {
		swap = &m.abc.dia
	}
	var codes []uint8
	for _, r := range word {
		if c := m.abc.slow(r); c >= firstLetter {
			codes = append(codes, c)
		}
	}
	if len(codes) == 0 || len(codes) > 64 || swap[codes[len(codes)-1]] == 0 {
		return
	}
	codes[len(codes)-1] = swap[codes[len(codes)-1]]
	n := int32(0)
	for _, c := range codes {
		if n = m.words.step(n, c); n < 0 {
			break
		}
	}
	*node = n
}

// match follows the phrases from every word and leaves out what lies within
// words that are taken.
func (m *matcher) match(s *scan, lang uint32) {
	s.tokens = append(s.tokens, token{sentence: -1, atoms: int32(len(s.atoms))}) // sentinel
	swallowed := false
	for si := range s.sentences {
		sent := &s.sentences[si]
		sent.hits = int32(len(s.hits))
		for i := sent.first; i < sent.past; i++ {
			for _, a := range s.atoms[s.tokens[i].atoms:s.tokens[i+1].atoms] {
				if n := m.phrases.first[a]; n >= 0 {
					m.phrase(s, lang, n, i, i, sent.past)
				}
			}
			if len(s.hits) > maxHits {
				break
			}
		}
		sent.hend = int32(len(s.hits))
		for _, h := range s.hits[sent.hits:sent.hend] {
			swallowed = swallowed || m.patterns[h.pattern].swallow
		}
	}
	if swallowed {
		m.swallow(s)
	}
}

// phrase walks the phrase trie from node, reached with the token last.
func (m *matcher) phrase(s *scan, lang uint32, node, first, last, past int32) {
	n := &m.phrases.nodes[node]
	for _, p := range m.phrases.emits[n.emits.from:n.emits.to] {
		if l := m.langs[p]; lang == 0 || l == 0 || l&lang != 0 {
			s.hits = append(s.hits, hit{p, first, last})
		}
	}
	var may uint64 // of the words the edges look at
	for t := last + 1; t <= last+n.reach && t < past; t++ {
		may |= s.tokens[t].may
	}
	if may&n.may == 0 {
		return
	}
	for _, e := range m.phrases.edges[n.edges.from:n.edges.to] {
		if may&atomBit(e.atom) == 0 {
			continue
		}
		for t := last + 1; t <= last+1+e.gap && t < past; t++ {
			for _, a := range s.atoms[s.tokens[t].atoms:s.tokens[t+1].atoms] {
				if a == e.atom {
					m.phrase(s, lang, e.to, first, t, past)
				}
			}
		}
	}
}

// swallow drops the hits that lie wholly within a swallowing one, but for those
// of several words that span just the same: they know what they mean.
func (m *matcher) swallow(s *scan) {
	s.taken = append(s.taken[:0], make([]int32, len(s.tokens))...)
	group := int32(0)
	for _, h := range s.hits {
		if m.patterns[h.pattern].swallow {
			group++
			for t := h.first; t <= h.last; t++ {
				s.taken[t] = group
			}
		}
	}
	kept := s.hits[:0]
	for si := range s.sentences {
		sent := &s.sentences[si]
		from, to := sent.hits, sent.hend
		sent.hits = int32(len(kept))
		for _, h := range s.hits[from:to] {
			inside := !m.patterns[h.pattern].swallow
			for t := h.first; inside && t <= h.last; t++ {
				inside = s.taken[t] != 0
			}
			if inside && h.last > h.first { // the same span?
				g := s.taken[h.first]
				inside = s.taken[h.last] != g || h.first > 0 && s.taken[h.first-1] == g || s.taken[h.last+1] == g
			}
			if !inside {
				kept = append(kept, h)
			}
		}
		sent.hend = int32(len(kept))
	}
	s.hits = kept
}
