package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Size is a number of bytes, written as 8MiB, 512KiB or a plain number.
type Size int64

var sizeForm = regexp.MustCompile(`^([0-9]{1,12})\s?(B|KB|KiB|MB|MiB|GB|GiB)?$`)

var sizeUnits = map[string]int64{
	"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
}

func parseSize(s string) (Size, error) {
	m := sizeForm.FindStringSubmatch(s)
	if m == nil {
		return 0, errors.New("not a size")
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || n > math.MaxInt64/sizeUnits[m[2]] {
		return 0, errors.New("too large")
	}
	return Size(n * sizeUnits[m[2]]), nil
}

// longUnits matches days and weeks, which time.ParseDuration does not have.
var longUnits = regexp.MustCompile(`^(?:([0-9]{1,6})w)?(?:([0-9]{1,6})d)?`)

// parseDuration reads what time.ParseDuration reads, and before it weeks and
// days of 24 hours, as in 1w, 400d or 1d12h. Never negative.
func parseDuration(s string) (time.Duration, error) {
	m := longUnits.FindStringSubmatch(s)
	var long time.Duration
	for i, unit := range []time.Duration{7 * day, day} {
		n, _ := strconv.Atoi("0" + m[i+1])
		if time.Duration(n) > math.MaxInt64/4/unit {
			return 0, errors.New("too long")
		}
		long += time.Duration(n) * unit
	}
	rest := s[len(m[0]):]
	if rest == "" && m[0] != "" {
		return long, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || strings.HasPrefix(rest, "+") {
		return 0, errors.New("not a duration")
	}
	if d < 0 {
		return 0, errors.New("negative")
	}
	if d > math.MaxInt64/4 {
		return 0, errors.New("too long")
	}
	return long + d, nil
}

// span writes a duration the way the file does: 1m, not 1m0s; 30d, not 720h0m0s.
func span(d time.Duration) string {
	if d >= day && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}
