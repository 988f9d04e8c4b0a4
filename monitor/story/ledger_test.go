package story

import (
	"testing"
	"time"

	"trucewatch/internal/news"
)

func TestOneOriginMovesTheLedgerOnlyToAClaim(t *testing.T) {
	at := noon
	step := func(stage, committed string, origins int) Evidence {
		at = at.Add(time.Hour)
		return Evidence{Topic: "russia-ukraine", Mechanism: "partial", Place: "black-sea", Stage: stage, Committed: committed, Origins: origins, At: at}
	}
	steps := []struct {
		e         Evidence
		moved     bool
		stage     string
		committed string
		claim     bool
	}{
		{step("proposal", "", 1), true, "proposal", "", true},
		{step("proposal", "", 1), false, "proposal", "", true},
		{step("proposal", "", 2), true, "proposal", "", false}, // a second origin makes it stand
		{step("signal", "", 3), false, "proposal", "", false},  // talk undoes nothing
		{step("violation", "", 3), false, "proposal", "", false},
		{step("agreed", "third", 2), true, "agreed", "third", false},
		{step("agreed", "one:russia", 1), true, "agreed", "one:russia", true},
		{step("agreed", "both", 2), true, "agreed", "both", false},
		{step("agreed", "third", 2), false, "agreed", "both", false}, // a mediator takes nothing back
		{step("analysis", "", 5), false, "agreed", "both", false},
		{step("talks", "", 5), false, "agreed", "both", false},
		{step("in_effect", "both", 2), true, "in_effect", "both", false},
		{step("ended", "", 1), true, "ended", "", true},
		{step("signal", "", 2), true, "signal", "", false},
	}
	var now news.Position
	for i, s := range steps {
		before := now
		got, moved := Move(now, s.e)
		if moved != s.moved || got.Stage != s.stage || got.Committed != s.committed || got.Claim != s.claim {
			t.Fatalf("step %d %s: moved %v to %s %q claim %v; want %v %s %q %v", i, s.e.Stage, moved, got.Stage, got.Committed, got.Claim, s.moved, s.stage, s.committed, s.claim)
		}
		if moved && before.Stage != "" && (got.Before == nil || got.Before.Stage != before.Stage || got.Before.Before != nil) {
			t.Fatalf("step %d: before is %+v, want one step back to %s", i, got.Before, before.Stage)
		}
		now = got
	}
}

func TestOldOrForeignEvidenceMovesNothing(t *testing.T) {
	now, _ := Move(news.Position{}, Evidence{Topic: "a", Mechanism: "full", Stage: "talks", Origins: 2, At: noon})
	for _, e := range []Evidence{
		{Topic: "a", Mechanism: "full", Stage: "ended", Origins: 2, At: noon.Add(-time.Hour)},
		{Topic: "a", Mechanism: "exchange", Stage: "ended", Origins: 2, At: noon.Add(time.Hour)},
		{Topic: "a", Mechanism: "full", Place: "sumy", Stage: "ended", Origins: 2, At: noon.Add(time.Hour)},
		{Topic: "b", Mechanism: "full", Stage: "ended", Origins: 2, At: noon.Add(time.Hour)},
		{Topic: "a", Mechanism: "full", Stage: "ended", At: noon.Add(time.Hour)},
	} {
		if got, moved := Move(now, e); moved {
			t.Errorf("%+v moved the position to %+v", e, got)
		}
	}
}

func TestWhatIsAllegedStaysAClaim(t *testing.T) {
	now, _ := Move(news.Position{}, Evidence{Topic: "a", Mechanism: "full", Stage: "in_effect", Origins: 3, At: noon})
	got, moved := Move(now, Evidence{Topic: "a", Mechanism: "full", Stage: "violation", Origins: 5, Alleged: true, At: noon.Add(time.Hour)})
	if !moved || !got.Claim {
		t.Errorf("got %+v moved %v, want a claimed violation", got, moved)
	}
}
