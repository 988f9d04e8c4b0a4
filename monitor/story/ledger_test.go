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
		got, moved := Move(now, s.e)
		if moved != s.moved || got.Stage != s.stage || got.Committed != s.committed || got.Claim != s.claim {
			t.Fatalf("step %d %s: moved %v to %s %q claim %v; want %v %s %q %v", i, s.e.Stage, moved, got.Stage, got.Committed, got.Claim, s.moved, s.stage, s.committed, s.claim)
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

func TestASecondOriginInAnotherDevelopmentMakesAClaimStand(t *testing.T) {
	first := Evidence{Topic: "a", Mechanism: "full", Stage: "in_effect", Origins: 1, Origin: "wire", Story: 1, At: noon}
	now, _ := Move(news.Position{}, first)
	for name, c := range map[string]struct {
		origin string
		story  news.StoryID
		stands bool
	}{
		"another origin, another development": {"paper", 2, true},
		"the same origin":                     {"wire", 2, false},
		"the development itself":              {"paper", 1, false}, // its evidence counts its own origins
		"no origin known":                     {"", 2, false},
	} {
		e := first
		e.Origin, e.Story, e.At = c.origin, c.story, noon.Add(time.Hour)
		if got, moved := Move(now, e); moved != c.stands || got.Claim == c.stands {
			t.Errorf("%s: moved %v, a claim %v; want it to stand: %v", name, moved, got.Claim, c.stands)
		}
	}
}

func TestBothRefuseWhatOneRefusedAndThenTheOther(t *testing.T) {
	step := func(stage, by string, h int) Evidence {
		return Evidence{Topic: "a", Mechanism: "full", Stage: stage, Committed: by, Origins: 2, Story: news.StoryID(h), At: noon.Add(time.Duration(h) * time.Hour)}
	}
	for _, c := range []struct{ stage, first, then, want string }{
		{"reject", "one:x", "one:y", "both"},
		{"reject", "one:x", "", "one:x"},
		{"violation", "one:x", "one:y", "both"},
		{"accept", "one:x", "one:y", "one:y"}, // each its own offer, as far as is known
		{"agreed", "one:x", "one:y", "one:y"}, // two declarations are no agreement
		{"agreed", "both", "one:y", "both"},
	} {
		now, _ := Move(news.Position{}, step("in_effect", "", 0))
		now, _ = Move(now, step(c.stage, c.first, 1))
		if c.stage == "accept" {
			now, _ = Move(news.Position{}, step(c.stage, c.first, 1))
		}
		got, _ := Move(now, step(c.stage, c.then, 2))
		if got.Stage != c.stage || got.Committed != c.want {
			t.Errorf("%s by %q, then %q: %s by %q, want by %q", c.stage, c.first, c.then, got.Stage, got.Committed, c.want)
		}
	}
}
