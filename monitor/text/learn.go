package text

import (
	"slices"
	"time"
)

// Learned describes one judged text to Learn.
type Learned struct {
	Development int64 // 0: of none, which makes it one of its own
	Seen        time.Time
	Fingerprint Fingerprint
}

// What makes a sentence boilerplate of a publisher.
const (
	learnItems  = 3
	learnDays   = 3
	learnExpiry = 30 * 24 * time.Hour
)

// Learn finds the boilerplate of one publisher in its recent items that were
// judged new: the sentences, by hash, that stand in at least three of them, no two
// of one development, seen on at least three days (UTC), and that are title or
// lede of none. The value is when it expires, 30 days after the sentence was last
// seen; items older than that at now are left out. The result is for comparing
// only (see NewMatcher, which also keeps it from taking more than 40 % of a text);
// content hashes do not depend on it.
func Learn(recent []Learned, now time.Time) map[uint64]time.Time {
	type found struct {
		developments []int64
		alone        int // items of no development
		days         []int64
		last         time.Time
		never        bool
	}
	all := map[uint64]*found{}
	at := func(h uint64) *found {
		f := all[h]
		if f == nil {
			f = &found{}
			all[h] = f
		}
		return f
	}
	for _, item := range recent {
		f := item.Fingerprint
		if f.zero() || now.Sub(item.Seen) > learnExpiry {
			continue
		}
		if title := f.record(-1); title.length > 0 {
			at(title.hash).never = true
		}
		counted := map[uint64]bool{}
		for i := range f.sentences {
			r := f.record(i)
			s := at(r.hash)
			if r.flags&(flagLede|flagTitle) != 0 {
				s.never = true
			}
			if counted[r.hash] {
				continue
			}
			counted[r.hash] = true
			switch {
			case item.Development == 0:
				s.alone++
			case !slices.Contains(s.developments, item.Development):
				s.developments = append(s.developments, item.Development)
			}
			if day := item.Seen.UTC().Unix() / 86400; !slices.Contains(s.days, day) {
				s.days = append(s.days, day)
			}
			if item.Seen.After(s.last) {
				s.last = item.Seen
			}
		}
	}
	out := map[uint64]time.Time{}
	for h, s := range all {
		if !s.never && s.alone+len(s.developments) >= learnItems && len(s.days) >= learnDays {
			out[h] = s.last.Add(learnExpiry)
		}
	}
	return out
}
