package monitor

import (
	"runtime/debug"
	"runtime/metrics"
)

// roundMemory is how much memory, in bytes, a round of polling may take on top of
// what the program holds before garbage is collected more often than usual. A
// round needs far less unless many of its feeds are huge at a time.
const roundMemory = 24 << 20

// collectSooner makes the garbage collector work harder when memory grows by more
// than so many bytes, until the function it returns is called. Large bodies live
// for a moment; at the collector's usual pace as much again would lie around as
// is in use. A lower limit of the operator's, GOMEMLIMIT, stays as it is.
func collectSooner(growth int64) (stop func()) {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 {
		return func() {}
	}
	before := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(before, int64(live[0].Value.Uint64())+growth))
	return func() { debug.SetMemoryLimit(before) }
}
