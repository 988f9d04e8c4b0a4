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
		d := Date{At: s.At, What: dateWords(s), Where: clip(clean(s.Where), 60)}
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

func zoneTime(z *time.Location) string {
	name := zoneName(z)
	if name == "UTC" || strings.HasSuffix(name, "time") {
		return name
	}
	return name + " time"
}
