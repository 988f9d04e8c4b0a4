package text

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
)

// Fingerprint is what is kept of a text, enough to judge another text against it
// when the text itself is gone. Version 1 holds the content hash; 64-bit hashes of
// the 5-word shingles of each sentence (all up to 256, else those divisible by 4,
// after Broder 1997); the title, and each sentence, with a hash, a 64-bit
// similarity hash of its words (Charikar 2002), its length, place, flags and
// veto features; and 32 bits for each longer word that no feature stands for, so that a typing error can be
// told from another word. It holds no word that could be read.
//
// It is a view of its encoded bytes: decoding costs next to nothing, and what is
// not asked for is not read. The zero value is the fingerprint of no text.
type Fingerprint struct {
	raw       []byte
	sentences int
	shingles  int
	words     int
	features  int // length in bytes
}

const (
	version       = 1
	shingleWords  = 5
	allShingles   = 256   // up to so many are all kept
	sampleEvery   = 4     // else every fourth, by value
	maxSentences  = 8000  // of a text; what comes after is not fingerprinted
	maxShingles   = 60000 // before sampling
	maxWords      = 65535 // counted in a sentence
	contentLength = 4     // letters from which a word of a sentence is kept

	headSize   = 2 + 1 + 1 + 32 + 4 + 2 + 2 + 4 + 4
	recordSize = 8 + 8 + 4 + 4 + 2 + 2 + 2 + 1 + 1
)

// Flags of a fingerprint.
const (
	sampled = 1 << iota
	vague   // no number, actor or act anywhere: "Live updates"
)

// Flags of a sentence.
const (
	flagBoilerplate = 1 << iota // marked as common to several documents
	flagFurniture               // of the site, not of the text: "subscribe to …"
	flagStamp                   // a dateline or a time stamp
	flagTitle                   // repeats the title
	flagFragment                // too short to say anything
	flagCut                     // ends in "…"
	flagLede
)

// flagsIgnored sentences carry no news whatever they say.
const flagsIgnored = flagBoilerplate | flagFurniture | flagStamp | flagTitle | flagFragment

// record is one sentence, or the title, as stored.
type record struct {
	hash, sim uint64
	feature   uint32 // offset of the encoded features
	word      uint32 // index of the first kept word
	place     uint16 // which sentence of the body, as Sentences counts
	length    uint16 // in words
	shingles  uint16 // kept
	kept      uint8  // words
	flags     uint8
}

// A kept word: 16 bits of its hash, which letters it has (14 bits), whether it is
// of contentLength letters at least, and begins with a capital.
const (
	wordHash    = 0xffff
	wordLetters = 0x3fff << 16
	wordLong    = 1 << 30
	wordCapital = 1 << 31
)

// New fingerprints a title and body in a language (see Language).
func New(title, body, lang string) Fingerprint {
	b := builders.Get().(*builder)
	defer builders.Put(b)
	return b.build(title, body, lang)
}

var builders = sync.Pool{New: func() any { return new(builder) }}

// builder is the memory New works in.
type builder struct {
	sc       scanner
	norm     normaliser
	spans    []span
	records  []record
	shingles []uint64
	words    []uint32
	features []byte
	read     Features // of the sentence at hand
	kept     []uint64
	cues     []uint8
}

func (b *builder) build(title, body, lang string) Fingerprint {
	b.records, b.shingles, b.words, b.features, b.cues = b.records[:0], b.shingles[:0], b.words[:0], b.features[:0], b.cues[:0]
	l := lexiconOf(lang)
	f := &b.read
	isVague := true
	var count uint32

	b.sc.scan(title)
	f.read(&b.sc, l)
	isVague = isVague && f.empty()
	heading := b.record(f, 1)
	heading.shingles = 0
	b.shingles = b.shingles[:0]
	count += uint32(len(b.sc.words))

	b.spans = sentenceSpans(b.spans[:0], body)
	for i, sp := range b.spans {
		if len(b.records) == maxSentences || len(b.shingles) > maxShingles {
			break
		}
		s := body[sp.from:sp.to]
		if i < 2 {
			s = s[dateline(s):]
		}
		b.sc.scan(s)
		if len(b.sc.words) == 0 {
			continue
		}
		f.read(&b.sc, l)
		isVague = isVague && f.empty()
		r := b.record(f, contentLength)
		r.place = uint16(min(i, math.MaxUint16))
		count += uint32(len(b.sc.words))
		switch {
		case heading.length > 0 && r.hash == heading.hash:
			r.flags |= flagTitle
		case isStamp(&b.sc, l, len(b.records)):
			r.flags |= flagStamp
		case r.length < 4 && f.empty():
			r.flags |= flagFragment
		}
		cue := uint8(0)
		if len(f.Actors) == 0 || r.length < 30 {
			cue = furnitureCues(&b.sc)
		}
		if cue > 0 && len(f.Actors) == 0 || isByline(&b.sc) {
			r.flags |= flagFurniture
		}
		if cutShort(s) {
			r.flags |= flagCut
		}
		b.records = append(b.records, r)
		b.cues = append(b.cues, cue)
	}
	b.furnishParagraphs()
	b.markLede()
	return b.encode(b.norm.contentSum(title, body), heading, count, isVague)
}

