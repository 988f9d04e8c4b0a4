package feed

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones below on any machine

	"trucewatch/internal/news"
)

func zoneOf(t testing.TB, name string) *time.Location {
	if name == "" {
		return nil
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestParseDate(t *testing.T) {
	const stated, zoned, clamped, none = news.PublishedStated, news.PublishedZone, news.PublishedClamped, news.PublishedNone
	for _, c := range []struct{ in, zone, want, from string }{
		// The standards.
		{"Thu, 19 Nov 2026 10:00:00 +0200", "", "2026-11-19T08:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 GMT", "", "2026-11-19T10:00:00Z", stated},
		{"19 Nov 26 10:00 UT", "", "2026-11-19T10:00:00Z", stated},
		{"2026-11-19T10:00:00Z", "", "2026-11-19T10:00:00Z", stated},
		{"2026-11-19t10:00:00.123456+02:00", "", "2026-11-19T08:00:00.123456Z", stated},
		{"2026-11-19T10:00+02", "", "2026-11-19T08:00:00Z", stated},
		{"20261119T100000Z", "", "2026-11-19T10:00:00Z", stated},
		{"Thursday, 19-Nov-26 10:00:00 GMT", "", "2026-11-19T10:00:00Z", stated},
		{"Thu Nov 19 10:00:00 2026", "", "2026-11-19T10:00:00Z", zoned},
		{"Thu Nov 19 10:00:00 EET 2026", "", "2026-11-19T08:00:00Z", stated},
		{"Thu Nov 19 2026 10:00:00 GMT+0200 (EET)", "", "2026-11-19T08:00:00Z", stated},
		// Zones.
		{"Thu, 19 Nov 2026 10:00:00 MSK", "", "2026-11-19T07:00:00Z", stated},
		{"19.11.2026 10:00 мск", "", "2026-11-19T07:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 EET", "", "2026-11-19T08:00:00Z", stated},
		{"Thu, 16 Jul 2026 10:00:00 EEST", "", "2026-07-16T07:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 CET", "", "2026-11-19T09:00:00Z", stated},
		{"Thu, 16 Jul 2026 10:00:00 CEST", "", "2026-07-16T08:00:00Z", stated},
		{"Thu, 16 Jul 2026 10:00:00 BST", "", "2026-07-16T09:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 EST", "", "2026-11-19T15:00:00Z", stated},
		{"Thu, 19 Nov 2026 02:00:00 PST", "", "2026-11-19T10:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 IST", "", "2026-11-19T04:30:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 IST", "Asia/Jerusalem", "2026-11-19T08:00:00Z", stated},
		{"Thu, 16 Jul 2026 10:00:00 IST", "Europe/Dublin", "2026-07-16T09:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 CST", "Asia/Shanghai", "2026-11-19T02:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 AST", "", "2026-11-19T14:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 GMT+3", "", "2026-11-19T07:00:00Z", stated},
		{"Thu,19 Nov 2026 4:35:5 GMT+9", "", "2026-11-18T19:35:05Z", stated},
		{"19 Nov 2026 10:00:00 UTC-05:00", "", "2026-11-19T15:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 +0300 MSK", "", "2026-11-19T07:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 --0700", "", "2026-11-19T17:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 \u22120700", "", "2026-11-19T17:00:00Z", stated},
		{"Thu, 19 Nov 2026 10:00:00 XQT", "Europe/Kyiv", "2026-11-19T08:00:00Z", zoned},
		{"2026-11-19 10:00:00", "Europe/Moscow", "2026-11-19T07:00:00Z", zoned},
		{"2026-11-19", "Europe/Kyiv", "2026-11-18T22:00:00Z", zoned},
		{"2026-07-16 10:00", "Europe/Kyiv", "2026-07-16T07:00:00Z", zoned},
		// Words.
		{"Чт, 19 ноября 2026 10:00:00 +0300", "", "2026-11-19T07:00:00Z", stated},
		{"19 ноя 2026, 10:00", "Europe/Moscow", "2026-11-19T07:00:00Z", zoned},
		{"12 мая 2026 г. в 14:30", "", "2026-05-12T14:30:00Z", zoned},
		{"четвер, 19 листопада 2026, 10:00", "Europe/Kyiv", "2026-11-19T08:00:00Z", zoned},
		{"Середа, 12 серпня 2026, 9:05", "Europe/Kyiv", "2026-08-12T06:05:00Z", zoned},
		{"1 січня 2026 р. 00:00", "", "2026-01-01T00:00:00Z", zoned},
		{"5 лютого 2026", "", "2026-02-05T00:00:00Z", zoned},
		{"7 березня 2026", "", "2026-03-07T00:00:00Z", zoned},
		{"8 квітня 2026", "", "2026-04-08T00:00:00Z", zoned},
		{"9 травня 2026", "", "2026-05-09T00:00:00Z", zoned},
		{"10 ЧЕРВНЯ 2026", "", "2026-06-10T00:00:00Z", zoned},
		{"11 липня 2026", "", "2026-07-11T00:00:00Z", zoned},
		{"13 вересня 2025", "", "2025-09-13T00:00:00Z", zoned},
		{"14 жовтня 2025", "", "2025-10-14T00:00:00Z", zoned},
		{"15 груд. 2025", "", "2025-12-15T00:00:00Z", zoned},
		{"3 марта 2026", "", "2026-03-03T00:00:00Z", zoned},
		{"3 июня 2026", "", "2026-06-03T00:00:00Z", zoned},
		{"3 июл 2026", "", "2026-07-03T00:00:00Z", zoned},
		{"Thu, 17 Sept 2026 10:00:00 GMT", "", "2026-09-17T10:00:00Z", stated},
		{"September 17, 2026 3:04 PM", "", "2026-09-17T15:04:00Z", zoned},
		{"Sep 17, 2026, 12:04 a.m. EST", "", "2026-09-17T05:04:00Z", stated},
		{"Seg, 24 Ago 2026 19:42:40 -0300", "", "2026-08-24T22:42:40Z", stated},
		{"mar, 12 may 2026 10:00", "", "2026-05-12T10:00:00Z", zoned},
		{"mardi 12 août 2025 à 14h30", "Europe/Paris", "2025-08-12T12:30:00Z", zoned},
		{"Donnerstag, 5. März 2026, 10:00 Uhr", "Europe/Berlin", "2026-03-05T09:00:00Z", zoned},
		{"5 października 2026 10:00", "", "2026-10-05T10:00:00Z", zoned},
		{"19 ноября, 10:00", "", "2026-11-19T10:00:00Z", zoned},
		{"25 грудня, 10:00", "", "2025-12-25T10:00:00Z", zoned},
		// Numbers.
		{"19.11.2026 10:00", "", "2026-11-19T10:00:00Z", zoned},
		{"10:00 19.11.2026 +0200", "", "2026-11-19T08:00:00Z", stated},
		{"19.11.26", "", "2026-11-19T00:00:00Z", zoned},
		{"03/04/2026", "", "2026-04-03T00:00:00Z", zoned},
		{"10/21/2026 10:00 PM", "", "2026-10-21T22:00:00Z", zoned},
		{"03/04/2026 10:00 PM", "", "2026-03-04T22:00:00Z", zoned},
		{"19/11/2026 - 10:00", "", "2026-11-19T10:00:00Z", zoned},
		{"2026/11/19 10:00:00", "", "2026-11-19T10:00:00Z", zoned},
		{"20261119", "", "2026-11-19T00:00:00Z", zoned},
		{"20261119100203", "", "2026-11-19T10:02:03Z", zoned},
		{"1795082400", "", "2026-11-19T10:00:00Z", stated},
		{"1795082400123", "", "2026-11-19T10:00:00.123Z", stated},
		{"1795082400.5", "", "2026-11-19T10:00:00Z", stated},
		{"2026-11-18T24:00:00Z", "", "2026-11-19T00:00:00Z", stated},
		{"Wed, 18 Nov 2026 24:00:00 +0200", "", "2026-11-18T22:00:00Z", stated},
		{"Thu, 19 Nov 2026 23:59:60 GMT", "", "2026-11-20T00:00:00Z", stated},
		{"Mon, 19 Nov 2026 10:00:00 GMT", "", "2026-11-19T10:00:00Z", stated}, // wrong day of the week
		{"  \n Thu, 19 Nov 2026 10:00:00 GMT \t", "", "2026-11-19T10:00:00Z", stated},
		// None.
		{"", "", "", none},
		{"yesterday", "", "", none},
		{"0001-01-01T00:00:00Z", "", "", none},
		{"1970-01-01T00:00:00Z", "", "", none},
		{"0", "", "", none},
		{"32 Nov 2026", "", "", none},
		{"29 Feb 2026", "", "", none},
		{"2026-13-01", "", "", none},
		{"2026-11-19T25:00:00Z", "", "", none},
		{"2026-11-19T10:99:00Z", "", "", none},
		{"10:00", "", "", none},
		// Ahead.
		{"Fri, 20 Nov 2026 12:09:00 GMT", "", "2026-11-20T12:09:00Z", stated},
		{"Fri, 20 Nov 2026 12:11:00 GMT", "", "2026-11-20T12:00:00Z", clamped},
		{"2100-01-01", "", "2026-11-20T12:00:00Z", clamped},
	} {
		got, from := ParseDate(c.in, zoneOf(t, c.zone), now)
		shown := ""
		if !got.IsZero() {
			shown = got.Format(time.RFC3339Nano)
		}
		if shown != c.want || from != c.from {
			t.Errorf("ParseDate(%q, %s) is %q %s, want %q %s", c.in, c.zone, shown, from, c.want, c.from)
		}
		if got.Location() != time.UTC {
			t.Errorf("ParseDate(%q) is not in UTC", c.in)
		}
	}
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"Thu, 19 Nov 2026 10:00:00 +0200", "19 листопада 2026", "1795082400", "2026-11-19T24:00:00Z", "10:00 - 12.05.2025", "2 Jan 06 3:04 pm --07:00:00"} {
		f.Add(s, int64(1700000000))
	}
	kyiv := zoneOf(f, "Europe/Kyiv")
	f.Fuzz(func(t *testing.T, s string, seconds int64) {
		got, from := ParseDate(s, kyiv, now)
		if (from == news.PublishedNone) != got.IsZero() {
			t.Fatalf("%q: %v from %s", s, got, from)
		}
		if !got.IsZero() && (got.Year() < firstYear-1 || got.After(now.Add(maxFuture))) {
			t.Fatalf("%q: %v is out of range", s, got)
		}
		// Any instant of the web's time written by a standard reads back.
		const span = 36 * 365 * 24 * 3600
		at := time.Date(1990, 1, 2, 0, 0, 0, 0, time.UTC).Add(time.Duration((seconds%span+span)%span) * time.Second)
		for _, layout := range []string{time.RFC3339, time.RFC1123Z, "2 Jan 2006 15:04:05 -0700", time.RubyDate, "Monday, 2 January 2006 3:04:05 PM -0700"} {
			written := at.In(kyiv).Format(layout)
			if got, from := ParseDate(written, nil, now); !got.Equal(at) || from != news.PublishedStated {
				t.Fatalf("%q reads as %v %s, want %v", written, got, from, at)
			}
		}
		if got, _ := ParseDate(at.Format(time.RFC1123), nil, now); !got.Equal(at) {
			t.Fatalf("%q reads as %v", at.Format(time.RFC1123), got)
		}
	})
}
