package story

import (
	"fmt"
	"testing"
	"time"
)

// An event told by many papers would make its own words common among the items of its
// days, and its reports would be the last to be found alike.
func TestACrowdCountsDevelopmentsAndNotReports(t *testing.T) {
	var nodes []node
	var event []int
	for i := range 40 {
		title := fmt.Sprintf("Depot fire at Rostov refinery after drone raid, report %d", i)
		if i < 10 {
			title = []string{"Pope offers Vatican for talks", "Grain prices rise in Odesa", "Envoy lands in Doha", "Sanctions list grows in Brussels", "Belarus opens bridge",
				"Parliament debates martial law", "Court hears airline appeal", "Rail line to Lviv reopens", "Auditors visit Kharkiv school", "Choir tours Ireland"}[i]
		} else {
			event = append(event, i)
		}
		nodes = append(nodes, node{sketchOf(title, "", "", "en"), noon.Add(time.Duration(i) * time.Minute), -1})
	}
	groups := [][]int{event}
	for i := range 10 {
		groups = append(groups, []int{i})
	}
	refinery := termID(classWord, stem("refinery"))
	weight := func(ss []*sketch) (refineryWeight int) {
		for _, x := range ss[event[0]].terms {
			if x.id == refinery {
				return int(x.weight)
			}
		}
		t.Fatalf("%q has no word %q", "Depot fire at Rostov refinery", "refinery")
		return 0
	}
	reports, developments := weight(crowded(nodes, nil)), weight(crowded(nodes, shareOf(groups, len(nodes))))
	if background := int(background.weight(refinery)); reports >= developments || developments < background*8/10 {
		t.Errorf("a word of one event in thirty of forty reports weighs %d by reports, %d by developments, %d in the background: want the second nearly the third", reports, developments, background)
	}
}

// What a summary says of the day before is another event's.
func TestTheDayBeforeInASummaryIsNotTheNews(t *testing.T) {
	s := sketchOf("Strike kills two in Sumy", "The attack came a day after a raid on a bakery in Poltava left nine people dead. Rescuers searched for survivors.", "", "en")
	for word, want := range map[string]bool{"attack": true, "rescuers": true, "survivors": true, "bakery": false, "poltava": false} {
		if got := s.has(termID(classWord, stem(word))); got != want {
			t.Errorf("%q among the words compared: %v, want %v", word, got, want)
		}
	}
}

func (s *sketch) has(id uint32) bool {
	for _, t := range s.terms {
		if t.id == id {
			return true
		}
	}
	return false
}
