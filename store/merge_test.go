package store

import (
	"fmt"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// Three digests wait; the first two become one message in their place, and what
// they told stays told by it.
func TestMergedMessagesKeepOrderAndWhatTheyTold(t *testing.T) {
	ctx := t.Context()
	s := openStore(t)
	sight(t, s, "morning", 24*time.Hour, day)
	for i := range 3 {
		slot := day.Add(time.Duration(i) * 24 * time.Hour)
		poll(t, s, wire(t, s), slot.Add(-time.Minute), entry(i+1))
		judgeAll(t, s, slot.Add(-time.Minute))
		if ok, err := s.CutDigest(ctx, morning, slot, slot, nil, tellAll); err != nil || !ok {
			t.Fatalf("cut %d: %v, %v", i, ok, err)
		}
	}
	now := day.Add(80 * time.Hour)
	merge := func(_ string, rows []news.Delivery) (messages []news.Message, merged []news.DeliveryID) {
		for _, d := range rows {
			if d.Slot.Before(day.Add(25 * time.Hour)) {
				merged = append(merged, d.ID)
			}
		}
		return []news.Message{{Kind: "digest", Part: 1, Text: "held back", Plain: "held back"}, {Kind: "digest", Part: 2, Text: "their texts", Plain: "their texts"}}, merged
	}
	n, err := s.MergeQueued(ctx, now, merge)
	if err != nil || n != 4 {
		t.Fatalf("merged %d, %v; want the two parts of two digests", n, err)
	}
	var got []string
	for {
		d, err := s.ClaimDelivery(ctx, now)
		if err != nil {
			break
		}
		got = append(got, fmt.Sprintf("%s %s", d.Message.Text, d.ThreadTS))
		d.State, d.TS = news.Sent, fmt.Sprint(len(got))
		if err := s.RecordDelivery(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 4 || got[0] != "held back " || got[1] != "their texts 1" {
		t.Errorf("delivered %q, want the merged message, its thread, then the third digest", got)
	}
	var marks, sent int
	err = s.r.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE o.state = 'sent') FROM told t JOIN outbox o ON o.id = t.delivery`).Scan(&marks, &sent)
	if err != nil || marks < 3 || sent != marks {
		t.Errorf("%d told marks, %d of them by a message that was sent, %v; want all", marks, sent, err)
	}
}
