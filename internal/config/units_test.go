package config

import (
	"testing"
	"time"
)

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "90s": 90 * time.Second, "15m": 15 * time.Minute, "1h30m": 90 * time.Minute,
		"7d": 7 * day, "2w": 14 * day, "1w2d3h": 9*day + 3*time.Hour, "400d": 400 * day, "1.5h": 90 * time.Minute,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("parseDuration(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "30", "d", "-1h", "+1h", "1d-1h", "1d1w", "3 days", "1y", "999999w", "9999999d", "99999999h", "1e3s", "１d"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("parseDuration(%q) = %v; want an error", text, got)
		}
	}
}

func TestSpansReadLikeTheFile(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 15 * time.Second: "15s", time.Minute: "1m", 90 * time.Minute: "1h30m", 6 * time.Hour: "6h",
		day: "1d", 36 * time.Hour: "36h", 400 * day: "400d", 90 * time.Second: "1m30s", 10 * time.Minute: "10m", 20 * time.Hour: "20h",
	} {
		got := span(d)
		if got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
		if back, err := parseDuration(got); err != nil || back != d {
			t.Errorf("span(%v) = %q reads back as %v, %v", d, got, back, err)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "1048576": 1 << 20, "8MiB": 8 << 20, "512 KiB": 512 << 10, "1GB": 1e9, "7B": 7} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5MiB", "8mib", "999999999999GiB", "9999999999999"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("parseSize(%q) = %d; want an error", text, got)
		}
	}
}

func TestNearestWord(t *testing.T) {
	known := []string{"every", "min", "max", "concurrency", "history_before"}
	for word, want := range map[string]string{
		"evry": "every", "evrey": "every", "Every": "every", "mix": "min", "concurency": "concurrency",
		"history-before": "history_before", "zone": "", "": "", "frequency": "",
	} {
		if got := nearest(word, known); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
