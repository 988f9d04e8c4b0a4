package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata"
)

func loadZone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func parseSpec(t testing.TB, spec string, zone *time.Location) Spec {
	t.Helper()
	s, err := ParseSpec(spec, zone)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseSpecRefusesWhatNamesNoMinute(t *testing.T) {
	for spec, want := range map[string]string{
		"":                           "is empty",
		"   ":                        "is empty",
		"TZ=UTC":                     "write the zone under timezone",
		"TZ=UTC 0 8 * * *":           "write the zone under timezone",
		"CRON_TZ=Europe/Kyiv":        "write the zone under timezone",
		"@every 1h":                  "counts from the start",
		"@every":                     "counts from the start",
		"@reboot":                    "unrecognized",
		"0 9 31 2 *":                 "never fires",
		"0 0 30 2 *":                 "never fires",
		"0 0 31 4,6,9,11 *":          "never fires",
		"0 8 * *":                    "expected exactly 5 fields",
		"0 8 * * * *":                "expected exactly 5 fields",
		"0 24 * * *":                 "above maximum",
		"0 9 * * 7":                  "write Sunday as 0",
		"60 9 * * *":                 "above maximum",
		", 8 * * *":                  "the minute field names no value",
		"0 8 * * ,":                  "the day of week field names no value",
		"0 8 , * *":                  "the day of month field names no value",
		"0 8 * * mo":                 "failed to parse",
		"*/0 * * * *":                "positive",
		strings.Repeat("1,", 200):    "longer than",
		"0 99999999999999999999 * *": "expected exactly 5",
	} {
		_, err := ParseSpec(spec, time.UTC)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseSpec(%q) = %v; want an error with %q", spec, err, want)
		}
	}
	for _, spec := range []string{"0 8 * * *", "30 6,15 * * mon-fri", "@daily", "0 9 29 2 *", "0 9 31 2 1", "  0 8 * * *  ", "*/5 * * * *"} {
		if _, err := ParseSpec(spec, nil); err != nil {
			t.Errorf("ParseSpec(%q) = %v; want it accepted", spec, err)
		}
	}
}

func FuzzParseSpec(f *testing.F) {
	for _, s := range []string{"0 8 * * *", "TZ=UTC", "0 9 31 2 *", "@every 1s", ", , , , ,", "*/15 0-23/2 1,31 jan-dec sun", "1-2-3 * * * *", "* * * * */7"} {
		f.Add(s)
	}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSpec(text, time.UTC)
		if err != nil {
			if err.Error() == "" || s.fields != nil {
				t.Fatalf("ParseSpec(%q) = %+v, %v", text, s, err)
			}
			return
		}
		next := s.Next(at)
		if next.IsZero() || !next.After(at) || next.Second() != 0 {
			t.Fatalf("%q after %v fires at %v", text, at, next)
		}
		if p := s.Period(at); p < time.Minute {
			t.Fatalf("%q has period %v", text, p)
		}
		// In UTC both readings of a spec are the same: what the library says.
		if got := Slots(s, time.UTC, at, next); len(got) != 1 || !got[0].Equal(s.fields.Next(at)) {
			t.Fatalf("%q: slots up to the first are %v, the library says %v", text, got, s.fields.Next(at))
		}
	})
}

func TestPeriodIsTheUsualDistance(t *testing.T) {
	kyiv := loadZone(t, "Europe/Kyiv")
	now := time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC) // the night clocks go forward
	for spec, want := range map[string]time.Duration{
		"0 8 * * *":    24 * time.Hour,
		"30 8 * * 1-5": 24 * time.Hour,
		"0 8,18 * * *": 14 * time.Hour,
		"0 9 * * 1":    7 * 24 * time.Hour,
		"*/15 * * * *": 15 * time.Minute,
		"@monthly":     31 * 24 * time.Hour,
		"0 0 29 2 *":   1461 * 24 * time.Hour,
	} {
		if got := parseSpec(t, spec, kyiv).Period(now); got != want {
			t.Errorf("Period of %q is %v, want %v", spec, got, want)
		}
	}
	if got := (Spec{}).Period(now); got != 0 {
		t.Errorf("Period of no spec is %v, want 0", got)
	}
}

