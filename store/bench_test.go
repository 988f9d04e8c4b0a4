package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// BenchmarkCorpus measures what the store does beside a corpus that grows, in processor
// time: judging an item (all of it but the pure decisions), cutting a digest of sixty
// developments in its transaction, search, status, and opening the file. The corpus is 2,000 items a day: one in
// seven repeats a text of the days before, one in twenty belongs to one of a hundred
// series and bears its keys, one in ten is about the talks, every third of those in
// Russian, and every development was told. Of real streams an item has 6.05 keys: three of a title alone, six of a title
// and summary, eight of an article; here it is as many. A million items take minutes, so
// they are asked for:
//
//	TRUCEWATCH_BENCH_ITEMS=1000000 go test ./store -run '^$' -bench Corpus -benchtime 1x -timeout 0
func BenchmarkCorpus(b *testing.B) {
	most := 10_000
	if v := os.Getenv("TRUCEWATCH_BENCH_ITEMS"); v != "" {
		var err error
		if most, err = strconv.Atoi(v); err != nil {
			b.Fatal(err)
		}
	}
	path := cmp.Or(os.Getenv("TRUCEWATCH_BENCH_DB"), filepath.Join(b.TempDir(), "t.db")) // named: kept for BenchmarkScale of cmd/trucewatch
	s, err := Open(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { s.Close() }()
	c := &corpus{s: s}
	for n := 10_000; n <= most; n *= 10 {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c.grow(b, n)
			b.ResetTimer()
			for range b.N {
				digest := fmt.Sprint("morning ", n) // seen first a day ago
				sight(b, c.s, digest, 24*time.Hour, c.now().Add(-24*time.Hour))
				slot := c.now()
				b.ReportMetric(milli(c.median(b, func() error {
					slot = slot.Add(time.Minute)
					cut, err := c.s.CutDigest(b.Context(), news.DigestSpec{Name: digest, Channel: "C1"}, slot, slot, nil, func(e news.Edition) news.Cut {
						if len(e.Stories) < 60 {
							b.Errorf("a digest of %d developments", len(e.Stories))
						}
						return tellSixty(e)
					})
					if err == nil && !cut {
						b.Error("nothing was cut")
					}
					return err
				})), "cut-ms")
				for _, q := range []struct{ name, text string }{{"common", "Ukraine"}, {"rare", word(13, 1001) + "ing"}, {"cyrillic", "перемирие"}} {
					b.ReportMetric(milli(c.median(b, func() error {
						hits, _, err := c.s.Search(b.Context(), Search{Text: q.text})
						if err == nil && len(hits) == 0 {
							b.Errorf("%q is not found", q.text)
						}
						return err
					})), "search-"+q.name+"-ms")
				}
				b.ReportMetric(milli(c.median(b, func() error { _, err := c.s.Stats(b.Context()); return err })), "status-ms")
				c.prune(b)
				b.ReportMetric(milli(c.median(b, func() error { return c.prune(b) })), "retention-ms") // with nothing to remove
				b.ReportMetric(milli(c.median(b, func() error { _, err := c.s.Pending(b.Context(), c.now(), 64); return err })), "pending-ms")
				b.ReportMetric(milli(c.median(b, func() error {
					again, err := Open(b.Context(), path)
					if err != nil {
						return err
					}
					return again.Close()
				})), "open-ms")
				const batches, size = 8, 512
				for range batches / 4 {
					c.add(b, size) // until it is warm
				}
				began := spent(b)
				for range batches {
					c.add(b, size)
				}
				b.ReportMetric(micro(spent(b)-began)/(batches*size), "cpu-us/item")
			}
			b.ReportMetric(0, "ns/op")
			st, err := c.s.Stats(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if st.Items != int64(c.n) || st.Pending != 0 {
				b.Fatalf("%d items and %d pending, want %d and none", st.Items, st.Pending, c.n)
			}
			b.ReportMetric(float64(st.Bytes)/float64(st.Items), "bytes/item")
			b.ReportMetric(peakMB(b), "peak-MB")
		})
	}
}

// corpus is a store that items are added to, each judged as it comes.
type corpus struct {
	s *Store
	n int
}

const corpusStep = 24 * time.Hour / 2000

var corpusStart = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

func (c *corpus) now() time.Time {
	return corpusStart.Add(time.Duration(c.n) * corpusStep)
}

// prune is a whole round of retention.
func (c *corpus) prune(b *testing.B) error {
	for after, more := int64(0), true; more; more = after != 0 {
		var err error
		if after, _, err = c.s.PruneTexts(b.Context(), after, c.now().AddDate(0, 0, -400), c.now().AddDate(0, 0, -30), 500); err != nil {
			return err
		}
	}
	return nil
}

// grow adds items as if they had been judged, in great batches with sorted keys: what
// judging leaves behind in a tenth of its time.
func (c *corpus) grow(b *testing.B, to int) {
	b.Helper()
	if c.n == 0 {
		c.add(b, 1)
	}
	for c.n < to {
		if err := c.fill(b.Context(), min(20_000, to-c.n)); err != nil {
			b.Fatal(err)
		}
	}
}

