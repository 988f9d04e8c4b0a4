package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
)

// This file is the only importer of robfig/cron, which does two things here:
// it reads the five fields of a spec, and it ticks once a minute. It does not
// decide when a digest is due: in the library a daily job is skipped when the
// clocks go forward and runs twice when they go back. Slots decides, and a row
// in the store says which slot was told.

// Spec is a parsed cron spec in its zone. The zero Spec never fires.
type Spec struct {
	fields cron.Schedule // evaluated in UTC, which stands for civil time
	dense  bool
	zone   *time.Location
}

const (
	maxSpec     = 200                  // bytes of a cron spec
	denseAbove  = 6                    // firings a day above which a spec follows UTC minutes
	slotsWindow = 400 * 24 * time.Hour // how far back Slots looks
)

// fiveFields reads minute, hour, day of month, month, day of week, and names
// such as @daily.
var fiveFields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// ParseSpec reads a five-field cron spec, to be understood in zone; nil is UTC.
// It never panics. It refuses what cannot name a civil minute or never does:
// @every, zone prefixes, and days such as 31 February. Errors say the fix.
func ParseSpec(spec string, zone *time.Location) (Spec, error) {
	if zone == nil {
		zone = time.UTC
	}
	text := strings.TrimSpace(spec)
	switch {
	case text == "":
		return Spec{}, errors.New(`cron spec is empty; write five fields, such as "0 8 * * *"`)
	case len(text) > maxSpec:
		return Spec{}, fmt.Errorf("cron spec is longer than %d bytes; write five fields", maxSpec)
	case strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ="):
		return Spec{}, fmt.Errorf("cron spec %q carries a zone; write the zone under timezone instead", text)
	case strings.HasPrefix(text, "@every"):
		return Spec{}, fmt.Errorf(`cron spec %q counts from the start of the program; write five fields, such as "0 8 * * *"`, text)
	}
	fields, err := parseFields(text)
	if err != nil && strings.Contains(err.Error(), "above maximum (6)") {
		err = fmt.Errorf("%w; write Sunday as 0, Saturday as 6", err)
	}
	if err != nil {
		return Spec{}, fmt.Errorf("cron spec %q: %w", text, err)
	}
	perDay := bits.OnesCount64(values(fields.Minute)) * bits.OnesCount64(values(fields.Hour))
	return Spec{fields: fields, dense: perDay > denseAbove, zone: zone}, nil
}

// parseFields is the library's parser with its traps closed: some malformed
// specs make it panic, a field of commas alone has no value, and days that no
// month has are accepted.
func parseFields(text string) (s *cron.SpecSchedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			s, err = nil, errors.New("malformed; write five fields")
		}
	}()
	parsed, err := fiveFields.Parse(text)
	if err != nil {
		return nil, err
	}
	s, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("not five fields")
	}
	for _, f := range []struct {
		name string
		set  uint64
	}{{"minute", s.Minute}, {"hour", s.Hour}, {"day of month", s.Dom}, {"month", s.Month}, {"day of week", s.Dow}} {
		if values(f.set) == 0 {
			return nil, fmt.Errorf("the %s field names no value", f.name)
		}
	}
	s.Location = time.UTC
	// A leap year holds every date there is, so what does not fire in one never fires.
	if next := s.Next(time.Date(2023, 12, 31, 23, 59, 59, 0, time.UTC)); next.IsZero() {
		return nil, errors.New("never fires: no month named has the day named")
	}
	return s, nil
}

// values drops the bit with which the library remembers that a field was a star.
func values(field uint64) uint64 { return field &^ (1 << 63) }