func TestSlotsWhereClocksChange(t *testing.T) {
	for _, c := range []struct {
		why, zone, spec, after, upTo string
		want                         []string
	}{
		{"Kyiv 03:30 does not exist: due when the gap is over", "Europe/Kyiv", "30 3 * * *",
			"2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
		{"Kyiv 03:30 comes twice: due the first time", "Europe/Kyiv", "30 3 * * *",
			"2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z", []string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		{"two digests inside the missing hour are one slot, and one with 04:00", "Europe/Kyiv", "15,45 3 * * *",
			"2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", []string{"2026-03-29T01:00:00Z"}},
		{"New York 02:30 does not exist", "America/New_York", "30 2 * * *",
			"2026-03-07T12:00:00Z", "2026-03-09T12:00:00Z", []string{"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
		{"New York 01:30 comes twice", "America/New_York", "30 1 * * *",
			"2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z", []string{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
		{"Cairo has no midnight: due at 01:00", "Africa/Cairo", "0 0 * * *",
			"2024-04-25T12:00:00Z", "2024-04-27T12:00:00Z", []string{"2024-04-25T22:00:00Z", "2024-04-26T21:00:00Z"}},
		{"Cairo 23:30 comes twice", "Africa/Cairo", "30 23 * * *",
			"2024-10-31T12:00:00Z", "2024-11-01T23:00:00Z", []string{"2024-10-31T20:30:00Z", "2024-11-01T21:30:00Z"}},
		{"Beirut has no midnight", "Asia/Beirut", "0 0 * * *",
			"2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", []string{"2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"}},
		{"Lord Howe moves by half an hour: 02:15 does not exist", "Australia/Lord_Howe", "15 2 * * *",
			"2026-10-03T00:00:00Z", "2026-10-04T23:00:00Z", []string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
		{"Lord Howe 01:45 comes twice", "Australia/Lord_Howe", "45 1 * * *",
			"2026-04-04T00:00:00Z", "2026-04-05T23:00:00Z", []string{"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"}},
		{"Samoa left out a whole day: its digest is due as the next begins", "Pacific/Apia", "0 8 * * *",
			"2011-12-29T20:00:00Z", "2011-12-31T12:00:00Z", []string{"2011-12-30T10:00:00Z", "2011-12-30T18:00:00Z"}},
		{"an hourly spec skips the hour that is not", "Europe/Kyiv", "0 * * * *",
			"2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z", []string{"2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T03:00:00Z"}},
		{"a spec of eight times a day has the repeated hour twice", "Europe/Kyiv", "0 1-8 * * *",
			"2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z", []string{"2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"}},
		{"six times a day is still civil", "Europe/Kyiv", "0 1-6 * * *",
			"2026-10-24T23:00:00Z", "2026-10-25T03:00:00Z", []string{"2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"}},
		{"both bounds: after is out, upTo is in", "UTC", "0 8 * * *",
			"2026-01-01T08:00:00Z", "2026-01-02T08:00:00Z", []string{"2026-01-02T08:00:00Z"}},
		{"upTo is in for a dense spec, also when clocks change there", "Europe/Kyiv", "0 * * * *",
			"2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", []string{"2026-03-29T01:00:00Z"}},
		{"an empty window", "UTC", "* * * * *", "2026-01-01T08:00:00Z", "2026-01-01T08:00:00Z", nil},
	} {
		zone := loadZone(t, c.zone)
		after, _ := time.Parse(time.RFC3339, c.after)
		upTo, _ := time.Parse(time.RFC3339, c.upTo)
		var got []string
		for _, s := range Slots(parseSpec(t, c.spec, zone), zone, after, upTo) {
			got = append(got, s.Format(time.RFC3339))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q in %s:\n got %v\nwant %v", c.why, c.spec, c.zone, got, c.want)
		}
	}
}

var changingZones = []string{"Europe/Kyiv", "America/New_York", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe",
	"America/Sao_Paulo", "Europe/London", "Asia/Tehran", "Africa/Casablanca", "UTC"}

func TestADailyDigestHasOneSlotForEachCivilDay(t *testing.T) {
	for _, name := range changingZones {
		zone := loadZone(t, name)
		for _, year := range []int{2023, 2026} {
			for hour := range 24 {
				minute := hour % 2 * 30 // 00:00, 01:30, 02:00, 03:30 …
				// From the end of one civil year to the end of the next; a slot at
				// midnight belongs to the day it names, so the bounds are a minute early.
				after := time.Date(year-1, 12, 31, 23, 59, 0, 0, zone)
				upTo := time.Date(year, 12, 31, 23, 59, 0, 0, zone)
				days := int(civil(upTo, zone).Sub(civil(after, zone)) / (24 * time.Hour))
				slots := Slots(parseSpec(t, fmt.Sprintf("%d %d * * *", minute, hour), zone), zone, after, upTo)
				if len(slots) != days {
					t.Fatalf("%s %d at %02d:%02d: %d slots, want %d", name, year, hour, minute, len(slots), days)
				}
				for i, s := range slots {
					if i > 0 && s.Sub(slots[i-1]) < 22*time.Hour {
						t.Fatalf("%s: %v follows %v", name, s, slots[i-1])
					}
				}
			}
		}
	}
}

// TestSlotsAgreeWithAWatchedClock holds Slots against somebody who looks at the
// zone's clock every minute of a year: a civil minute is due when the clock first
// shows it or a later one.
func TestSlotsAgreeWithAWatchedClock(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, name := range changingZones {
		zone := loadZone(t, name)
		minutes, hours := pick(rng, 60, 1+rng.IntN(3)), pick(rng, 5, 1+rng.IntN(4)) // the hours in which clocks change
		spec := fmt.Sprintf("%s %s * * *", join(minutes), join(hours))
		named := func(c time.Time) bool {
			return slices.Contains(minutes, c.Minute()) && slices.Contains(hours, c.Hour())
		}
		after := time.Date(2017+rng.IntN(9), 1, 1, 0, rng.IntN(60), 0, 0, time.UTC)
		upTo := after.Add(366 * 24 * time.Hour)
		var want []time.Time
		seen := civil(after, zone)
		for at := after.Add(time.Minute); !at.After(upTo); at = at.Add(time.Minute) {
			shown := civil(at, zone)
			due := false
			if len(minutes)*len(hours) > 6 {
				due = named(shown)
			}
			for ; seen.Before(shown); seen = seen.Add(time.Minute) {
				if len(minutes)*len(hours) <= 6 && named(seen.Add(time.Minute)) {
					due = true
				}
			}
			if due {
				want = append(want, at)
			}
		}
		if got := Slots(parseSpec(t, spec, zone), zone, after, upTo); !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Fatalf("%q in %s after %v: %d slots, want %d\n got %v\nwant %v", spec, name, after, len(got), len(want), got, want)
		}
	}
}

func TestSlotsOfTwoWindowsAreThoseOfBothTogether(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, name := range changingZones {
		zone := loadZone(t, name)
		for _, text := range []string{"30 3 * * *", "0 0 * * *", "*/20 * * * *", "15 1,2,3 * * 0"} {
			spec := parseSpec(t, text, zone)
			after := time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC)
			upTo := after.AddDate(0, 0, 75) // every zone's spring change
			whole := Slots(spec, zone, after, upTo)
			var parts []time.Time
			for from := after; from.Before(upTo); {
				to := from.Add(time.Duration(1+rng.IntN(40*24*3600)) * time.Second)
				if to.After(upTo) {
					to = upTo
				}
				parts = append(parts, Slots(spec, zone, from, to)...)
				from = to
			}
			if !slices.Equal(parts, whole) {
				t.Errorf("%q in %s: cut in pieces %d slots, whole %d", text, name, len(parts), len(whole))
			}
			for i, s := range whole[:min(40, len(whole)-1)] {
				if next := spec.Next(s); !next.Equal(whole[i+1]) {
					t.Errorf("%q in %s: next after %v is %v, want %v", text, name, s, next, whole[i+1])
				}
			}
		}
	}
}

func TestSlotsLooksBackBounded(t *testing.T) {
	upTo := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	slots := Slots(parseSpec(t, "0 8 * * *", nil), nil, time.Time{}, upTo)
	if len(slots) != 400 || !slots[399].Equal(upTo) {
		t.Fatalf("%d slots, want the last 400 days' up to %v", len(slots), upTo)
	}
	if got := Slots(Spec{}, nil, time.Time{}, upTo); got != nil {
		t.Errorf("the zero Spec has slots: %v", got)
	}
	if got := (Spec{}).Next(upTo); !got.IsZero() {
		t.Errorf("the zero Spec fires at %v", got)
	}
}

func pick(rng *rand.Rand, below, n int) []int {
	out := rng.Perm(below)[:n]
	slices.Sort(out)
	return out
}

func join(ns []int) string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(ns), " ", ","), "[]") }

func TestRunTicksAtOnceAndThenEachFullMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute+time.Second)
		defer cancel()
		<-time.After(20 * time.Second) // the bubble's clock: start between two minutes
		var at []string
		Run(ctx, slog.New(slog.DiscardHandler), Job{"look", func(_ context.Context, now time.Time) error {
			at = append(at, now.Format("15:04:05"))
			return nil
		}})
		want := []string{"00:00:20", "00:01:00", "00:02:00", "00:03:00"}
		if !slices.Equal(at, want) {
			t.Errorf("ticks at %v, want %v", at, want)
		}
	})
}

