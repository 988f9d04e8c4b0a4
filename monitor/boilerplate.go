package monitor

import (
	"context"
	"fmt"
	"time"

	"trucewatch/internal/news"
	"trucewatch/monitor/story"
	"trucewatch/monitor/text"
)

// BoilerplateStore is what learning boilerplate needs to remember.
type BoilerplateStore interface {
	Publishers(ctx context.Context, since time.Time) ([]string, error)
	RecentNew(ctx context.Context, publisher string, since time.Time, limit int) ([]news.Fingerprinted, error)
	SaveBoilerplate(ctx context.Context, publisher string, sentences map[uint64]time.Time, now time.Time) error
	Boilerplate(ctx context.Context, now time.Time) (map[string]map[uint64]bool, error)
}

const (
	learnEvery  = 6 * time.Hour
	learnWindow = 30 * 24 * time.Hour
	learnItems  = 300 // of a publisher, the newest
)

// LearnBoilerplate finds, a few times a day, the sentences that each publisher
// repeats below unrelated texts, and keeps them for the verdicts. It reads
// fingerprints, not texts.
func (m *Monitor) LearnBoilerplate(ctx context.Context, now time.Time) error {
	if now.Sub(m.learnt) < learnEvery {
		return nil
	}
	publishers, err := m.Boilerplate.Publishers(ctx, now.Add(-learnWindow))
	if err != nil {
		return fmt.Errorf("learn boilerplate: %w", err)
	}
	for _, p := range publishers {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		recent, err := m.Boilerplate.RecentNew(ctx, p, now.Add(-learnWindow), learnItems)
		if err != nil {
			return fmt.Errorf("learn boilerplate of %s: %w", p, err)
		}
		texts := make([]text.Learned, 0, len(recent))
		for _, r := range recent {
			if fp, err := text.Decode(r.Fingerprint); err == nil { // one of another version teaches nothing
				texts = append(texts, text.Learned{Development: int64(r.Story), Seen: r.Seen, Fingerprint: fp})
			}
		}
		if err := m.Boilerplate.SaveBoilerplate(ctx, p, text.Learn(texts, now), now); err != nil {
			return fmt.Errorf("learn boilerplate of %s: %w", p, err)
		}
	}
	m.learnt = now
	return m.loadMask(ctx, now)
}

// loadMask reads what was learnt, so that the verdicts use it.
func (m *Monitor) loadMask(ctx context.Context, now time.Time) error {
	known, err := m.Boilerplate.Boilerplate(ctx, now)
	if err != nil {
		return fmt.Errorf("read boilerplate: %w", err)
	}
	mask := Mask(func(publisher string, sentence uint64) bool { return known[publisher][sentence] })
	m.mask.Store(&mask)
	return nil
}

// boilerplate is the mask verdicts are made with.
func (m *Monitor) boilerplate() Mask {
	if p := m.mask.Load(); p != nil {
		return *p
	}
	return nil
}

// Regroup decides which untold items belong together before a cut.
func Regroup(untold []news.Member, told []news.StoryCandidate) []news.Group {
	return story.Cluster(untold, told)
}
