package feed

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"trucewatch/internal/news"
)

const (
	// maxFuture is how far ahead of the fetch a date may be; clocks differ.
	maxFuture = 10 * time.Minute
	// firstYear of the web, and so of any feed; dates before are filler.
	firstYear = 1990
	maxDate   = 128 // bytes of a date looked at
)

// ParseDate reads a date as feeds state it, in UTC, and says how it was obtained:
// news.PublishedStated with a zone (or as a count of seconds), news.PublishedZone
// without one, then zone (nil: UTC) is used; news.PublishedClamped when it is
// more than ten minutes after now, which is then returned (a zero now clamps
// nothing); news.PublishedNone, with a zero time, when it is none.
//
// It reads RFC 3339, RFC 822 and what is like them in any order and language
// known to monthOf, numeric dates, and Unix time in seconds to microseconds.
// Conventions: numbers with dots are day.month.year; with slashes or dashes
// day first too, unless only month first is possible or the time is AM or PM. A
// missing year is the latest that does not lie ahead of now. 24:00 is the end of
// the day. A zone abbreviation means what the feed's zone means by it, else what
// zoneOffsets says; a numeric offset beats an abbreviation.
func ParseDate(s string, zone *time.Location, now time.Time) (time.Time, string) {
	if zone == nil {
		zone = time.UTC
	}
	t, stated, ok := readDate(s, zone, now)
	if !ok || t.Year() < firstYear || t.Year() > 9999 {
		return time.Time{}, news.PublishedNone
	}
	t = t.UTC()
	switch {
	case !now.IsZero() && t.After(now.Add(maxFuture)):
		return now.UTC(), news.PublishedClamped
	case stated:
		return t, news.PublishedStated
	}
	return t, news.PublishedZone
}

// readDate reads a date and reports whether it states its zone.
func readDate(s string, zone *time.Location, now time.Time) (t time.Time, stated, ok bool) {
	s = strings.TrimSpace(s)
	if len(s) > maxDate {
		s = clip(s, maxDate)
	}
	if t, ok := unixTime(s); ok {
		return t, true, true
	}
	r := dateReader{s: s, zone: zone}
	r.read()
	return r.assemble(now)
}

// unixTime reads a count since 1970 of 9 or 10 digits of seconds, 12 or 13 of
// milliseconds, 16 of microseconds. Other counts of digits are civil dates.
func unixTime(s string) (time.Time, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if strings.Trim(whole, "0123456789") != "" || strings.Trim(fraction, "0123456789") != "" {
		return time.Time{}, false
	}
	var n int64
	for i := range len(whole) {
		n = n*10 + int64(whole[i]-'0')
		if i > 16 {
			return time.Time{}, false
		}
	}
	switch len(whole) {
	case 9, 10:
		return time.Unix(n, 0), true
	case 13:
		return time.UnixMilli(n), true
	case 12:
		// Twelve digits are also yyyymmddhhmm; as milliseconds that is 2034 and on.
		if n < 1e12 && whole[0] != '2' && whole[0] != '1' {
			return time.UnixMilli(n), true
		}
	case 16:
		return time.UnixMicro(n), true
	}
	return time.Time{}, false
}

// dateReader collects the parts of a date in the order they come.
type dateReader struct {
	s    string
	zone *time.Location

	year, month, day int
	hasDate          bool // by a numeric pattern
	slashes          bool // d/m/y or d-m-y: the order is to be decided
	numbers          []int
	widths           []int

	hour, min, sec, nano int
	hasTime              bool
	half                 byte // 'a' or 'p'

	offset    int // seconds east
	hasOffset bool
	numeric   bool // the offset is a number
	abbr      string
	bad       bool
}

func (r *dateReader) read() {
	s := r.s
	for i := 0; i < len(s) && !r.bad; {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			i = r.number(i)
		case (c == '+' || c == '-') && r.hasTime:
			i = r.sign(i, i+1)
		case strings.HasPrefix(s[i:], "\u2212") && r.hasTime: // minus sign
			i = r.sign(i, i+len("\u2212"))
		case c < utf8.RuneSelf && !isLetters(s[i:i+1]):
			i++
		default:
			i = r.word(i)
		}
	}
}

// digits returns the end of the run of digits at i, and its value.
func (r *dateReader) digits(i int) (end, value int) {
	for end = i; end < len(r.s) && '0' <= r.s[end] && r.s[end] <= '9'; end++ {
		value = min(value*10+int(r.s[end]-'0'), 1e9)
	}
	return end, value
}