func (c *corpus) fill(ctx context.Context, n int) error {
	type bearer struct {
		key  uint64
		item int
	}
	var keys []bearer
	err := c.s.write(ctx, func(tx transaction) error {
		story, told := 0, 0
		for range n {
			p := c.prepared(c.n)
			c.n++
			it, id := p.Work.Item, c.n
			ident := identify(1, it.Entry)
			best, tags := bestRelevance(p.Topics), packTags(p.Tags)
			_, err := tx.ExecContext(ctx, `INSERT INTO items (id, feed, guid, url, canonical, guid_key, url_key, text_key, published, published_from, news_time, seen, origin, live_seen, fresh,
				state, due, revision, revised, judged, lang, hash, verdict, reason, last_verdict, topics, tags)
				VALUES (?1, 1, ?2, ?2, ?2, ?3, ?4, ?5, ?6, 'stated', ?6, ?7, 'live', ?7, 1, 'judged', 0, 1, ?7, 1, 'en', ?8, 'new', 'nothing-like-it', 'new', ?9, ?10)`,
				id, it.URL, ident.guid, ident.url, ident.text, ms(it.Published), ms(it.Seen), p.Hash, encodeTopics(p.Topics), tags)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE items SET relevance = ? WHERE id = ?`, best, id); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO texts (item, title, summary, content, page) VALUES (?, ?, ?, '', '')`, id, it.Title, it.Summary); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, insertFingerprintSQL, id, p.Fingerprint); err != nil {
				return err
			}
			for _, k := range p.Keys {
				keys = append(keys, bearer{k, id})
			}
			if best == news.None {
				continue
			}
			if told++; told%5 == 1 { // five reports a development
				r, err := tx.ExecContext(ctx, insertStorySQL, p.Topics[0].Topic, ms(it.Published), ms(it.Published), ms(it.Published), 0)
				if err != nil {
					return err
				}
				last, err := r.LastInsertId()
				if err != nil {
					return err
				}
				story = int(last)
				if err := c.tell(ctx, tx, story, it.Published); err != nil {
					return err
				}
			}
			if _, err := tx.ExecContext(ctx, insertMemberSQL, id, story, p.Topics[0].Topic, 1, "like it", p.Sketch); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, touchStorySQL, story, ms(it.Published), ms(it.Published), ms(it.Published)); err != nil {
				return err
			}
			if err := insertStoryKeys(ctx, tx, p.StoryKeys, ms(it.Published), news.ItemID(id)); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, insertSearchSQL, id, it.Title, p.Search); err != nil {
				return err
			}
		}
		slices.SortFunc(keys, func(a, b bearer) int { return cmp.Compare(int64(a.key), int64(b.key)) })
		for _, k := range keys {
			if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO keys (key, item) VALUES (?, ?)`, int64(k.key), k.item); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// tell marks a development as told in the digest of its day.
func (c *corpus) tell(ctx context.Context, tx transaction, story int, when time.Time) error {
	slot := ms(when.Truncate(24 * time.Hour))
	if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO cuts (digest, slot, channel, kind, at, since) VALUES ('morning', ?1, 'C1', 'digest', ?1, ?1)`, slot); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO told (channel, story, cut, delivery, digest, slot, at, headline, state)
		SELECT 'C1', ?1, id, 0, 'morning', ?2, ?2, 'A headline of some length for a development', ?3 FROM cuts WHERE digest = 'morning' AND slot = ?2`,
		story, slot, encodeTold(benchMark(news.StoryID(story))))
	return err
}

// tellSixty composes what a full digest is: ten messages that tell sixty developments.
func tellSixty(e news.Edition) news.Cut {
	c := news.Cut{Kind: "digest"}
	for i, d := range e.Stories[max(0, len(e.Stories)-60):] {
		if i%6 == 0 {
			text := strings.Repeat("A line about a development that is told. ", 60)
			c.Messages = append(c.Messages, news.Message{Kind: "digest", Part: 1 + i/6, Text: text, Plain: text, Blocks: []byte(`[]`)})
		}
		t := benchMark(d.ID)
		t.Part, t.Headline = 1+i/6, d.Reports[0].Title
		c.Told = append(c.Told, t)
	}
	return c
}

func benchMark(id news.StoryID) news.Told {
	return news.Told{Story: id, Stages: map[string]string{"ceasefire": "talks"}, Committed: "both", Sides: []string{"ukraine", "russia"}, Terms: []string{"30 days"}, Items: map[news.ItemID]int{1: 1, 2: 1, 3: 1, 4: 1, 5: 1}}
}

// add stores and judges n items in one transaction.
func (c *corpus) add(b *testing.B, n int) {
	b.Helper()
	st := Stretch{Source: "bench", Version: "1"}
	for range n {
		p := c.prepared(c.n)
		p.Work.Feed = news.Feed{ID: 1, Name: "bench"}
		st.Entries = append(st.Entries, StretchEntry{Prepared: p, OwnGUIDs: true, After: Progress{Position: int64(c.n)}})
		c.n++
	}
	if c.n == n {
		f, err := c.s.ImportFeed(b.Context(), "bench", "en")
		if err != nil || f.ID != 1 {
			b.Fatal(f.ID, err)
		}
	}
	out, err := c.s.Import(b.Context(), st, Judging{Decide: news.Deciders{Verdict: repeats, Place: joins}, Enough: func() bool { return false }}, 48*time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	if out.Tally.Judged != n {
		b.Fatalf("%d of %d items judged", out.Tally.Judged, n)
	}
}

// repeats judges by the keys alone: the decision itself is pure and costs the same
// whatever the corpus.
func repeats(p news.Prepared, known []news.Candidate) news.Verdict {
	for _, c := range known {
		if c.Shared == len(p.Keys) {
			return news.Verdict{Kind: news.Duplicate, Of: c.Root, Reason: "same-text"}
		}
	}
	return news.Verdict{Kind: news.New, Reason: "nothing-like-it"}
}

// joins puts an item into the development most like it, but every fifth into its own.
func joins(p news.Prepared, topic string, known []news.StoryCandidate) news.Placement {
	if len(known) == 0 || p.StoryKeys[0]%5 == 0 {
		return news.Placement{Topic: topic, Why: "a development of its own"}
	}
	return news.Placement{Topic: topic, Story: known[0].Story, Score: 1, Why: "like it"}
}

// prepared is item i of the corpus as it would come prepared: its size and its
// repetition are those of real ones, its words are not.
func (c *corpus) prepared(i int) news.Prepared {
	src := i
	if i > 5000 && i%7 == 0 {
		src = i - 1 - int(scatter(i, 0)%4000)
		if src%7 == 0 {
			src++
		}
	}
	when := corpusStart.Add(time.Duration(i) * corpusStep)
	url := fmt.Sprintf("https://paper%d.example/news/%d/%s", i%300, i, word(src, 1))
	p := news.Prepared{Lang: "en", Hash: fmt.Sprintf("%016x%016x%016x%016x", scatter(src, 2), scatter(src, 3), scatter(src, 4), scatter(src, 5))}
	p.Work.Item = news.Item{Seen: when.Add(10 * time.Minute), Revision: 1}
	p.Work.Item.Entry = news.Entry{GUID: url, URL: url, Canonical: url, Title: words(src, 9), Summary: words(src, 40), Published: when, PublishedFrom: news.PublishedStated}
	keys := 6
	if n := scatter(src, 6) % 100; n < 3 {
		keys = 3
	} else if n >= 91 {
		keys = 8
	}
	for k := range keys {
		p.Keys = append(p.Keys, scatter(src, 10+k))
	}
	if src%20 == 7 { // a series: its title's frame and two of its sentences are those of all
		for k := range 3 {
			p.Keys[k] = scatter(src%100, 100+k)
		}
	}
	for k := range 60 {
		p.Fingerprint = binary.LittleEndian.AppendUint64(p.Fingerprint, scatter(src, 20+k))
	}
	p.Topics = []news.Relevance{{Topic: "russia-ukraine", Relevance: news.None}}
	if src%10 == 3 {
		event := src / 50
		p.Topics[0] = news.Relevance{Topic: "russia-ukraine", Relevance: news.Main, Score: .9}
		p.Tags = []news.Tag{{Facet: "mechanism", Value: "ceasefire"}, {Facet: "stage", Value: "talks"}}
		p.Sketch, p.Search = p.Fingerprint[:320], "Ukraine and Russia "+p.Work.Item.Summary
		if src%30 == 3 {
			p.Search = "Украина и Россия о перемирии " + p.Work.Item.Summary
		}
		for k := range 4 {
			p.StoryKeys = append(p.StoryKeys, scatter(src, 200+k), scatter(event, 300+k), scatter(event%40, 400+k))
		}
	}
	return p
}

// scatter is a number that looks random and is the same on every run.
func scatter(i, salt int) uint64 {
	x := uint64(i)*0x9E3779B97F4A7C15 + uint64(salt)*0xBF58476D1CE4E5B9 + 1
	x ^= x >> 30
	x *= 0x94D049BB133111EB
	return x ^ x>>31
}

func word(i, salt int) string { return strconv.FormatUint(scatter(i, salt)%1_000_000, 36) }

func words(i, n int) string {
	var ws []string
	for k := range n {
		ws = append(ws, word(i, 1000+k)+"ing")
	}
	return strings.Join(ws, " ")
}

// median is the median processor time of seven calls.
func (c *corpus) median(b *testing.B, f func() error) time.Duration {
	b.Helper()
	var took []time.Duration
	for range 7 {
		began := spent(b)
		if err := f(); err != nil {
			b.Fatal(err)
		}
		took = append(took, spent(b)-began)
	}
	return middle(took)
}

func middle(ds []time.Duration) time.Duration {
	ds = slices.Clone(ds)
	slices.Sort(ds)
	return ds[len(ds)/2]
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
func milli(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// spent is the processor time given to this process.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakMB is the most memory the process has held, in MiB.
func peakMB(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.Fields(v)[0])
			if err != nil {
				b.Fatal(err)
			}
			return float64(kb) / 1024
		}
	}
	b.Fatal(errors.New("/proc/self/status states no VmHWM"))
	return 0
}
