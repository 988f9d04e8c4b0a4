package story

import (
	"fmt"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// open5000 builds five thousand open developments of a busy week and an index of their keys.
func open5000(tb testing.TB) (map[uint64][]int, []news.StoryCandidate) {
	tb.Helper()
	who := []string{"Trump", "Putin", "Zelensky", "Macron", "Merz", "Starmer", "Erdogan", "Rubio", "Witkoff", "Lavrov", "Umerov", "Vance", "Fidan"}
	did := []string{"rejects", "accepts", "proposes", "discusses", "postpones", "announces", "hails", "doubts", "demands", "violates", "extends"}
	what := []string{"ceasefire terms", "prisoner exchange", "security guarantees", "grain corridor", "energy truce", "peace plan", "buffer zone", "sanctions relief",
		"summit date", "monitoring mission", "territorial concessions", "harbour reopening", "evacuation convoy", "drone moratorium"}
	where := []string{"Istanbul", "Geneva", "Riyadh", "Odesa", "Kherson", "Paris", "Budapest", "Kharkiv", "Jeddah", "Minsk", "Doha", "Sumy", "Ankara", "Mariupol"}
	index := map[uint64][]int{}
	var cands []news.StoryCandidate
	for i := range 5000 {
		title := fmt.Sprintf("%s %s %s in %s after talk with %s envoy number %d", who[i%13], did[i%11], what[i/3%14], where[i/5%14], who[i/7%13], 3+i%90)
		at := noon.Add(time.Duration(i) * time.Minute)
		b, keys := Sketch(title, "Officials in the capital said on Monday that nothing was settled and that talks would go on.", "", "en", at, nil)
		cands = append(cands, news.StoryCandidate{Story: news.StoryID(i + 1), Topic: "russia-ukraine", Members: []news.Member{{Item: news.ItemID(i + 1), Published: at, Sketch: b}}})
		for _, k := range keys {
			index[k] = append(index[k], i)
		}
	}
	return index, cands
}

// candidates does what the store does: the newest 32 of a key, keys of over 200 passed over.
func candidates(index map[uint64][]int, all []news.StoryCandidate, keys []uint64) []news.StoryCandidate {
	seen := map[int]bool{}
	var out []news.StoryCandidate
	for _, k := range keys {
		ids := index[k]
		if len(ids) > 200 {
			continue
		}
		for _, i := range ids[max(0, len(ids)-32):] {
			if !seen[i] && len(out) < 64 {
				seen[i] = true
				out = append(out, all[i])
			}
		}
	}
	return out
}

func BenchmarkPlaceAmong5000(b *testing.B) {
	index, all := open5000(b)
	p := prepared(99999, report{"Fidan says energy truce terms were discussed in Istanbul with Umerov", "Officials in Ankara said on Monday that the truce on energy sites was near.", "en", 84 * time.Hour})
	b.ReportAllocs()
	found := candidates(index, all, p.StoryKeys)
	for b.Loop() {
		Place(p, "russia-ukraine", found)
	}
	b.ReportMetric(float64(len(found)), "candidates")
}

func BenchmarkSketch(b *testing.B) {
	for b.Loop() {
		Sketch("Fidan says energy truce terms were discussed in Istanbul with Umerov", "Officials in Ankara said on Monday that the truce on energy sites was near.", "", "en", noon, nil)
	}
}
