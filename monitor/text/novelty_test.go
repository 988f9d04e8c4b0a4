package text

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func compare(a, b string) Match {
	return NewMatcher(New("", a, "en"), nil).Compare(New("", b, "en"), nil)
}

func TestSentenceStates(t *testing.T) {
	known := "The observers from six countries will arrive in Kharkiv before the arrangement takes effect on Friday night. " +
		"Engineers warned that a single strike on the substation could undo weeks of patient repair work, and asked for 40 days of quiet."
	for _, c := range []struct {
		name, sentence string
		want           SentenceState
	}{
		{"word for word", "The observers from six countries will arrive in Kharkiv before the arrangement takes effect on Friday night.", Known},
		{"punctuation", "The observers, from six countries, will arrive in Kharkiv before the arrangement takes effect on Friday night!", Known},
		{"a typing error", "The observers from six countries will arrive in Kharkiv before the arangement takes effect on Friday night.", Near},
		{"a part of it", "A single strike on the substation could undo weeks.", Within},
		{"a number", "The observers from eight countries will arrive in Kharkiv before the arrangement takes effect on Friday night.", Vetoed},
		{"a negation", "The observers from six countries will not arrive in Kharkiv before the arrangement takes effect on Friday night.", Vetoed},
		{"a day", "The observers from six countries will arrive in Kharkiv before the arrangement takes effect on Sunday night.", Vetoed},
		{"a place", "The observers from six countries will arrive in Odesa before the arrangement takes effect on Friday night.", Novel},
		{"another sentence", "The mayor of Sumy thanked the volunteers who had cleared the road.", Novel},
	} {
		m := compare(c.sentence, known)
		if len(m.Sentences) != 1 || m.Sentences[0] != c.want {
			t.Errorf("%s: state %v, want %v", c.name, m.Sentences, c.want)
		}
	}
}

func TestStampsAndFurnitureAreNoNews(t *testing.T) {
	m := compare(articleEN+"\nUpdated 12 March 2026, 14:30\nSign up to our newsletter and support our journalism.\nPublished: 11.03.2026", articleEN)
	if m.Found != m.Counted || m.Counted < 10 {
		t.Errorf("%d of %d sentences known: %v", m.Found, m.Counted, m.Sentences)
	}
}

func TestLearntBoilerplateIsBounded(t *testing.T) {
	body := "One thing happened in the harbour today.\nTwo things happened in the market today.\nThree things happened in the town hall today.\nFour things happened in the railway station today.\nFive things happened at the old bridge today."
	f := New("", body, "en")
	all := func(uint64) bool { return true }
	m := NewMatcher(f, all)
	masked := m.Masked()
	if len(masked) == 0 || len(masked) > 2 || slices.Contains(masked, 0) {
		t.Errorf("masked sentences %v: want at most 40 %% of five, and never the lede", masked)
	}
	if got := NewMatcher(f, nil).Masked(); len(got) != 0 {
		t.Errorf("masked without a mask: %v", got)
	}
}

