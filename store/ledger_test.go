package store

import (
	"testing"
	"time"

	"trucewatch/internal/news"
)

// To take a claim back the ledger has to know where a position stood before it came to its
// stage, through whatever confirmed it, read anew or remembered.
func TestWhereAPositionStoodBeforeItsStageIsKnown(t *testing.T) {
	s := openStore(t)
	poll(t, s, wire(t, s), day, entry(1))
	judgeAll(t, s, day)
	move := func(stage, committed string, claim bool, after time.Duration) news.Position {
		return news.Position{Topic: "t", Mechanism: "full", Stage: stage, Committed: committed, Claim: claim, At: day.Add(after), Known: day.Add(after), Story: 1, Item: 1}
	}
	moves := []news.Position{move("accept", "one:ukraine", false, 0), move("agreed", "", true, time.Hour), move("agreed", "", false, 2*time.Hour)}
	var stands, remembered []news.Position
	err := s.write(t.Context(), func(tx transaction) (err error) {
		if err := insertMoves(t.Context(), tx, moves); err != nil {
			return err
		}
		stands, err = positions(t.Context(), tx, "t", day.Add(3*time.Hour), time.Time{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range moves {
		remembered = standsAfter(remembered, []news.Position{m})
	}
	for name, got := range map[string][]news.Position{"read": stands, "remembered": remembered} {
		if len(got) != 1 || got[0].Stage != "agreed" || got[0].Claim || got[0].Before == nil || got[0].Before.Stage != "accept" || got[0].Before.Committed != "one:ukraine" || got[0].Before.Before != nil {
			t.Errorf("%s: %+v, want agreed and before that accepted by Ukraine", name, got)
		}
	}
}
