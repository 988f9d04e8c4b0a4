package notify

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
)

func TestWhatWaitedThreeDaysBecomesOneMessage(t *testing.T) {
	now := at(21, 8, 0)
	o := &memoryOutbox{}
	d, _ := Compose(dailyEdition())
	for i := range 3 {
		o.add("C0ONE", "morning", at(10+i, 8, 0), Render(d))
	}
	o.add("C0ONE", "morning", at(20, 8, 0), Render(d))
	for i := range o.rows {
		o.rows[i].Created = o.rows[i].Slot
	}
	messages, merged := Merge(o.rows, kyiv, now)
	if want := 3 * len(Render(d)); len(merged) != want {
		t.Fatalf("%d rows merged, want %d: the young one goes out by itself", len(merged), want)
	}
	checkMessages(t, "merge", messages)
	all := ""
	for _, m := range messages {
		all += m.Plain
	}
	for _, e := range d.Entries {
		if n := strings.Count(all, e.Headline.Title); n < 3 {
			t.Errorf("%q stands %d times; nothing told may be lost", e.Headline.Title, n)
		}
		if !strings.Contains(all, e.Headline.URL) {
			t.Errorf("the link %s is lost", e.Headline.URL)
		}
	}
	if !strings.Contains(messages[0].Plain, "Held back: 3 messages from Tue 10 Nov 08:00 to Thu 12 Nov 08:00 Kyiv") {
		t.Errorf("heading %q", messages[0].Plain)
	}
	if m, ids := Merge(o.rows[:len(Render(d))], kyiv, now); m != nil || ids != nil {
		t.Error("one message alone is merged")
	}
}

func TestAMergeOfHostileTextKeepsEveryLimit(t *testing.T) {
	for seed := range 10 {
		r := rand.New(rand.NewPCG(uint64(seed), 3))
		o := &memoryOutbox{}
		for i := range 4 {
			d, _ := Compose(nastyEdition(r))
			o.add("C0ONE", "morning", at(1+i, 8, 0), Render(d))
		}
		messages, _ := Merge(o.rows, kyiv, at(21, 8, 0).Add(time.Hour))
		checkMessages(t, "merge", messages)
	}
	if m, _ := Merge([]news.Delivery{}, kyiv, at(21, 8, 0)); m != nil {
		t.Error("nothing merges to something")
	}
}
