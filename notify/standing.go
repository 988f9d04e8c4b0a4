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
	return known.After(e.From) && !known.After(e.Slot)
}

// standings words the ledger: what changed in the window, and what did not. A position
// reached within the window is a change, through whatever stages, unless it reads as it
// did when the window began.
func standings(e news.Edition, says map[news.StoryID]string) (changed, same []Standing) {
	sorted := slices.Clone(e.Ledger)
	slices.SortStableFunc(sorted, func(a, b news.Position) int { return b.At.Compare(a.At) })
	for _, p := range sorted {
		if p.Stage == "" || p.Stage == "analysis" || len(e.Digest.Select.Topics) > 0 && !has(e.Digest.Select.Topics, p.Topic) {
			continue
		}
		s := Standing{
			Subject: subject(p.Mechanism, clip(clean(p.Place), 60)), Now: phrase(p.Mechanism, p.Stage, p.Committed, ""),
			At: p.At, URL: link(p.URL), Who: says[p.Story],
			Access: p.Mechanism == "exchange" || p.Mechanism == "humanitarian",
		}
		s.Alone = p.Claim && p.Stage != "violation" // that a breach is alleged says it already
		if s.Alone {
			s.Who = "on one report alone"
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
