package story

import (
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// Evidence is what one development says of one mechanism at one place.
type Evidence struct {
	Topic     string
	Mechanism string
	Place     string
	Stage     string   // of the taxonomy
	Committed string   // both, one:SIDE, third or ""; of accept, reject and violation whose act it is
	By        []string // of prep: the sides on whose word it is arranged, as far as is known
	With      []string // of talks: the sides that its titles name
	Origins   int      // independent origins that say so: see news.Rests
	Origin    string   // key of the first of them
	Alleged   bool     // a party says so of the other; no number of origins makes it more than a claim
	At        time.Time
	Known     time.Time // when the evidence was at hand
	Story     news.StoryID
	Item      news.ItemID
	URL       string
	Quote     string
}

// Move says where the mechanism stands after the evidence, and whether it moved. One
// origin alone moves it only to a claim, and so does what is alleged; a second origin,
// in this development or another, makes a claim stand. Talk about an arrangement that
// stands does not undo it, nor do plans of others what a side refused; analysis moves
// nothing, and neither does evidence older than the position. The zero Position is nowhere
// yet; a breach of nothing that stands leaves it there.
func Move(now news.Position, e Evidence) (news.Position, bool) {
	if e.Stage == "" || e.Stage == "analysis" || e.Origins < 1 || e.Mechanism == "" {
		return now, false
	}
	if now.Stage == "" && e.Stage == "violation" {
		return now, false // of nothing that is known to stand
	}
	if now.Stage != "" && (now.Topic != e.Topic || now.Mechanism != e.Mechanism || now.Place != e.Place) {
		return now, false
	}
	another := e.Stage == now.Stage && e.Story != now.Story && e.Origin != "" && now.Origin != "" && e.Origin != now.Origin
	claim := e.Origins < 2 && !another || e.Alleged
	if now.Stage != "" {
		switch {
		case e.At.Before(now.At):
			return now, false
		case e.Stage == now.Stage && committed(e, now) == now.Committed:
			if !now.Claim || claim {
				return now, false
			}
		case e.Stage != now.Stage && (!follows(now.Stage, e.Stage) || now.Stage == "reject" && stillRefused(now.Committed, e)):
			return now, false
		}
	}
	next := news.Position{Topic: e.Topic, Mechanism: e.Mechanism, Place: e.Place, Stage: e.Stage, Committed: e.Committed, Claim: claim, Origin: e.Origin,
		At: e.At, Known: e.Known, Story: e.Story, Item: e.Item, URL: e.URL, Quote: e.Quote}
	if e.Stage == now.Stage {
		next.Committed = committed(e, now)
	}
	return next, true
}

// committed is who committed after another report of the same stage: a silent one takes
// nothing back, and a mediator's word takes nothing from a party's. What one side refuses
// or alleges and then the other, both do; that each declares something makes no agreement.
func committed(e Evidence, now news.Position) string {
	switch {
	case e.Committed == "", e.Committed == "third" && now.Committed != "", now.Committed == "both":
		return now.Committed
	case (e.Stage == "reject" || e.Stage == "violation") && now.Committed != "" && now.Committed != e.Committed:
		return "both"
	}
	return e.Committed
}

// stillRefused is whether what a side refused stays refused after evidence of another
// stage. That side's own consent undoes it (it accepts, declares, or says that it comes),
// and so does what has happened with it: talks that name it, by two origins, an arrangement of both, one
// that holds or has ended. A date that others set, or terms they table, do not.
func stillRefused(by string, e Evidence) bool {
	if by == "" || e.Committed == "both" || e.Stage == "ended" || e.Stage == "in_effect" && e.Committed == "" {
		return false
	}
	side, one := strings.CutPrefix(by, "one:")
	switch e.Stage {
	case "talks":
		return e.Origins < 2 || one && !slices.Contains(e.With, side)
	case "prep":
		return !one || !slices.Contains(e.By, side)
	case "proposal", "signal":
		return true
	}
	return one && e.Committed != by
}

// standing stages are arrangements; weak ones are talk that leaves them where they are.
var (
	standing = []string{"agreed", "in_effect", "violation"}
	ends     = []string{"agreed", "in_effect", "violation", "ended", "reject"}
	firm     = []string{"proposal", "accept", "reject", "prep", "talks"}
)

// follows reports whether a position moves from one stage to another.
func follows(from, to string) bool {
	switch {
	case slices.Contains(standing, from):
		return slices.Contains(ends, to)
	case to == "violation":
		return false // of nothing that stands
	case slices.Contains(firm, from):
		return to != "signal"
	}
	return true
}
