package text

import "slices"

// MaxKeys is the most index keys an item has.
const MaxKeys = 8

// Salts part the kinds of keys, so that a title that is also a sentence does not
// find itself by chance. Fixed: they are part of version 1.
const (
	saltHash     = 0x68617368
	saltURL      = 0x75726c
	saltSentence = 0x73656e74
	saltShingle  = 0x7368696e
)

// Keys returns the index keys of a text, at most MaxKeys, without repeats: two
// texts of which one repeats or contains the other, or that differ by an edit,
// nearly always share one. They are the content hash, the canonical URL ("" has
// none), the title, the lede, one more sentence of the beginning, and the least
// shingles of the whole (a bottom-k sketch after Broder 1997: a part of a text
// has some of the least of the whole in proportion to its size). Sentences that
// are the site's own, or marked as boilerplate, give no keys.
func (f Fingerprint) Keys(canonical string) []uint64 {
	if f.zero() {
		return nil
	}
	keys := make([]uint64, 0, MaxKeys)
	add := func(h uint64) {
		for _, k := range keys {
			if k == h {
				return
			}
		}
		keys = append(keys, h)
	}
	var sum uint64
	for _, c := range f.raw[4:12] {
		sum = sum<<8 | uint64(c)
	}
	add(mix(sum ^ saltHash))
	if canonical != "" {
		add(urlKey(canonical))
	}
	if title := f.record(-1); title.length > 0 {
		// As a sentence, for a page may carry another's title as a line.
		add(mix(title.hash ^ saltSentence))
	}
	var least [MaxKeys]uint64
	for i := range least {
		least[i] = ^uint64(0)
	}
	second, beginning := ^uint64(0), 0
	next := 0
	for i := range f.sentences {
		r := f.record(i)
		from := next
		next += int(r.shingles)
		if r.flags&flagsIgnored != 0 {
			continue
		}
		if r.flags&flagLede != 0 {
			add(mix(r.hash ^ saltSentence))
		} else if r.length >= 6 && beginning < 8 {
			beginning++
			second = min(second, mix(r.hash^saltSentence))
		}
		for k := from; k < next; k++ {
			insertLeast(&least, rank(f.shingle(k)))
		}
	}
	if second != ^uint64(0) {
		add(second)
	}
	for _, h := range least {
		if len(keys) == MaxKeys || h == ^uint64(0) {
			break
		}
		// A short text repeats itself in its sentences: few of its shingles do.
		if f.Words() < 60 && len(keys) >= 6 {
			break
		}
		add(mix(h ^ saltShingle))
	}
	return keys
}

// AllKeys returns a key for the hash, the title and every sentence and kept shingle
// of a text: of a few documents that are to be found by any part of them, such as
// seeds, whatever runs before and after it. Sentences marked as boilerplate give none.
func (f Fingerprint) AllKeys() []uint64 {
	keys := f.Keys("")
	next := 0
	for i := range f.sentences {
		r := f.record(i)
		from := next
		next += int(r.shingles)
		if r.flags&flagBoilerplate != 0 {
			continue
		}
		if r.length >= 6 {
			keys = append(keys, mix(r.hash^saltSentence))
		}
		for k := from; k < next; k++ {
			keys = append(keys, mix(rank(f.shingle(k))^saltShingle))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// urlKey is the index key of a canonical URL.
func urlKey(canonical string) uint64 { return mix(hashBytes([]byte(canonical)) ^ saltURL) }

// rank orders shingles for the sketch: those that long texts keep come first, so
// that a short text and a long one choose alike.
func rank(shingle uint64) uint64 {
	r := mix(shingle^saltShingle) >> 1
	if shingle%sampleEvery != 0 {
		r |= 1 << 63
	}
	return r
}

// insertLeast keeps the least values in order, each once.
func insertLeast(least *[MaxKeys]uint64, v uint64) {
	if v >= least[MaxKeys-1] {
		return
	}
	i := MaxKeys - 1
	for i > 0 && least[i-1] > v {
		i--
	}
	if i > 0 && least[i-1] == v {
		return
	}
	copy(least[i+1:], least[i:MaxKeys-1])
	least[i] = v
}