func TestAJobThatPanicsRunsAgainTheNextMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute+time.Second)
		defer cancel()
		var bad, failing, good atomic.Int64
		log := new(strings.Builder)
		Run(ctx, slog.New(slog.NewTextHandler(log, nil)),
			Job{"bad", func(context.Context, time.Time) error { bad.Add(1); panic("boom") }},
			Job{"failing", func(context.Context, time.Time) error { failing.Add(1); return errors.New("disk full") }},
			Job{"good", func(context.Context, time.Time) error { good.Add(1); return nil }})
		for name, n := range map[string]*atomic.Int64{"bad": &bad, "failing": &failing, "good": &good} {
			if n.Load() != 5 {
				t.Errorf("job %s ran %d times in four minutes, want 5", name, n.Load())
			}
		}
		for _, want := range []string{"job=bad", "err=boom", "job=failing", `err="disk full"`} {
			if strings.Count(log.String(), want) != 5 {
				t.Errorf("the log lacks five of %q:\n%s", want, log)
			}
		}
	})
}

func TestASlowJobSkipsItsMinutesAndHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute+time.Second)
		defer cancel()
		var slow, running, most, quick atomic.Int64
		Run(ctx, slog.New(slog.DiscardHandler),
			Job{"slow", func(context.Context, time.Time) error {
				most.Store(max(most.Load(), running.Add(1)))
				defer running.Add(-1)
				slow.Add(1)
				<-time.After(150 * time.Second)
				return nil
			}},
			Job{"quick", func(context.Context, time.Time) error { quick.Add(1); return nil }})
		if most.Load() != 1 || slow.Load() != 4 || quick.Load() != 11 {
			t.Errorf("slow ran %d times, %d at once, quick %d times; want 4, 1 and 11", slow.Load(), most.Load(), quick.Load())
		}
	})
}