// record makes the record of the sentence in b.sc, keeping words of at least
// minLength letters.
func (b *builder) record(f *Features, minLength uint8) record {
	words := b.sc.words
	r := record{feature: uint32(len(b.features)), word: uint32(len(b.words)), length: uint16(min(len(words), maxWords))}
	b.features = appendFeatures(b.features, f)
	if len(words) == 0 {
		return r
	}
	h := uint64(fnvOffset)
	var votes counters
	for i := range words {
		t := &words[i]
		h = chain(h, t.hash)
		if i < votesAtMost {
			votes.add(t.hash)
		}
		if t.length >= minLength && !(t.stated && minLength > 1) && !t.number && r.kept < 255 {
			w := uint32(t.hash&wordHash) | uint32(t.letters)<<16&wordLetters
			if t.length >= contentLength {
				w |= wordLong
			}
			if t.capital && i > 0 {
				w |= wordCapital
			}
			b.words = append(b.words, w)
			r.kept++
		}
	}
	r.hash = mix(h)
	r.sim = votes.over(min(len(words), votesAtMost) / 2)
	start := len(b.shingles)
	for i := 0; i+shingleWords <= len(words); i++ {
		h := uint64(0)
		for _, t := range words[i : i+shingleWords] {
			h = chain(h, t.hash)
		}
		b.shingles = append(b.shingles, mix(h))
	}
	if len(words) < shingleWords {
		b.shingles = append(b.shingles, r.hash)
	}
	r.shingles = uint16(min(len(b.shingles)-start, math.MaxUint16))
	b.shingles = b.shingles[:start+int(r.shingles)]
	return r
}

// counters are 64 counters side by side, counters[i] holding bit i of each: a
// similarity hash counts, for each of its bits, the words whose hash has it.
type counters [11]uint64

// votesAtMost is how many words of a sentence are counted: what 11 bits hold.
const votesAtMost = 1<<11 - 1

// add adds each bit of h to its counter.
func (c *counters) add(h uint64) {
	for i := range c {
		if h == 0 {
			return
		}
		c[i], h = c[i]^h, c[i]&h
	}
}

// over returns the bits whose counter is above n.
func (c *counters) over(n int) (above uint64) {
	equal := ^uint64(0)
	for i := len(c) - 1; i >= 0; i-- {
		if n>>i&1 == 0 {
			above |= equal & c[i]
			equal &^= c[i]
		} else {
			equal &= c[i]
		}
	}
	return above
}

// furnishParagraphs extends furniture to what stands between two sentences of
// one paragraph that ask for support, a subscription or a log-in, if at least
// every fourth does.
func (b *builder) furnishParagraphs() {
	last := -1 // the last such sentence of this paragraph
	for i := range b.records {
		if i > 0 && b.newParagraph(i) {
			last = -1
		}
		if b.cues[i] == 0 {
			continue
		}
		if last >= 0 && i-last <= 4 {
			for k := last; k <= i; k++ {
				b.records[k].flags |= flagFurniture
			}
		}
		last = i
	}
}

// newParagraph reports that a paragraph begins between record j and the one before.
func (b *builder) newParagraph(j int) bool {
	for p := int(b.records[j-1].place) + 1; p <= int(b.records[j].place); p++ {
		if b.spans[p].paragraph {
			return true
		}
	}
	return false
}

// markLede marks the first sentence that says something.
func (b *builder) markLede() {
	first := -1
	for i, r := range b.records {
		if r.flags&flagsIgnored != 0 {
			continue
		}
		if first < 0 {
			first = i
		}
		if r.length >= 6 {
			first = i
			break
		}
	}
	if first >= 0 {
		b.records[first].flags |= flagLede
	}
}

