package main

import (
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// What a word to the operator says of deliveries is left out once it is over; the rest
// of it is told, and so is what holds.
func TestAWordThatWaitedSaysOnlyWhatHolds(t *testing.T) {
	held := func(id news.DeliveryID, state news.DeliveryState) news.Delivery {
		return news.Delivery{ID: id, Digest: "daily", Channel: "C1", State: state, Cause: "token_revoked", Created: noon.Add(-time.Hour)}
	}
	both := []news.Delivery{held(1, news.Held), held(11, news.Held)}
	waiting := held(12, news.Queued)
	w := watched{now: noon, free: 0.05, token: "token_revoked"}
	w.cond.Open = append(both, waiting)
	_, all := told(nil, nil, troubles(w), noon)
	for _, want := range []string{"Slack refuses the token", "• message 1 (", "• message 11 (", "• daily was made ", "The disk is nearly full"} {
		if !strings.Contains(all, want) {
			t.Fatalf("%q lacks %q", all, want)
		}
	}
	for name, c := range map[string]struct {
		open   []news.Delivery
		serves bool
		has    string // joined by |
		not    string
		onWay  bool
	}{
		"nothing is over":       {w.cond.Open, false, "Slack refuses|message 1 (|message 11 (|daily was made|disk", "\n\n", false},
		"all is over":           {nil, true, "The disk is nearly full:\n• 5.0 %", "essage", false},
		"one was sent":          {both[1:], true, "not delivered:\n• message 11 (|disk", "message 1 (|Slack refuses", false},
		"one is on its way":     {[]news.Delivery{held(1, news.Claimed)}, true, "message 1 (", "message 11 (", true},
		"the token is refused":  {nil, false, "Slack refuses|disk", "message", false},
		"parked in place of it": {[]news.Delivery{held(1, news.Parked)}, true, "message 1 (", "message 11 (", false},
	} {
		got, onWay := stillTrue(all, c.open, c.serves)
		for _, want := range strings.Split(c.has, "|") {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q lacks %q", name, got, want)
			}
		}
		for _, not := range strings.Split(c.not, "|") {
			if strings.Contains(got, not) {
				t.Errorf("%s: %q has %q", name, got, not)
			}
		}
		if onWay != c.onWay {
			t.Errorf("%s: on its way %v", name, onWay)
		}
	}
	w.free = 1
	_, alone := told(nil, nil, troubles(w), noon)
	if got, _ := stillTrue(alone, nil, true); got != "" {
		t.Errorf("all of it is over, and %q is left", got)
	}
	const ends = "Read again: A.\nSlack takes the token again."
	if got, _ := stillTrue(ends, nil, true); got != ends {
		t.Errorf("%q became %q", ends, got)
	}
}
