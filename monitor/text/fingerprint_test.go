package text

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"trucewatch/internal/news"
)

func TestFingerprintHoldsNoReadableWord(t *testing.T) {
	raw := New(titleEN, articleEN, "en").Encode()
	for _, w := range []string{"Geneva", "geneva", "Umerov", "umerov", "midnight"} {
		if bytes.Contains(raw, []byte(w)) {
			t.Errorf("%q stands in the fingerprint", w)
		}
	}
}

func TestFingerprintSurvivesEncoding(t *testing.T) {
	for _, body := range []string{"", "One.", articleEN, articleUK, strings.Repeat(articleDE+"\n", 3), long(900)} {
		f := New(titleEN, body, "en")
		g, err := Decode(f.Encode())
		if err != nil {
			t.Fatalf("%.40q: %v", body, err)
		}
		if !bytes.Equal(f.Encode(), g.Encode()) || f.Len() != g.Len() || f.ContentHash() != ContentHash(titleEN, body) {
			t.Errorf("%.40q: changed by encoding", body)
		}
		if m := NewMatcher(f, nil).Compare(g, nil); !m.SameHash || m.Found != m.Counted || m.Title != TitleSame {
			t.Errorf("%.40q: is not itself after decoding: %+v", body, m)
		}
	}
}

