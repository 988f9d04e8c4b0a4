package notify

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"trucewatch/internal/news"
)

// datesAhead words the stated dates after the slot, soonest first, each once.
func datesAhead(e news.Edition) []Date {
	sorted := slices.Clone(e.Dates)
	slices.SortStableFunc(sorted, func(a, b news.StatedDate) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Item, b.Item))
	})
	var out []Date
	seen := map[string]bool{}
	for _, s := range sorted {
		if !arranged(s, e) {
			continue
		}
		zone := e.Digest.Zone
		if z, err := time.LoadLocation(s.Zone); err == nil && s.Zone != "" {
			zone = z
		}
		end := s.At
		switch s.Precision {
		case "day":
			end = s.At.Add(24 * time.Hour)
		case "month":
			end = s.At.AddDate(0, 1, 0)
		}
		if !end.After(e.Slot) {
			continue
		}
		d := Date{At: s.At, What: dateWords(s), Where: placeName(clip(clean(s.Where), 60))}
		switch local := in(zone, s.At); s.Precision {
		case "day":
			d.When = local.Format(stampDay)
		case "month":
			d.When = local.Format("January")
		default:
			d.When = local.Format(stampMinute) + " " + zoneTime(zone)
		}
		if strings.Contains(d.What, d.Where) {
			d.Where = ""
		}
		key := in(zone, s.At).Format(time.DateOnly) + "|" + s.Kind + "|" + s.What + "|" + strings.ToLower(s.Where)
		if seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, d)
		if len(out) == maxDates {
			break
		}
	}
	return out
}

// arranged is whether there is something that can start or end on a stated date:
// what was only proposed or refused has no end. A meeting needs no agreement.
func arranged(s news.StatedDate, e news.Edition) bool {
	if s.Kind != "starts" && s.Kind != "ends" {
		return true
	}
	stands := func(stage string) bool { return strength(stage) >= strength("accept") && stage != "reject" }
	for _, d := range e.Stories {
		if d.ID == s.Story && len(d.Reports) > 0 {
			f := factsOf(d)
			return stands(cmp.Or(f.stages[s.What], f.stage))
		}
	}
	// Told of longer ago: as the ledger has it, if it has it at all.
	known := false
	for _, p := range e.Ledger {
		if p.Mechanism == s.What {
			known = true
			if stands(p.Stage) {
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