func (b *builder) encode(sum [32]byte, heading record, count uint32, isVague bool) Fingerprint {
	var flags byte
	shingles := b.shingles
	if len(shingles) > allShingles {
		flags |= sampled
		b.kept = b.kept[:0]
		next := 0
		for i := range b.records {
			end, before := next+int(b.records[i].shingles), len(b.kept)
			for ; next < end; next++ {
				if shingles[next]%sampleEvery == 0 {
					b.kept = append(b.kept, shingles[next])
				}
			}
			b.records[i].shingles = uint16(len(b.kept) - before)
		}
		shingles = b.kept
	}
	if isVague {
		flags |= vague
	}
	size := headSize + recordSize*(1+len(b.records)) + 8*len(shingles) + 4*len(b.words) + len(b.features)
	le := binary.LittleEndian
	raw := make([]byte, 0, size)
	raw = append(raw, 'F', version, flags, 0)
	raw = append(raw, sum[:]...)
	raw = le.AppendUint32(raw, count)
	raw = le.AppendUint16(raw, uint16(len(b.records)))
	raw = le.AppendUint16(raw, uint16(len(shingles)))
	raw = le.AppendUint32(raw, uint32(len(b.words)))
	raw = le.AppendUint32(raw, uint32(len(b.features)))
	raw = appendRecord(raw, heading)
	for _, r := range b.records {
		raw = appendRecord(raw, r)
	}
	for _, s := range shingles {
		raw = le.AppendUint64(raw, s)
	}
	for _, w := range b.words {
		raw = le.AppendUint32(raw, w)
	}
	raw = append(raw, b.features...)
	return Fingerprint{raw: raw, sentences: len(b.records), shingles: len(shingles), words: len(b.words), features: len(b.features)}
}

func appendRecord(raw []byte, r record) []byte {
	le := binary.LittleEndian
	raw = le.AppendUint64(raw, r.hash)
	raw = le.AppendUint64(raw, r.sim)
	raw = le.AppendUint32(raw, r.feature)
	raw = le.AppendUint32(raw, r.word)
	raw = le.AppendUint16(raw, r.place)
	raw = le.AppendUint16(raw, r.length)
	raw = le.AppendUint16(raw, r.shingles)
	return append(raw, r.kept, r.flags)
}

// Encode returns the stored form, which the caller must not change.
func (f Fingerprint) Encode() []byte { return f.raw }

var errDamaged = errors.New("damaged fingerprint")

// Decode reads a stored fingerprint. The bytes are kept, not copied. It fails on a
// version it does not know and on anything New cannot have written the shape of.
func Decode(raw []byte) (Fingerprint, error) {
	if len(raw) < headSize+recordSize || raw[0] != 'F' {
		return Fingerprint{}, errDamaged
	}
	if raw[1] != version {
		return Fingerprint{}, fmt.Errorf("fingerprint version %d is not known here", raw[1])
	}
	le := binary.LittleEndian
	f := Fingerprint{raw: raw, sentences: int(le.Uint16(raw[40:])), shingles: int(le.Uint16(raw[42:]))}
	words, features := uint64(le.Uint32(raw[44:])), uint64(le.Uint32(raw[48:]))
	if uint64(headSize+recordSize*(1+f.sentences)+8*f.shingles)+4*words+features != uint64(len(raw)) {
		return Fingerprint{}, errDamaged
	}
	f.words, f.features = int(words), int(features)
	shingles := 0
	for i := -1; i < f.sentences; i++ {
		r := f.record(i)
		shingles += int(r.shingles)
		if uint64(r.word)+uint64(r.kept) > words || uint64(r.feature) > features || i < 0 && r.shingles != 0 {
			return Fingerprint{}, errDamaged
		}
	}
	if shingles != f.shingles {
		return Fingerprint{}, errDamaged
	}
	return f, nil
}

// record returns sentence i, or the title for -1.
func (f Fingerprint) record(i int) record {
	b := f.raw[headSize+recordSize*(i+1):][:recordSize]
	le := binary.LittleEndian
	return record{
		hash: le.Uint64(b), sim: le.Uint64(b[8:]), feature: le.Uint32(b[16:]), word: le.Uint32(b[20:]),
		place: le.Uint16(b[24:]), length: le.Uint16(b[26:]), shingles: le.Uint16(b[28:]), kept: b[30], flags: b[31],
	}
}

func (f Fingerprint) hashOf(i int) uint64 {
	return binary.LittleEndian.Uint64(f.raw[headSize+recordSize*(i+1):])
}

func (f Fingerprint) shingle(i int) uint64 {
	return binary.LittleEndian.Uint64(f.raw[headSize+recordSize*(1+f.sentences)+8*i:])
}

func (f Fingerprint) word(i int) uint32 {
	return binary.LittleEndian.Uint32(f.raw[headSize+recordSize*(1+f.sentences)+8*f.shingles+4*i:])
}

// featuresAt decodes the features of a record; damaged bytes give fewer.
func (f Fingerprint) featuresAt(r record) Features {
	b := f.raw[len(f.raw)-f.features:]
	if int(r.feature) > len(b) {
		return Features{}
	}
	return decodeFeatures(b[r.feature:])
}

// zero reports the fingerprint of nothing.
func (f Fingerprint) zero() bool { return len(f.raw) == 0 }

func (f Fingerprint) isSampled() bool { return f.raw[2]&sampled != 0 }

