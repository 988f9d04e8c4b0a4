package main

import (
	"testing"
	"time"

	"trucewatch/internal/news"
)

// How sources are read is known as of now alone: a preview of a window that ended earlier
// has none of it, and one from before the first poll is of imported history.
func TestAPreviewKnowsHowSourcesAreReadOnlyNow(t *testing.T) {
	first := noon.Add(-48 * time.Hour)
	for name, c := range map[string]struct {
		until          time.Time
		imported, over bool
	}{
		"now":                   {noon, false, false},
		"yesterday":             {noon.Add(-24 * time.Hour), false, true},
		"before the first poll": {noon.Add(-72 * time.Hour), true, false},
	} {
		e := asIfLive(news.Edition{Slot: c.until, Sources: []news.Source{{Feed: "Wire"}}}, first, noon)
		if known := len(e.Sources) > 0; e.Imported != c.imported || e.Over != c.over || known != (!c.imported && !c.over) {
			t.Errorf("%s: imported %v, over %v, sources known %v", name, e.Imported, e.Over, known)
		}
	}
}
