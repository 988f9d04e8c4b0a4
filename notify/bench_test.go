package notify

import (
	"fmt"
	"testing"

	"trucewatch/internal/news"
)

// busyEdition is a week of 1,500 developments, all but 80 of them told.
func busyEdition() news.Edition {
	e := dailyEdition()
	base := e.Stories
	e.Stories = nil
	for i := range 1500 {
		d := base[i%len(base)]
		d.ID = news.StoryID(1000 + i)
		d.Reports = append([]news.Report(nil), d.Reports...)
		for j := range d.Reports {
			d.Reports[j].Item += news.ItemID(1000 * (i + 1))
			d.Reports[j].Title += fmt.Sprint(" ", i)
			if d.Reports[j].Of != 0 {
				d.Reports[j].Of += news.ItemID(1000 * (i + 1))
			}
		}
		d.Told = nil
		if i >= 80 {
			f := factsOf(d)
			m := mark(d, f, f.says, e.Digest)
			d.Told = &m
		}
		e.Stories = append(e.Stories, d)
	}
	return e
}

func BenchmarkComposeAndRender(b *testing.B) {
	e := busyEdition()
	for b.Loop() {
		d, _ := Compose(e)
		if len(Render(d)) != 1+maxTold {
			b.Fatal("not every development is told")
		}
	}
}