// Period is the usual distance between two firings around now: the upper median
// of the next sixty, so a digest of working days has a period of one day, and one
// at 08:00 and 18:00 of fourteen hours.
func (s Spec) Period(now time.Time) time.Duration {
	if s.fields == nil {
		return 0
	}
	var gaps []time.Duration
	last := s.fields.Next(civil(now, s.zone))
	for !last.IsZero() && len(gaps) < 60 {
		next := s.fields.Next(last)
		if next.IsZero() {
			break
		}
		gaps = append(gaps, next.Sub(last))
		last = next
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// Slots returns the instants, in UTC and in order, at which spec falls due in
// zone: after the first bound, up to and including the second. It looks back at
// most 400 days from upTo.
//
// A spec that fires at most six times a day is read in civil time: each civil
// minute it names is one slot, at the first instant at which the zone's clocks
// show that minute or a later one. So a minute that does not exist falls due as
// soon as the gap is over, and a minute that comes twice falls due the first
// time. Civil minutes that fall due at the same instant are one slot.
//
// A spec that fires more often than that follows UTC minutes: each UTC minute
// whose reading on the zone's clocks is named by the spec is a slot. When clocks
// go back the repeated hour has slots twice, when they go forward the missing
// hour has none, and the distance between slots stays what the spec says.
func Slots(spec Spec, zone *time.Location, after, upTo time.Time) []time.Time {
	if spec.fields == nil || !after.Before(upTo) {
		return nil
	}
	if zone == nil {
		zone = time.UTC
	}
	if oldest := upTo.Add(-slotsWindow); after.Before(oldest) {
		after = oldest
	}
	after, upTo = after.UTC(), upTo.UTC()
	if spec.dense {
		return utcSlots(spec.fields, zone, after, upTo)
	}
	return civilSlots(spec.fields, zone, after, upTo)
}

// Next returns the first slot after the given instant, in UTC, or the zero time
// when there is none within five years.
func (s Spec) Next(after time.Time) time.Time {
	if s.fields == nil {
		return time.Time{}
	}
	// The firing in civil time bounds the search; a day more covers every change of clocks.
	for from, end := after, after.AddDate(5, 0, 0); from.Before(end); {
		named := s.fields.Next(civil(from, s.zone))
		if named.IsZero() {
			return time.Time{}
		}
		upTo := firstReading(named, s.zone).Add(24 * time.Hour)
		if slots := Slots(s, s.zone, after, upTo); len(slots) > 0 {
			return slots[0]
		}
		from = upTo
	}
	return time.Time{}
}

// maxOffset is more than any zone has ever differed from UTC.
const maxOffset = 26 * time.Hour

func civilSlots(fields cron.Schedule, zone *time.Location, after, upTo time.Time) []time.Time {
	var slots []time.Time
	for c := fields.Next(after.Add(-2 * maxOffset)); !c.IsZero(); c = fields.Next(c) {
		at := firstReading(c, zone)
		if at.After(upTo) {
			break
		}
		if at.After(after) && (len(slots) == 0 || at.After(slots[len(slots)-1])) {
			slots = append(slots, at)
		}
	}
	return slots
}

// firstReading returns the first instant at which the zone's clocks show the
// civil time c, given as a UTC time, or a later one.
func firstReading(c time.Time, zone *time.Location) time.Time {
	// Walk the zone's periods of constant offset from one in which the clocks
	// cannot have reached c yet.
	t := c.Add(-maxOffset)
	for {
		local := t.In(zone)
		_, offset := local.Zone()
		start, end := local.ZoneBounds()
		at := c.Add(-time.Duration(offset) * time.Second)
		if end.IsZero() || at.Before(end) {
			if !start.IsZero() && at.Before(start) {
				return start.UTC() // jumped over
			}
			return at
		}
		t = end
	}
}

func utcSlots(fields cron.Schedule, zone *time.Location, after, upTo time.Time) []time.Time {
	var slots []time.Time
	for t := after; !t.After(upTo); {
		_, offset := t.In(zone).Zone()
		_, end := t.In(zone).ZoneBounds()
		if end.IsZero() || end.After(upTo) {
			end = upTo.Add(time.Nanosecond) // upTo itself is in
		}
		shift := time.Duration(offset) * time.Second
		// One nanosecond back, so that a firing at the very start of the period counts.
		from := t.Add(shift)
		if !t.Equal(after) {
			from = from.Add(-time.Nanosecond)
		}
		for c := fields.Next(from); !c.IsZero(); c = fields.Next(c) {
			at := c.Add(-shift)
			if !at.Before(end) {
				break
			}
			slots = append(slots, at)
		}
		t = end.UTC()
	}
	return slots
}

// civil returns what the zone's clocks show at t, as a UTC time.
func civil(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// Job is one piece of work that is looked at every minute. Run gets the time of
// the tick in UTC, read once, and returns soon after ctx ends; what it returns is
// logged.
type Job struct {
	Name string
	Run  func(ctx context.Context, now time.Time) error
}

// Run runs every job at once and then each minute until ctx ends, and returns
// when the last running one has. A job still running when its next minute comes
// skips that minute; one that panics is logged and runs again the next minute.
// Jobs do not wait for each other.
func Run(ctx context.Context, log *slog.Logger, jobs ...Job) {
	c := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(cronLog{log}))
	var first sync.WaitGroup
	for _, j := range jobs {
		log := cronLog{log.With("job", j.Name)}
		// The order matters: a panic that passes through SkipIfStillRunning keeps its
		// token, and the job would never run again. Recover has to stop it inside.
		chain := cron.NewChain(cron.SkipIfStillRunning(log), cron.Recover(log))
		run := chain.Then(cron.FuncJob(func() { runJob(ctx, log.Logger, j) }))
		c.Schedule(everyMinute{}, run)
		first.Go(run.Run)
	}
	c.Start()
	<-ctx.Done()
	<-c.Stop().Done()
	first.Wait()
}

func runJob(ctx context.Context, log *slog.Logger, j Job) {
	if ctx.Err() != nil {
		return
	}
	start := time.Now()
	err := j.Run(ctx, start.UTC())
	switch took := time.Since(start); {
	case err == nil:
		log.Debug("job done", "took", took)
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		log.Info("job stopped", "took", took)
	default:
		log.Error("job failed", "took", took, "err", err)
	}
}

// everyMinute fires at each full minute. Adding to t keeps its monotonic reading,
// which a spec's evaluation drops: when the wall clock is set back an hour, the
// next tick still comes within a minute.
type everyMinute struct{}

func (everyMinute) Next(t time.Time) time.Time {
	into := time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	return t.Add(time.Minute - into)
}

// cronLog gives the library our logger; its own chatter is for debugging.
type cronLog struct{ *slog.Logger }

func (l cronLog) Info(msg string, kv ...any) { l.Debug("cron: "+msg, kv...) }

func (l cronLog) Error(err error, msg string, kv ...any) {
	l.Logger.Error("job failed: "+msg, append(kv, "err", err)...)
}