// long is an article of n words, every one of them met once.
func long(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "word%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676)
		if i%15 == 14 {
			b.WriteString(". W")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func TestLongTextsKeepEveryFourthShingle(t *testing.T) {
	short, longer := New("", long(250), "en"), New("", long(4000), "en")
	if short.isSampled() || !longer.isSampled() {
		t.Fatalf("sampled: %v for 250 words, %v for 4000", short.isSampled(), longer.isSampled())
	}
	if n := longer.shingles; n < 600 || n > 900 {
		t.Errorf("%d shingles of about 2,900 kept, want about a quarter", n)
	}
	for i := range longer.shingles {
		if longer.shingle(i)%sampleEvery != 0 {
			t.Fatalf("shingle %d is not of the sample", i)
		}
	}
	if size := len(longer.Encode()); size > 40_000 {
		t.Errorf("%d bytes for 4,000 words", size)
	}
}

func TestDecodeRefusesWhatNewCannotHaveWritten(t *testing.T) {
	raw := New(titleEN, articleEN, "en").Encode()
	for n := range raw {
		if _, err := Decode(raw[:n]); err == nil {
			t.Fatalf("decoded its first %d bytes of %d", n, len(raw))
		}
	}
	newer := slices.Clone(raw)
	newer[1] = 2
	if _, err := Decode(newer); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("version 2: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(New(titleEN, articleEN, "en").Encode())
	f.Add(New("", articleUK, "uk").Encode())
	f.Add(New("Talks", "", "").Encode())
	f.Add([]byte("F\x01"))
	known := New(titleEN, articleEN, "en")
	f.Fuzz(func(t *testing.T, raw []byte) {
		g, err := Decode(raw)
		if err != nil {
			return
		}
		if !bytes.Equal(g.Encode(), raw) {
			t.Error("encoding changed the bytes")
		}
		if n := len(g.Keys("https://a.example/b")); n == 0 || n > MaxKeys {
			t.Errorf("%d keys", n)
		}
		for _, pair := range [][2]Fingerprint{{g, known}, {known, g}, {g, g}} {
			m := NewMatcher(pair[0], func(uint64) bool { return true }).Compare(pair[1], nil)
			if len(m.Sentences) != pair[0].Len() || m.Found > m.Counted || m.Covered < 0 || m.Covered > 1 {
				t.Errorf("impossible match: %+v", m)
			}
		}
		if h := g.Mark(func(uint64) bool { return true }); h.Len() != g.Len() || h.ContentHash() != g.ContentHash() {
			t.Error("marking changed more than marks")
		}
	})
}

func TestTextsThatRepeatOneAnotherShareAKey(t *testing.T) {
	parts := strings.Split(articleEN, "\n")
	other := strings.Join([]string{
		"Finland and Norway signed an agreement on border rescue services in Oslo on Thursday.",
		"The two interior ministers said helicopters of either country may cross without notice.",
		"The agreement replaces one of 1986 and runs for 20 years.",
		"Fishermen on both sides of the fjord had asked for it since a trawler sank in 2019.",
		"Parliaments are to vote on it in the autumn, and no party has announced opposition.",
		"Rescue crews will train together twice a year, first in Kirkenes and then in Ivalo.",
	}, "\n")
	moved := slices.Clone(parts)
	moved = append(append(slices.Clone(moved[3:5]), moved[:3]...), moved[5:]...)
	whole := New(titleEN, articleEN, "en").Keys("https://wire.example/a")
	for name, keys := range map[string][]uint64{
		"another outlet":   New("Power plants to be spared", articleEN, "en").Keys("https://b.example/x"),
		"the lede":         New("Power plants to be spared", parts[0], "en").Keys("https://b.example/y"),
		"three paragraphs": New("", strings.Join(parts[:3], "\n"), "en").Keys(""),
		"without dateline": New("", strings.TrimPrefix(parts[0], "GENEVA, March 11 (Newswire) - "), "en").Keys(""),
		"edited":           New("Plants spared", strings.ReplaceAll(articleEN, "delegations", "teams"), "en").Keys(""),
		"moved":            New("", strings.Join(moved, "\n"), "en").Keys(""),
		"page of two":      New("Evening brief", other+"\n"+articleEN, "en").Keys(""),
		"page of two, 2nd": New("Evening brief", articleEN+"\n"+other, "en").Keys(""),
		"same URL":         New("Now for something else", other, "en").Keys("https://wire.example/a"),
		"same title":       New(titleEN, "Follow us.", "en").Keys(""),
	} {
		if len(keys) > MaxKeys {
			t.Errorf("%s: %d keys", name, len(keys))
		}
		if !slices.ContainsFunc(keys, func(k uint64) bool { return slices.Contains(whole, k) }) {
			t.Errorf("%s shares no key with the article", name)
		}
	}
	unrelated := New("Rescue services", other, "en").Keys("https://c.example/z")
	for _, k := range unrelated {
		if slices.Contains(whole, k) {
			t.Error("an unrelated article shares a key")
		}
	}
}

func TestPrepareChoosesTheText(t *testing.T) {
	item := news.Item{Entry: news.Entry{Title: titleEN, Summary: strings.Repeat("summary words here ", 10), Lang: "en-GB"}}
	want := func(name, body string) {
		t.Helper()
		_, hash, fp, keys := Prepare(item, "")
		if hash != ContentHash(item.Title, body) {
			t.Errorf("%s: hash of another text", name)
		}
		if f, err := Decode(fp); err != nil || f.ContentHash() != hash || len(keys) == 0 {
			t.Errorf("%s: fingerprint %v, %d keys", name, err, len(keys))
		}
	}
	want("summary", item.Summary)
	item.Content = "short content"
	want("content shorter than the summary", item.Summary)
	item.Content = articleEN
	want("content", articleEN)
	item.Page = strings.Repeat("page ", 40)
	want("page less than 1.5 times the summary", articleEN)
	item.Page = strings.Repeat("page words ", 60)
	want("page", item.Page)
}

func TestMarkedSentencesGiveNoLedeAndNoKeys(t *testing.T) {
	ask := "Quality reporting from the front costs a great deal of money each week."
	a, b := New("", ask+"\n"+articleEN, "en"), New("", ask+"\n"+articleSV, "en")
	common := Common([]Fingerprint{a, b})
	if !common(a.SentenceHash(0)) || common(a.SentenceHash(1)) {
		t.Fatal("Common found the wrong sentences")
	}
	lede := func(f Fingerprint) int {
		for i := range f.Len() {
			if f.record(i).flags&flagLede != 0 {
				return i
			}
		}
		return -1
	}
	if l := lede(a); l != 0 {
		t.Errorf("lede before marking: %d, want 0", l)
	}
	marked := a.Mark(common)
	if l := lede(marked); l != 1 {
		t.Errorf("lede after marking: %d, want 1", l)
	}
	if a.record(0).flags&flagBoilerplate != 0 {
		t.Error("Mark changed its receiver")
	}
	for _, k := range New("", ask, "en").Keys("") {
		if slices.Contains(marked.Keys(""), k) {
			t.Error("a marked sentence gives a key")
		}
	}
}

func TestCountersCount(t *testing.T) {
	var c counters
	for i := range 1500 {
		h := uint64(0)
		for bit := range 64 {
			if i < 23*bit {
				h |= 1 << bit
			}
		}
		c.add(h)
	}
	for _, n := range []int{0, 1, 22, 23, 500, 749, 750, 1448, 1500} {
		got := c.over(n)
		for bit := range 64 {
			if want := min(23*bit, 1500) > n; want != (got>>bit&1 == 1) {
				t.Errorf("counter %d over %d: %v", bit, n, !want)
			}
		}
	}
}

// A document of the seed corpus is found by whatever part of it an item repeats, also
// where the ends of its lines were lost.
func TestAnyPartOfASeedIsFound(t *testing.T) {
	seed := New("", "Choose what you are told in the settings of this page.\nThe halt to strikes in ten lines and a map\n"+articleEN, "en")
	known := map[uint64]bool{}
	for _, k := range seed.AllKeys() {
		known[k] = true
	}
	for _, k := range seed.Keys("") {
		if !known[k] {
			t.Errorf("key %x is not among all keys", k)
		}
	}
	parts := strings.Split(articleEN, "\n")
	for from := range parts {
		for to := from + 1; to <= len(parts); to++ {
			part := New("What the papers say", strings.ReplaceAll(strings.Join(parts[from:to], " "), ".", ""), "en")
			if !slices.ContainsFunc(part.Keys("https://a.example/b"), func(k uint64) bool { return known[k] }) {
				t.Errorf("paragraphs %d to %d run together share no key with the whole", from, to)
			}
		}
	}
	other := New("Tractors in Oslo", "Farmers drove 300 tractors into Oslo on Friday. They want cheaper diesel. The minister will meet them on Sunday.", "en")
	if slices.ContainsFunc(other.Keys(""), func(k uint64) bool { return known[k] }) {
		t.Error("another subject shares a key")
	}
}