func (r *dateReader) at(i int) byte {
	if i < len(r.s) {
		return r.s[i]
	}
	return 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// number reads what starts with a digit: a time, a numeric date, or a number to
// be understood later.
func (r *dateReader) number(i int) int {
	end, v := r.digits(i)
	n := end - i
	c := r.at(end)
	switch {
	case n <= 2 && (c == ':' || (c == 'h' || c == 'H') && !r.hasTime) && isDigit(r.at(end+1)) && !r.hasTime:
		return r.clock(end+1, v)
	case n == 4 && !r.hasDate && (c == '-' || c == '/' || c == '.') && isDigit(r.at(end+1)):
		// year-month-day
		e, m := r.digits(end + 1)
		if r.at(e) == c && isDigit(r.at(e+1)) && e-end-1 <= 2 {
			if e2, d := r.digits(e + 1); e2-e-1 <= 2 {
				r.year, r.month, r.day, r.hasDate = v, m, d, true
				return e2
			}
		}
	case n <= 2 && !r.hasDate && (c == '-' || c == '/' || c == '.') && isDigit(r.at(end+1)):
		// day.month.year, or month/day/year
		e, m := r.digits(end + 1)
		if r.at(e) == c && isDigit(r.at(e+1)) && e-end-1 <= 2 {
			if e2, y := r.digits(e + 1); e2-e-1 == 4 || e2-e-1 == 2 {
				r.year, r.month, r.day, r.hasDate, r.slashes = y, m, v, true, c != '.'
				if e2-e-1 == 2 {
					r.year = century(y)
				}
				return e2
			}
		}
	case (n == 8 || n == 12 || n == 14) && !r.hasDate && len(r.numbers) == 0:
		// 20060102, 200601021504, 20060102150405
		d := r.s[i:end]
		r.year, r.month, r.day, r.hasDate = atoi(d[:4]), atoi(d[4:6]), atoi(d[6:8]), true
		if n > 8 {
			r.hour, r.min, r.hasTime = atoi(d[8:10]), atoi(d[10:12]), true
		}
		if n == 14 {
			r.sec = atoi(d[12:])
		}
		return end
	case (n == 6 || n == 4) && r.hasDate && !r.hasTime && i > 0 && (r.s[i-1] == 'T' || r.s[i-1] == 't'):
		// 150405 after T
		r.hour, r.min, r.hasTime = v/100, v%100, true
		if n == 6 {
			r.hour, r.min, r.sec = v/10000, v/100%100, v%100
		}
		return end
	}
	if len(r.numbers) < 6 {
		r.numbers = append(r.numbers, v)
		r.widths = append(r.widths, n)
	}
	return end
}

// clock reads the rest of a time after its hour and colon.
func (r *dateReader) clock(i, hour int) int {
	r.hour, r.hasTime = hour, true
	end, v := r.digits(i)
	r.min = v
	if end-i > 2 {
		r.bad = true
	}
	if r.at(end) == ':' && isDigit(r.at(end+1)) {
		i = end + 1
		end, r.sec = r.digits(i)
		if end-i > 2 {
			r.bad = true
		}
		if c := r.at(end); (c == '.' || c == ',') && isDigit(r.at(end+1)) {
			i = end + 1
			end, _ = r.digits(i)
			scale := int(time.Second)
			for _, d := range r.s[i:min(end, i+9)] {
				scale /= 10
				r.nano += int(d-'0') * scale
			}
		}
	}
	return end
}

// sign reads a numeric offset after + or -. at is where the sign is, i what
// follows it.
func (r *dateReader) sign(at, i int) int {
	if r.at(i) == r.s[at] {
		i++ // --0700
	}
	if !isDigit(r.at(i)) || at > 0 && isDigit(r.at(at-1)) && !r.hasDate && len(r.numbers) == 0 {
		return i
	}
	end, v := r.digits(i)
	var seconds int
	switch n := end - i; {
	case n <= 2 && r.at(end) == ':' && isDigit(r.at(end+1)):
		e, m := r.digits(end + 1)
		seconds = v*3600 + m*60
		end = e
		if r.at(end) == ':' && isDigit(r.at(end+1)) {
			end, _ = r.digits(end + 1)
		}
	case n <= 2:
		if c := r.at(end); (c == '.' || c == '/' || c == '-') && isDigit(r.at(end+1)) {
			return i // a date after a dash
		}
		seconds = v * 3600
	case n <= 4:
		seconds = v/100*3600 + v%100*60
	default:
		return i
	}
	if r.numeric || seconds > 15*3600 {
		return end
	}
	if r.s[at] != '+' {
		seconds = -seconds
	}
	r.offset, r.hasOffset, r.numeric = seconds, true, true
	return end
}

// word reads a run of letters: a month, AM or PM, a zone, or nothing of use.
func (r *dateReader) word(i int) int {
	end := i
	for end < len(r.s) {
		c, size := utf8.DecodeRuneInString(r.s[end:])
		if !unicode.IsLetter(c) && !unicode.IsMark(c) {
			break
		}
		end += size
	}
	if end == i {
		_, size := utf8.DecodeRuneInString(r.s[i:])
		return i + size
	}
	w := r.s[i:end]
	if m := monthOf(w); m != 0 && !r.hasDate {
		r.month = m
		return end
	}
	switch lower := strings.ToLower(w); lower {
	case "am", "pm":
		r.half = lower[0]
	case "a", "p":
		if r.at(end) == '.' && (r.at(end+1)|0x20) == 'm' {
			r.half = lower[0]
			return end + 2
		}
	}
	if r.hasTime && !r.hasOffset {
		if o, ok := zoneOffsets[strings.ToUpper(w)]; ok {
			r.offset, r.hasOffset, r.abbr = o, true, strings.ToUpper(w)
		}
	}
	return end
}

// assemble makes a time of the parts.
func (r *dateReader) assemble(now time.Time) (t time.Time, stated, ok bool) {
	if r.bad {
		return t, false, false
	}
	year, month, day := r.year, r.month, r.day
	noYear := false
	switch {
	case r.hasDate && r.slashes && (month > 12 || r.half != 0 && day <= 12):
		month, day = day, month
	case r.hasDate:
	case month != 0:
		year, day = 0, 0
		for i, v := range r.numbers {
			switch {
			case r.widths[i] == 4 && year == 0:
				year = v
			case r.widths[i] <= 2 && day == 0 && v >= 1 && v <= 31:
				day = v
			case r.widths[i] == 2 && day != 0 && year == 0:
				year = century(v)
			case r.widths[i] == 2 && day != 0 && !r.hasTime && v < 24:
				r.hour, r.hasTime = v, true // "02 Jan 2006 15 -0700"
			}
		}
		if year == 0 {
			if now.IsZero() {
				return t, false, false
			}
			noYear, year = true, now.In(r.zone).Year()
		}
	default:
		return t, false, false
	}
	hour := r.hour
	switch r.half {
	case 'p':
		if hour < 12 {
			hour += 12
		}
	case 'a':
		if hour == 12 {
			hour = 0
		}
	}
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 24 || r.min > 59 || r.sec > 60 ||
		hour == 24 && (r.min > 0 || r.sec > 0) {
		return t, false, false
	}
	make := func(year int) time.Time {
		zone := r.zone
		if r.hasOffset {
			zone = time.FixedZone("", r.offset)
		}
		t := time.Date(year, time.Month(month), day, hour, r.min, r.sec, r.nano, zone)
		if r.abbr != "" && !r.numeric {
			// The feed's own zone knows best what its abbreviation means.
			local := time.Date(year, time.Month(month), day, hour, r.min, r.sec, r.nano, r.zone)
			if name, _ := local.Zone(); name == r.abbr {
				t = local
			}
		}
		return t
	}
	t = make(year)
	if noYear && t.After(now.Add(24*time.Hour)) && day <= daysIn(year-1, month) {
		t = make(year - 1)
	}
	return t, r.hasOffset, true
}

func atoi(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// century completes a year of two digits.
func century(y int) int {
	if y < 70 {
		return 2000 + y
	}
	return 1900 + y
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// zoneOffsets are the abbreviations feeds use, in seconds east of UTC. Ambiguous
// ones have the reading most frequent in news feeds unless the feed's own zone
// says otherwise: IST India (not Israel, Ireland), BST Britain, CST and AST
// North America (not China, Arabia), SST Samoa is left out, GST the Gulf.
var zoneOffsets = func() map[string]int {
	const h = 3600
	return map[string]int{
		"Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0,
		"WEST": 1 * h, "BST": 1 * h, "CET": 1 * h, "MET": 1 * h, "MEZ": 1 * h, "WAT": 1 * h,
		"CEST": 2 * h, "MEST": 2 * h, "MESZ": 2 * h, "EET": 2 * h, "SAST": 2 * h, "CAT": 2 * h,
		"EEST": 3 * h, "MSK": 3 * h, "МСК": 3 * h, "TRT": 3 * h, "EAT": 3 * h, "IDT": 3 * h,
		"MSD": 4 * h, "SAMT": 4 * h, "GST": 4 * h, "AZT": 4 * h, "GET": 4 * h, "AMT": 4 * h,
		"IRST": 3*h + 1800, "AFT": 4*h + 1800,
		"PKT": 5 * h, "UZT": 5 * h, "YEKT": 5 * h,
		"IST": 5*h + 1800, "NPT": 5*h + 2700,
		"ALMT": 5 * h, "OMST": 6 * h,
		"ICT": 7 * h, "WIB": 7 * h, "KRAT": 7 * h, "NOVT": 7 * h,
		"HKT": 8 * h, "SGT": 8 * h, "MYT": 8 * h, "PHT": 8 * h, "AWST": 8 * h, "IRKT": 8 * h,
		"JST": 9 * h, "KST": 9 * h, "YAKT": 9 * h, "ACST": 9*h + 1800,
		"AEST": 10 * h, "VLAT": 10 * h, "AEDT": 11 * h, "MAGT": 11 * h, "NZST": 12 * h, "PETT": 12 * h, "NZDT": 13 * h,
		"BRT": -3 * h, "ART": -3 * h, "ADT": -3 * h, "NST": -3*h - 1800, "NDT": -2*h - 1800,
		"AST": -4 * h, "EDT": -4 * h, "CLT": -4 * h,
		"EST": -5 * h, "CDT": -5 * h, "COT": -5 * h, "PET": -5 * h,
		"CST": -6 * h, "MDT": -6 * h, "MST": -7 * h, "PDT": -7 * h, "PST": -8 * h, "AKDT": -8 * h, "AKST": -9 * h, "HST": -10 * h,
	}
}()
