package notify

import (
	"strings"
	"time"

	"trucewatch/internal/news"
)

// quietWindow is an alert's quiet hours, "22:00-06:00", that begin on the local day
// of t; false when there are none.
func quietWindow(spec news.AlertSpec, t time.Time) (from, to time.Time, ok bool) {
	first, last, ok := strings.Cut(spec.QuietHours, "-")
	a, errA := time.Parse("15:04", strings.TrimSpace(first))
	b, errB := time.Parse("15:04", strings.TrimSpace(last))
	if !ok || errA != nil || errB != nil {
		return from, to, false
	}
	y, m, d := in(spec.Zone, t).Date()
	clock := func(c time.Time, day int) time.Time {
		return time.Date(y, m, day, c.Hour(), c.Minute(), 0, 0, in(spec.Zone, t).Location())
	}
	from, to = clock(a, d), clock(b, d)
	if to.Before(from) {
		to = clock(b, d+1)
	}
	return from, to, true
}

// quietUntil is when the quiet hours end that now lies in; zero when it lies in none.
func quietUntil(spec news.AlertSpec, now time.Time) time.Time {
	for _, day := range []time.Time{now.Add(-24 * time.Hour), now} {
		if from, to, ok := quietWindow(spec, day); ok && !now.Before(from) && now.Before(to) {
			return to.UTC()
		}
	}
	return time.Time{}
}

// quietBetween is how much of the time from a to b, at most two days, was quiet.
func quietBetween(spec news.AlertSpec, a, b time.Time) (quiet time.Duration) {
	a = latest(a, b.Add(-48*time.Hour))
	for day := a.Add(-24 * time.Hour); !day.After(b.Add(24 * time.Hour)); day = day.Add(24 * time.Hour) {
		from, to, ok := quietWindow(spec, day)
		if !ok {
			return 0
		}
		if from, to = latest(from, a), sooner(to, b); to.After(from) {
			quiet += to.Sub(from)
		}
	}
	return quiet
}

// sooner is the earlier of two times, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
