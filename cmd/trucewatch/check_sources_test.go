package main

import (
	"strings"
	"testing"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
	"trucewatch/monitor"
)

// What may pass by itself is not to be switched off, and when nothing answers it is the
// network that wants a look.
func TestACheckTellsATroubledServerFromAWrongAddress(t *testing.T) {
	wrong := monitor.Outcome{Result: monitor.Wrong, Status: 200, Words: "an HTML page"}
	missing := monitor.Outcome{Result: monitor.Failed, Status: 404, Words: "HTTP 404"}
	ill := monitor.Outcome{Result: monitor.Failed, Status: 500, Words: "HTTP 500"}
	busy := monitor.Outcome{Result: monitor.Failed, Status: 429, Words: "HTTP 429"}
	silent := monitor.Outcome{Result: monitor.Failed, Words: "no such host"}
	good := monitor.Outcome{Result: monitor.Read, Status: 200}
	for o, fix := range map[*monitor.Outcome]string{&wrong: mendURL, &missing: mendURL, &ill: askAgain, &busy: askAgain, &silent: askAgainOr} {
		if f := sourceFinding(news.Poll{Outcome: *o}, noon); f.Level != "fail" || f.Fix != fix {
			t.Errorf("%s: %+v, want %q", o.Words, f, fix)
		}
	}
	for name, c := range map[string]struct {
		of         []monitor.Outcome
		says, not  string
		switchesNo bool
	}{
		"a wrong address":        {[]monitor.Outcome{good, missing}, "1 of 2 sources can't be read|feeds pause 'F1'", "network", false},
		"a troubled server":      {[]monitor.Outcome{good, ill}, "", "", true},
		"one of each":            {[]monitor.Outcome{missing, ill, good}, "2 of 3 sources can't be read, 1 of them for now|feeds pause 'F0'", "F1", false},
		"a host that is silent":  {[]monitor.Outcome{good, silent}, "1 of 2|feeds pause 'F1'", "network", false},
		"nothing answers at all": {[]monitor.Outcome{silent, silent}, "none of 2 sources answered|is the network up?", "pause", false},
	} {
		var fs []finding
		for i, o := range c.of {
			fs = append(fs, sourceFinding(news.Poll{Feed: news.Feed{Name: "F" + string(rune('0'+i))}, Outcome: o}, noon))
		}
		got := switchOff(config.Config{Feeds: make([]config.Feed, len(c.of))}, "", fs)
		if len(got) == 0 != c.switchesNo {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		if len(got) == 0 {
			continue
		}
		text := got[0].Says + "\n" + got[0].Fix
		for _, want := range strings.Split(c.says, "|") {
			if !strings.Contains(text, want) || strings.Contains(text, c.not) {
				t.Errorf("%s: %q, want %q and not %q", name, text, want, c.not)
			}
		}
	}
}

func TestARoundNamesWhatFailedBounded(t *testing.T) {
	for want, r := range map[string]monitor.Round{
		"":                 {Polled: 3},
		"A, B":             {Polled: 3, Failed: 2, Names: []string{"B", "A"}},
		"A, B, and 7 more": {Polled: 9, Failed: 9, Names: []string{"B", "A"}},
	} {
		if got := failedNames(r); got != want {
			t.Errorf("%+v: %q, want %q", r, got, want)
		}
	}
}