func TestLearn(t *testing.T) {
	const ask = "The editors of this page thank the readers who keep it free for all."
	day := func(n int) time.Time { return time.Date(2026, 3, n, 9, 0, 0, 0, time.UTC) }
	item := func(n int, story int64, body string) Learned {
		return Learned{Development: story, Seen: day(n), Fingerprint: New("", body, "en")}
	}
	bodies := strings.Split(articleEN, "\n")
	with := func(i int) string { return bodies[i] + "\n" + ask }
	hash := New("", ask, "en").SentenceHash(0)
	now := day(20)
	for _, c := range []struct {
		name   string
		recent []Learned
		want   bool
	}{
		{"three items, developments and days", []Learned{item(1, 1, with(0)), item(2, 2, with(1)), item(3, 3, with(3))}, true},
		{"items of no development", []Learned{item(1, 0, with(0)), item(2, 0, with(1)), item(3, 0, with(3))}, true},
		{"two items", []Learned{item(1, 1, with(0)), item(2, 2, with(1))}, false},
		{"two days", []Learned{item(1, 1, with(0)), item(2, 2, with(1)), item(2, 3, with(3))}, false},
		{"one development", []Learned{item(1, 1, with(0)), item(2, 1, with(1)), item(3, 1, with(3))}, false},
		{"a lede", []Learned{item(1, 1, ask+"\n"+bodies[0]), item(2, 2, with(1)), item(3, 3, with(3))}, false},
		{"a title", []Learned{{1, day(1), New(ask, bodies[0], "en")}, item(1, 4, with(0)), item(2, 2, with(1)), item(3, 3, with(3))}, false},
		{"long ago", []Learned{{1, day(-20), New("", with(0), "en")}, item(2, 2, with(1)), item(3, 3, with(3))}, false},
	} {
		got := Learn(c.recent, now)
		expires, ok := got[hash]
		if ok != c.want {
			t.Errorf("%s: learnt %v, want %v", c.name, ok, c.want)
		}
		if ok && !expires.Equal(day(3).Add(30*24*time.Hour)) {
			t.Errorf("%s: expires %v", c.name, expires)
		}
		if len(got) > 1 {
			t.Errorf("%s: learnt %d sentences", c.name, len(got))
		}
	}
}

// Comparing must stay cheap on texts made to make it dear.
func TestRepeatedSentencesDoNotMakeComparingQuadratic(t *testing.T) {
	s := strings.Repeat("The delegations met again in Geneva on Monday morning. ", 8000)
	f := New("", s, "en")
	m := NewMatcher(f, nil).Compare(f, nil)
	if m.Found != m.Counted || m.Counted != 8000 {
		t.Errorf("%d of %d known", m.Found, m.Counted)
	}
}

// Sentences of the same words in ever other order, each with another number, are
// alike to the filter and dear to compare: the work on them is bounded.
func TestAlikeSentencesCannotMakeComparingEndless(t *testing.T) {
	var words []string
	for w := range strings.FieldsSeq(long(200)) {
		words = append(words, strings.Trim(w, ".W"))
	}
	page := func(shift int) Fingerprint {
		var b strings.Builder
		for i := range 400 {
			k := (i + shift) % len(words)
			b.WriteString("The " + strings.Join(words[k:], " ") + " " + strings.Join(words[:k], " ") + " " + strconv.Itoa(i+shift) + ".\n")
		}
		return New("", b.String(), "en")
	}
	f, g := page(0), page(401)
	start := time.Now()
	m := NewMatcher(f, nil).Compare(g, nil)
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	if m.Counted < 300 {
		t.Errorf("%d sentences count, want most of 400", m.Counted)
	}
}

// Memory that is used again carries nothing from one text to the next.
func TestReadingAndComparingAgainSaysTheSame(t *testing.T) {
	texts := []string{articleEN, articleEdited, articleUK, articleDE, "Talks end. Talks end.", "", strings.Repeat(articleEN+"\n", 30)}
	var prints []Fingerprint
	for _, s := range texts {
		prints = append(prints, New(titleEN, s, "en"))
	}
	said := func(i, j int, free bool) string {
		m := NewMatcher(prints[i], nil).WithText(texts[i])
		out := fmt.Sprintf("%+v", m.Compare(prints[j], nil))
		if free {
			m.Free()
		}
		return out
	}
	want := map[[2]int]string{}
	for i := range texts {
		for j := range texts {
			want[[2]int{i, j}] = said(i, j, false)
		}
	}
	for i := len(texts) - 1; i >= 0; i-- {
		if !slices.Equal(New(titleEN, texts[i], "en").Encode(), prints[i].Encode()) {
			t.Errorf("text %d has another fingerprint the second time", i)
		}
		for j := range texts {
			if got := said(i, j, true); got != want[[2]int{i, j}] {
				t.Errorf("text %d beside %d: %s, want %s", i, j, got, want[[2]int{i, j}])
			}
		}
	}
}