func TestRunReturnsOnlyWhenItsJobsHave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var ended atomic.Int64
		drain := Job{"drain", func(ctx context.Context, _ time.Time) error {
			<-ctx.Done()
			<-time.After(5 * time.Second) // writes down what already happened
			ended.Add(1)
			return ctx.Err()
		}}
		tick := Job{"late", func(ctx context.Context, now time.Time) error {
			if now.Minute() == 0 {
				return nil
			}
			<-ctx.Done() // started by a tick, not by the start
			<-time.After(7 * time.Second)
			ended.Add(1)
			return nil
		}}
		time.AfterFunc(90*time.Second, cancel)
		start := time.Now()
		Run(ctx, slog.New(slog.DiscardHandler), drain, tick)
		if ended.Load() != 2 || time.Since(start) != 97*time.Second {
			t.Errorf("Run returned after %v with %d of 2 jobs ended; want 1m37s", time.Since(start), ended.Load())
		}
	})
}

func TestATickComesWithinAMinuteWhateverTheWallClockDoes(t *testing.T) {
	now := time.Now()
	next := everyMinute{}.Next(now)
	if next == next.Round(0) {
		t.Error("the next tick lost its monotonic reading: a clock set back would delay it")
	}
	if d := next.Sub(now); d <= 0 || d > time.Minute || next.Second() != 0 || next.Nanosecond() != 0 {
		t.Errorf("the tick after %v is %v", now, next)
	}
}
