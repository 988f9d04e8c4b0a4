package notify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// DatesAhead words the stated dates that have not passed at the slot, soonest first, each
// once.
func DatesAhead(e news.Edition) []Date {
	var out []Date
	for _, s := range standingDates(e) {
		if passes(s).After(e.Slot) && len(out) < maxDates {
			out = append(out, dateOf(s, e.Digest.Zone))
		}
	}
	return out
}

// afterwards is how long news of what happens at a minute may take to be read.
const afterwards = 12 * time.Hour

// passedInSilence words the dates that passed within the window and that nothing which
// was read since they began speaks of: said once, for windows do not overlap. Nothing is
// said of a window in which too little was read.
func passedInSilence(e news.Edition, c Coverage) []Date {
	if len(blindSides(c, topicParties(e.Digest.Select.Topics))) > 0 || c.Read == 0 {
		return nil
	}
	var out []Date
	for _, s := range standingDates(e) {
		end := passes(s)
		if s.Precision == "minute" {
			end = s.At.Add(afterwards)
		}
		if end.After(e.From) && !end.After(e.Slot) && !spokenOf(s, e) && len(out) < maxDates {
			out = append(out, dateOf(s, e.Digest.Zone))
		}
	}
	return out
}

// spokenOf is whether a report mainly on the talks, from shortly before a date on, speaks
// of its arrangement, or of talks or the venue of its meeting.
func spokenOf(s news.StatedDate, e news.Edition) bool {
	for _, d := range e.Stories {
		for _, r := range d.Reports {
			if r.Relevance != news.Main || r.Comments() || r.Time().Before(s.At.Add(-time.Hour)) {
				continue
			}
			switch stage := r.Stage(); {
			case s.Kind != "meets":
				if has(values(r, "mechanism"), s.What) {
					return true
				}
			case stage == "talks" || stage == "agreed" || stage == "ended" || stage == "reject",
				d.ID == s.Story, s.Where != "" && has(values(r, "venue"), s.Where):
				return true
			}
		}
	}
	return false
}

// standingDates are the stated dates that hold, soonest first: arranged, each once, and
// without those that another takes the place of.
func standingDates(e news.Edition) []news.StatedDate {
	byStatement := slices.DeleteFunc(slices.Clone(e.Dates), func(s news.StatedDate) bool { return !arranged(s, e) })
	slices.SortStableFunc(byStatement, func(a, b news.StatedDate) int {
		return cmp.Or(a.Stated.Compare(b.Stated), cmp.Compare(a.Item, b.Item), a.At.Compare(b.At))
	})
	var hold []news.StatedDate
	for _, s := range byStatement {
		if i := slices.IndexFunc(hold, func(o news.StatedDate) bool { return sameDate(o, s) }); i >= 0 {
			if s.Precision == "minute" && hold[i].Precision != "minute" {
				hold[i].At, hold[i].Precision, hold[i].Zone = s.At, s.Precision, s.Zone
			}
			continue
		}
		if guessed(s, byStatement) {
			continue
		}
		if vaguer(s, hold) {
			continue
		}
		if i := replaced(s, hold, byStatement); i >= 0 {
			hold = slices.Delete(hold, i, i+1)
		}
		hold = append(hold, s)
	}
	slices.SortStableFunc(hold, func(a, b news.StatedDate) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Item, b.Item))
	})
	return hold
}

// sameThing is whether two dates are stated for one arrangement or meeting, as far as
// what, where and which end of it tell.
func sameThing(a, b news.StatedDate) bool {
	return a.Kind == b.Kind && dateWords(a) == dateWords(b) && (strings.EqualFold(a.Where, b.Where) || a.Story == b.Story && (a.Where == "" || b.Where == ""))
}

// roughly is how far apart two reckonings of one arrangement's end may lie: from the day
// it was told, or from the day it began.
const roughly = 48 * time.Hour

func sameDate(a, b news.StatedDate) bool {
	if a.Kind == "ends" && b.Kind == "ends" && a.What == b.What && (a.Where == "" || b.Where == "" || strings.EqualFold(a.Where, b.Where)) && a.Precision == "day" && b.Precision == "day" && a.At.Sub(b.At).Abs() <= roughly {
		return true
	}
	day := func(s news.StatedDate) string { return s.At.In(zoneOf(s, nil)).Format(time.DateOnly) }
	return sameThing(a, b) && day(a) == day(b)
}

// vaguer is whether a statement names only the month of a date that holds for the same
// thing.
func vaguer(s news.StatedDate, hold []news.StatedDate) bool {
	month := func(s news.StatedDate) string { return s.At.In(zoneOf(s, nil)).Format("2006-01") }
	return s.Precision == "month" && slices.ContainsFunc(hold, func(o news.StatedDate) bool {
		return o.Story == s.Story && sameThing(s, o) && month(s) == month(o)
	})
}

