package text

import "strings"

// phrases are what sites put around a text and never mean: they are taken out
// by Normalise. The list is fixed and part of version 1 of the content hash.
var phrases = parsePhrases(`
advertisement
article continues below
breaking news:
continue reading
click here to read more
click to read more
follow us on facebook
follow us on telegram
follow us on twitter
follow us on x
listen to this article
log in to continue
open image in gallery
read also
read in full
read more
read next
read the full story
read the full article
related articles
scroll down to continue
share this article
sign up for our newsletter
sign up to our newsletter
skip to content
skip to main content
subscribe free to our daily newsletters
subscribe now
subscribe to our newsletter
subscribe to our channel
support now
view image in fullscreen
watch the video
підписуйтесь на наш канал
підписуйтесь на наш телеграм
підпишіться на наш канал
підтримайте нас
поділитися в соцмережах
читайте також
читати далі
дивіться також
подписывайтесь на наш канал
подпишитесь на наш канал
подробнее читайте
поделиться в соцсетях
смотрите также
читайте также
читать далее
читать полностью
lesen sie auch
lesen sie mehr
mehr zum thema
newsletter abonnieren
weiterlesen nach der anzeige
zum artikel
abonnez-vous à notre newsletter
à lire aussi
lire aussi
lire la suite
lire plus tard
réservé aux abonnés
czytaj także
czytaj też
czytaj więcej
dalsza część artykułu pod materiałem wideo
przeczytaj także
zobacz także
zobacz też
följ oss på facebook
läs också
läs mer
prenumerera på vårt nyhetsbrev
`)

// phraseSet finds phrases by their last word.
type phraseSet struct {
	byLast  map[uint64][][]uint64
	may     [64]uint64  // a bit for each last word, to ask the map seldom
	ends    [256]uint64 // by a last word's last byte, a bit for its first byte and length: to hash words seldom
	longest int         // in words
}

// mayEnd reports whether a folded word may be the last of a phrase.
func (set *phraseSet) mayEnd(w []byte) bool {
	return len(w) > 0 && set.ends[w[len(w)-1]]&endBit(w) != 0
}

func endBit(w []byte) uint64 { return 1 << ((int(w[0]) + 7*len(w)) & 63) }

// hasEnd reports whether a word, by its hash, may be the last of a phrase; rarely that it
// may when it is not.
func (set *phraseSet) hasEnd(last uint64) bool { return set.may[last>>6&63]&(1<<(last&63)) != 0 }

func parsePhrases(list string) phraseSet {
	set := phraseSet{byLast: map[uint64][][]uint64{}}
	for line := range strings.Lines(list) {
		var keys []uint64
		var w []byte
		for _, f := range strings.Fields(line) {
			w = core(appendFolded(nil, f))
			keys = append(keys, hashBytes(w))
		}
		if len(keys) > 0 {
			set.ends[w[len(w)-1]] |= endBit(w)
			set.longest = max(set.longest, len(keys))
			last := keys[len(keys)-1]
			set.byLast[last] = append(set.byLast[last], keys)
			set.may[last>>6&63] |= 1 << (last & 63)
		}
	}
	return set
}

// phraseAtEnd returns how many of the last words make up one of the phrases to
// take out, the longest that does; 0 when none.
func phraseAtEnd(words []word) int { return phraseEnd(&phrases, words) }

func phraseEnd(set *phraseSet, words []word) int {
	last := words[len(words)-1].key
	if !set.hasEnd(last) {
		return 0
	}
	best := 0
	for _, p := range set.byLast[last] {
		if len(p) <= best || len(p) > len(words) {
			continue
		}
		match := true
		for i, key := range p {
			if words[len(words)-len(p)+i].key != key {
				match = false
				break
			}
		}
		if match {
			best = len(p)
		}
	}
	return best
}
