package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// While one process imports history, some of it from today and some of it what the
// live feed shows too, another polls that feed and cuts digests, again and again. What
// the poll saw is told once, as if no history had come; nothing else is told, then or
// after the import.
func TestNothingImportedIsToldWhateverTheDaemonDoesMeanwhile(t *testing.T) {
	now := time.Now()
	type entry struct {
		guid, title, text string
		published         time.Time
	}
	live := []entry{
		{"alone", "Ukraine accepts US proposal for a 15-day energy truce with Russia", "Ukraine has accepted a proposal by the United States for an energy truce of fifteen days with Russia.", now.Add(-2 * time.Hour)},
		{"in-both", "Kremlin rejects a 30-day ceasefire without Ukrainian neutrality", "The Kremlin rejected a ceasefire of thirty days with Ukraine unless Kyiv becomes neutral.", now.Add(-3 * time.Hour)},
		{"old-in-both", "Ukraine and Russia open ceasefire talks in Geneva", "Delegations of Ukraine and Russia sat down in Geneva to talk about a ceasefire.", now.Add(-6 * 24 * time.Hour)},
	}
	wire := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Wire</title>`)
		for _, e := range live {
			fmt.Fprintf(w, `<item><guid>%s</guid><link>https://wire.example/%[1]s</link><title>%s</title><description>%s</description><pubDate>%s</pubDate></item>`, e.guid, e.title, e.text, e.published.Format(time.RFC1123Z))
		}
		fmt.Fprint(w, `</channel></rss>`)
	}))
	t.Cleanup(wire.Close)

	const entries = 4000
	var lines strings.Builder
	enc := json.NewEncoder(&lines)
	add := func(feed, guid, title, text string, published time.Time) {
		if err := enc.Encode(map[string]string{"guid": guid, "url": "https://" + strings.ToLower(feed) + ".example/" + guid, "title": title, "summary": text, "published": published.Format(time.RFC3339), "lang": "en", "feed": feed}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range entries {
		d := newDraw(i)
		switch {
		case i == 100 || i == entries-100: // before and after the poll has seen them
			for _, e := range live[1:] {
				add("Wire", e.guid, e.title, e.text, e.published)
			}
		case i == 200: // the same event as the live one, reported elsewhere before
			add("Paper", "same", live[0].title, live[0].text, live[0].published.Add(-time.Hour))
		case i%10 == 0: // talks, and younger than history is
			add("History", fmt.Sprint("h", i), fmt.Sprintf("Envoy Karlsson-%d says Russia and Ukraine may sign ceasefire number %[1]d", i), "A ceasefire between Russia and Ukraine is near, he said of "+d.sentence(12)+".", now.Add(-time.Duration(i)*20*time.Second))
		default:
			add("History", fmt.Sprint("h", i), "The "+d.sentence(7), "A "+d.sentence(25)+".", now.Add(-time.Duration(i)*time.Minute))
		}
	}
	bin, dir := binary(t), t.TempDir()
	for name, body := range map[string]string{
		"c.yaml":      fmt.Sprintf("database: t.db\nseeds: \"\"\nhttp: {allow: [%q]}\ndigests: [{name: morning, channel: terminal, cron: \"0 8 * * *\", timezone: UTC, max: 60}]\nfeeds: [{name: Wire, url: %q, lang: en, every: 1m}]\n", wire.Listener.Addr(), wire.URL),
		"items.jsonl": lines.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var said strings.Builder
	round := func() {
		t.Helper()
		cmd := exec.Command(bin, "-c", "c.yaml", "once", "--all")
		cmd.Dir = dir
		var problems strings.Builder
		cmd.Stdout, cmd.Stderr = &said, &problems
		if err := cmd.Run(); err != nil {
			t.Fatalf("once: %v\n%s", err, &problems)
		}
	}
	backfill := exec.Command(bin, "-c", "c.yaml", "backfill", "items.jsonl")
	backfill.Dir = dir
	var out strings.Builder
	backfill.Stdout, backfill.Stderr = &out, &out
	if err := backfill.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { backfill.Process.Kill() })
	imported := make(chan error, 1)
	go func() { imported <- backfill.Wait() }()
	beside := 0
	for running := true; running; {
		select {
		case err := <-imported:
			if running = false; err != nil {
				t.Fatalf("backfill: %v\n%s", err, &out)
			}
		default:
			round()
			beside++
		}
	}
	round()
	round()
	t.Logf("%d rounds beside the import", beside-1)
	if beside < 3 {
		t.Errorf("%d rounds were begun beside the import: it is too short to prove anything", beside)
	}

	for i, want := range []int{1, 1, 0} {
		if n := strings.Count(said.String(), ". "+live[i].title+" ("); n != want { // as a numbered development
			t.Errorf("%q was told %d times, want %d:\n%.2000s", live[i].title, n, want, said.String())
		}
	}
	if strings.Contains(said.String(), "Karlsson") {
		t.Errorf("history was told:\n%s", &said)
	}
	db, err := sql.Open("sqlite3", filepath.Join(dir, "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var told, unseen, items int
	err = db.QueryRow(`SELECT count(DISTINCT story), (SELECT count(*) FROM told t WHERE NOT EXISTS (SELECT 1 FROM members m JOIN items i ON i.id = m.item WHERE m.story = t.story AND i.live_seen <> 0)),
		(SELECT count(*) FROM items WHERE origin <> 'seed') FROM told`).Scan(&told, &unseen, &items)
	if err != nil || told != 2 || unseen != 0 {
		t.Errorf("%d developments bear told marks, %d of them seen in no poll, %v; want the two that a poll saw", told, unseen, err)
	}
	if want := entries - 2 + 1 + 2; items != want {
		t.Errorf("%d items, want %d", items, want)
	}
}
