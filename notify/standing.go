package notify

import (
	"slices"

	"trucewatch/internal/news"
)

// changedIn is whether a position moved within the window: by when its evidence was at
// hand, for news of the hour before a digest may be read in the hour after it.
func changedIn(p news.Position, e news.Edition) bool {
	known := p.Known
	if known.IsZero() {
		known = p.At
	}
	// A window that somebody chose holds its first moment; a digest's own was the last one's.
	began := known.Equal(e.From) && (e.Imported || e.Over)
	return (known.After(e.From) || began) && !known.After(e.Slot)
}

// Stands words where a position is, as a digest does: "in effect", "declared by Russia
// alone (one report says so)".
func Stands(p news.Position) string {
	s := phrase(p.Mechanism, p.Stage, p.Committed, "")
	if alone(p) {
		s += " (" + oneReport + ")"
	}
	return s
}

// Subject words what a position is of, its place first.
func Subject(p news.Position) string { return subject(p.Mechanism, clip(clean(p.Place), 60)) }

const oneReport = "one report says so"

// alone is whether a position rests on one origin. That a breach is alleged says already
// that it is a claim.
func alone(p news.Position) bool { return p.Claim && p.Stage != "violation" }

// standings words the ledger: what changed in the window, and what did not. A position
// reached within the window is a change, through whatever stages, unless it reads as it
// did when the window began. Who says so is read from the reports of stories that say what
// the position says.
func standings(e news.Edition, stories []news.Development) (changed, same []Standing) {
	sorted := slices.Clone(e.Ledger)
	slices.SortStableFunc(sorted, func(a, b news.Position) int { return b.At.Compare(a.At) })
	for _, p := range sorted {
		if p.Stage == "" || p.Stage == "analysis" || len(e.Digest.Select.Topics) > 0 && !has(e.Digest.Select.Topics, p.Topic) {
			continue
		}
		s := Standing{
			Subject: Subject(p), Now: phrase(p.Mechanism, p.Stage, p.Committed, ""),
			At: p.At, URL: link(p.URL),
			Access: p.Mechanism == "exchange" || p.Mechanism == "humanitarian",
		}
		for _, d := range stories {
			if d.ID == p.Story {
				s.Who = whoSays(claimOfPosition(p).factsIn(d), d.Topic)
			}
		}
		if s.Alone = alone(p); s.Alone {
			s.Who = oneReport
		}
		if p.Before != nil {
			s.Was = phrase(p.Before.Mechanism, p.Before.Stage, p.Before.Committed, "")
		}
		if !changedIn(p, e) || s.Was == s.Now {
			s.Was = ""
			same = append(same, s)
			continue
		}
		changed = append(changed, s)
	}
	return changed[:min(len(changed), maxStanding)], same[:min(len(same), maxStanding)]
}