// replaced is which of the dates that hold a later statement takes the place of, -1 for
// none: the same development says another date, or the source says that it was moved. A
// date that the same report states too holds beside it. Where several of a development
// hold, nobody can tell which one another date is instead of, and none goes, unless one
// is said to be moved: then the nearest, of that development if it has one.
func replaced(s news.StatedDate, hold, all []news.StatedDate) int {
	var open []int
	for i, o := range hold {
		beside := slices.ContainsFunc(all, func(x news.StatedDate) bool { return x.Item == s.Item && sameDate(x, o) })
		if sameThing(s, o) && !s.Stated.Before(o.Stated) && (s.Moved || s.Story == o.Story) && !beside {
			open = append(open, i)
		}
	}
	if len(open) == 0 || len(open) > 1 && !s.Moved {
		return -1
	}
	far := func(i int) time.Duration {
		d := hold[i].At.Sub(s.At).Abs()
		if hold[i].Story != s.Story {
			d += 10 * 365 * 24 * time.Hour // after all of its own development
		}
		return d
	}
	return slices.MinFunc(open, func(a, b int) int { return cmp.Compare(far(a), far(b)) })
}

// guessed is whether an end was reckoned from the hour of publication, for want of a
// start, where another report of the development states one.
func guessed(s news.StatedDate, all []news.StatedDate) bool {
	starts := func(o news.StatedDate) bool { return o.Kind == "starts" && o.What == s.What && o.Story == s.Story }
	return s.Kind == "ends" && strings.ContainsAny(s.Quote[:min(1, len(s.Quote))], "0123456789") && slices.ContainsFunc(all, starts) &&
		!slices.ContainsFunc(all, func(o news.StatedDate) bool { return starts(o) && o.Item == s.Item })
}

// passes is when a stated date is over: a day and the last day of a month at their end.
func passes(s news.StatedDate) time.Time {
	if s.Precision == "minute" {
		return s.At
	}
	return s.At.Add(24 * time.Hour)
}

func zoneOf(s news.StatedDate, otherwise *time.Location) *time.Location {
	if z, err := time.LoadLocation(s.Zone); err == nil && s.Zone != "" {
		return z
	}
	if otherwise == nil {
		return time.UTC
	}
	return otherwise
}

// dateOf words a stated date, in the zone its source speaks of.
func dateOf(s news.StatedDate, zone *time.Location) Date {
	zone = zoneOf(s, zone)
	d := Date{At: s.At, What: dateWords(s), Where: placeName(clip(clean(s.Where), 60)), Quote: clip(clean(s.Quote), nameLimit), Source: clip(clean(s.Feed), nameLimit)}
	switch local := in(zone, s.At); s.Precision {
	case "day":
		d.When = local.Format(stampDay)
	case "month":
		d.When = "by the end of " + local.Format("January")
	default:
		d.When = local.Format(stampMinute) + " " + zoneTime(zone)
	}
	if strings.Contains(d.What, d.Where) {
		d.Where = ""
	}
	return d
}

// arranged is whether there is something that can start or end on a stated date:
// what was only proposed, accepted by one side, announced by others alone, on one word, or refused has no
// end, nor has what has ended since. A meeting needs no
// agreement.
func arranged(s news.StatedDate, e news.Edition) bool {
	if s.Kind != "starts" && s.Kind != "ends" {
		return true
	}
	for _, p := range e.Ledger {
		if p.Mechanism == s.What && p.Stage == "ended" && p.At.After(s.Stated) && (p.Place == "" || strings.EqualFold(p.Place, s.Where)) {
			return false
		}
	}
	stands := func(stage, committed string, lone bool) bool {
		unconfirmed := stage == "agreed" && (committed == "third" || committed == "" && lone)
		return strength(stage) > strength("accept") && stage != "reject" && !unconfirmed
	}
	for _, d := range e.Stories {
		if d.ID == s.Story && len(d.Reports) > 0 {
			f := factsOf(d)
			return stands(cmp.Or(f.stages[s.What], f.stage), f.committed, f.originals == 1 || f.alone != "")
		}
	}
	// Told of longer ago: as the ledger has it, if it has it at all.
	known := false
	for _, p := range e.Ledger {
		if p.Mechanism == s.What {
			known = true
			if stands(p.Stage, p.Committed, p.Claim) {
				return true
			}
		}
	}
	return !known
}

func zoneTime(z *time.Location) string {
	name := zoneName(z)
	if name == "UTC" || strings.HasSuffix(name, "time") {
		return name
	}
	return name + " time"
}
