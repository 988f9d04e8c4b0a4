package text

// Feeds lose paragraph breaks, and with them the ends of headings and captions:
// what were several sentences is one. This file finds such a sentence to be made
// of known ones. It needs the text, for a fingerprint does not keep all words.

// fusedWords bounds the sentences looked at: the work grows with the square.
const fusedWords = 300

// WithText gives the matcher the body its fingerprint was made of, so that
// sentences run together are known where their parts are. It returns m.
func (m *Matcher) WithText(body string) *Matcher {
	m.body = body
	return m
}

// fused marks the sentences that are nothing but known sentences one after another.
func (m *Matcher) fused(known Fingerprint, out *Match) {
	if m.body == "" {
		return
	}
	var lengths [fusedWords + 1]bool
	var hashes hashTable
	for i, s := range out.Sentences {
		n := int(m.records[i].length)
		if s != Novel && s != Vetoed || !m.partly[i] || n < 8 || n > fusedWords {
			continue
		}
		if hashes.slots == nil {
			hashes.init(known.sentences + 1)
			for j := -1; j < known.sentences; j++ {
				if r := known.record(j); r.length > 0 && r.length < fusedWords {
					hashes.put(r.hash, int32(j+1))
					lengths[r.length] = true
				}
			}
		}
		if m.madeOf(m.wordsOf(i), &hashes, &lengths) {
			out.Sentences[i] = Within
		}
	}
}

// madeOf reports that a row of words falls into sentences of the table.
func (m *Matcher) madeOf(words []uint64, hashes *hashTable, lengths *[fusedWords + 1]bool) bool {
	if len(words) > fusedWords {
		return false
	}
	var reached [fusedWords + 1]bool
	reached[0] = true
	for from := range words {
		if !reached[from] {
			continue
		}
		h := uint64(fnvOffset)
		for to := from; to < len(words); to++ {
			h = chain(h, words[to])
			if lengths[to-from+1] && hashes.get(mix(h)) >= 0 {
				reached[to+1] = true
			}
		}
	}
	return reached[len(words)]
}

// wordsOf returns the word hashes of sentence i.
func (m *Matcher) wordsOf(i int) []uint64 {
	if !m.parted {
		m.spans, m.parted = sentenceSpans(m.spans[:0], m.body), true
	}
	place := int(m.records[i].place)
	if place >= len(m.spans) {
		return nil
	}
	s := m.body[m.spans[place].from:m.spans[place].to]
	if place < 2 {
		s = s[dateline(s):]
	}
	m.sc.scan(s)
	words := make([]uint64, len(m.sc.words))
	for k, t := range m.sc.words {
		words[k] = t.hash
	}
	return words
}