// Vague reports a text that names no number, actor or act, such as "Live updates".
func (f Fingerprint) Vague() bool { return f.zero() || f.raw[2]&vague != 0 }

// Words counts the words of title and body.
func (f Fingerprint) Words() int {
	if f.zero() {
		return 0
	}
	return int(binary.LittleEndian.Uint32(f.raw[36:]))
}

// Len counts the sentences of the body.
func (f Fingerprint) Len() int { return f.sentences }

// ContentHash returns what ContentHash gives for the text: "v1:" and hex SHA-256.
func (f Fingerprint) ContentHash() string {
	if f.zero() {
		return ""
	}
	return formatHash(f.raw[4:36])
}

// SameHash reports equal content hashes.
func (f Fingerprint) SameHash(g Fingerprint) bool {
	return !f.zero() && !g.zero() && [32]byte(f.raw[4:36]) == [32]byte(g.raw[4:36])
}

// Mark returns a copy in which the sentences that boilerplate reports, by their
// hash, carry the boilerplate bit: they play no part in any comparison.
func (f Fingerprint) Mark(boilerplate func(sentence uint64) bool) Fingerprint {
	if f.zero() {
		return f
	}
	raw := append([]byte(nil), f.raw...)
	f.raw = raw
	lede, first := -1, -1
	for i := range f.sentences {
		flags := &raw[headSize+recordSize*(i+1)+31]
		if boilerplate(f.hashOf(i)) {
			*flags |= flagBoilerplate
		}
		*flags &^= flagLede
		if *flags&flagsIgnored == 0 {
			if first < 0 {
				first = i
			}
			if lede < 0 && f.record(i).length >= 6 {
				lede = i
			}
		}
	}
	if lede < 0 {
		lede = first
	}
	if lede >= 0 {
		raw[headSize+recordSize*(lede+1)+31] |= flagLede
	}
	return f
}

// Common returns the sentences, by hash, that two or more of the documents
// share word for word: what a seed corpus carries of its sources' furniture.
func Common(documents []Fingerprint) func(sentence uint64) bool {
	in := map[uint64]int{}
	for n, f := range documents {
		for i := range f.sentences {
			h := f.hashOf(i)
			if last, seen := in[h]; !seen {
				in[h] = n
			} else if last != n {
				in[h] = -1
			}
		}
	}
	return func(h uint64) bool { return in[h] == -1 }
}

// appendFeatures encodes features: a byte of what is present, then that.
func appendFeatures(b []byte, f *Features) []byte {
	var has byte
	set := func(bit byte, yes bool) {
		if yes {
			has |= bit
		}
	}
	set(1, len(f.Numbers) > 0)
	set(2, f.Negations > 0)
	set(4, f.Polarity != 0)
	set(8, len(f.Actors) > 0)
	set(16, f.Occasions != 0)
	set(32, f.Acts)
	b = append(b, has)
	if len(f.Numbers) > 0 {
		b = append(b, byte(len(f.Numbers)))
		for _, n := range f.Numbers {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	if f.Negations > 0 {
		b = append(b, byte(min(f.Negations, 255)))
	}
	if f.Polarity != 0 {
		b = binary.AppendUvarint(b, uint64(f.Polarity))
	}
	if len(f.Actors) > 0 {
		b = append(b, byte(len(f.Actors)))
		for _, a := range f.Actors {
			b = append(b, byte(a))
		}
	}
	if f.Occasions != 0 {
		b = binary.AppendUvarint(b, f.Occasions)
	}
	return b
}

func decodeFeatures(b []byte) Features {
	var f Features
	next := func() byte {
		if len(b) == 0 {
			return 0
		}
		c := b[0]
		b = b[1:]
		return c
	}
	varint := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			b = nil
			return 0
		}
		b = b[n:]
		return v
	}
	has := next()
	if has&1 != 0 {
		if n := min(int(next()), maxNumbers, len(b)); n > 0 {
			f.Numbers = make([]Number, n)
			for i := range f.Numbers {
				f.Numbers[i] = Number(varint())
			}
		}
	}
	if has&2 != 0 {
		f.Negations = int(next())
	}
	if has&4 != 0 {
		f.Polarity = uint32(varint())
	}
	if has&8 != 0 {
		if n := min(int(next()), maxActors, len(b)); n > 0 {
			f.Actors = make([]Actor, n)
			for i := range f.Actors {
				f.Actors[i] = Actor(next())
			}
		}
	}
	if has&16 != 0 {
		f.Occasions = varint()
	}
	f.Acts = has&32 != 0
	return f
}

// SentenceHash returns the hash of sentence i of the body, as masks know it.
func (f Fingerprint) SentenceHash(i int) uint64 { return f.hashOf(i) }
