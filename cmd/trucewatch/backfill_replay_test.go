package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// replayFile lets the test below run on a real stream:
//
//	go test ./cmd/trucewatch -run ReplayedArchive -v -replay.file history.jsonl
var replayFile = flag.String("replay.file", "", "JSON Lines to serve as feed archives, in place of generated history")

// feedArchives are what a replay serves: entries by feed, oldest first, each GUID once.
type feedArchives struct {
	feeds   []string
	entries map[string][]map[string]string
	total   int
}

func readArchives(t *testing.T, lines []byte) (r feedArchives) {
	t.Helper()
	r.entries = map[string][]map[string]string{}
	known := map[string]bool{}
	sc := bufio.NewScanner(bytes.NewReader(lines))
	sc.Buffer(nil, maxEntry)
	for sc.Scan() {
		var any map[string]any
		if err := json.Unmarshal(sc.Bytes(), &any); err != nil {
			t.Fatal(err)
		}
		e := map[string]string{}
		for k, v := range any {
			if s, ok := v.(string); ok {
				e[k] = s
			}
		}
		f := e["feed"]
		if e["guid"] == "" || known[f+" "+e["guid"]] || known[f+" "+e["url"]] {
			continue // an edit of an entry: an archive holds each once
		}
		known[f+" "+e["guid"]] = true
		if e["url"] != "" {
			known[f+" "+e["url"]] = true
		}
		if r.entries[f] == nil {
			r.feeds = append(r.feeds, f)
		}
		r.entries[f] = append(r.entries[f], e)
		r.total++
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return r
}

const archivePage = 25 // entries a page

// ServeHTTP serves a feed's page, the newest first: /FEED?page=N, with a link to the
// next older one.
func (r feedArchives) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	i, err := strconv.Atoi(strings.Trim(req.URL.Path, "/"))
	if err != nil || i >= len(r.feeds) {
		http.NotFound(w, req)
		return
	}
	page := max(1, atoi(req.URL.Query().Get("page")))
	es := slices.Clone(r.entries[r.feeds[i]])
	slices.Reverse(es)
	es = es[min(len(es), (page-1)*archivePage):]
	fmt.Fprint(w, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Replay</title>`)
	if len(es) > archivePage {
		es = es[:archivePage]
		fmt.Fprintf(w, `<atom:link rel="next" href="/%d?page=%d"/>`, i, page+1)
	}
	for _, e := range es {
		fmt.Fprint(w, "<item>")
		for _, f := range [][2]string{{"guid", "guid"}, {"link", "url"}, {"title", "title"}, {"description", "summary"}, {"content:encoded", "content"}, {"pubDate", "published"}} {
			if v := e[f[1]]; v != "" {
				fmt.Fprintf(w, "<%s>", f[0])
				xml.EscapeText(w, []byte(v))
				fmt.Fprintf(w, "</%s>", f[0])
			}
		}
		fmt.Fprint(w, "</item>")
	}
	fmt.Fprint(w, "</channel></rss>")
}

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }

// Paged archives are imported with every entry once, and killed at ten places of the
// way and once when all is read, they end as if nothing had happened.
func TestAReplayedArchiveKilledAnywhereEndsTheSame(t *testing.T) {
	lines := []byte(history(1000))
	if *replayFile != "" {
		b, err := os.ReadFile(*replayFile)
		if err != nil {
			t.Fatal(err)
		}
		lines = b
	}
	r := readArchives(t, lines)
	site := httptest.NewServer(r)
	t.Cleanup(site.Close)
	bin := binary(t)
	config := fmt.Sprintf("database: t.db\nseeds: \"\"\nhttp: {allow: [%q]}\nfeeds:\n", site.Listener.Addr())
	args := []string{"-c", "c.yaml", "backfill", "--pace", "0s"}
	for i, f := range r.feeds {
		config += fmt.Sprintf("  - {name: %q, url: \"%s/%d\"}\n", f, site.URL, i)
		args = append(args, "--archive", f)
	}
	setUp := func() (dir string) {
		dir = t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "c.yaml"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	backfill := func(dir string) *exec.Cmd {
		cmd := exec.Command(bin, args...)
		cmd.Dir = dir
		return cmd
	}

	whole := setUp()
	began := time.Now()
	if out, err := backfill(whole).CombinedOutput(); err != nil {
		t.Fatalf("unkilled: %v\n%s", err, out)
	}
	unkilled := time.Since(began)
	want := exportedAnyIDs(t, bin, whole)
	for guid, n := range want.times {
		if n != 1 {
			t.Errorf("%s is stored %d times, want once", guid, n)
		}
	}
	if len(want.times) != r.total {
		t.Errorf("%d entries are stored, want %d", len(want.times), r.total)
	}

	dir := setUp()
	st, err := store.Open(t.Context(), filepath.Join(dir, "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	draw := newDraw(2022)
	var at []int64 // entries stored at which it is killed
	for range 10 {
		at = append(at, int64(1+draw.n(r.total-1)))
	}
	slices.Sort(at)
	at = append(at, int64(r.total)) // while developments are put together, if it still runs
	kills := 0
	for _, n := range at {
		cmd := backfill(dir)
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		killed := killWhen(t, cmd, func() bool {
			s, err := st.Stats(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return s.Items >= n
		})
		if killed {
			kills++
		}
	}
	out, err := backfill(dir).CombinedOutput()
	if err != nil {
		t.Fatalf("last run: %v\n%s", err, out)
	}
	t.Logf("%d entries of %d feeds in %v; killed %d times at %v", r.total, len(r.feeds), unkilled, kills, at)
	if kills < 10 {
		t.Errorf("killed %d times, want ten", kills)
	}
	if got := exportedAnyIDs(t, bin, dir); got.lines != want.lines {
		t.Errorf("the resumed import knows something else:\n%s", firstDifference(got.lines, want.lines))
	}
}

// anyIDs is an export without what may differ between two runs: times of sight, ids of
// items, and what developments are called, of which only who shares one is kept.
type anyIDs struct {
	lines string
	times map[string]int // feed and GUID → items
}

func exportedAnyIDs(t *testing.T, bin, dir string) anyIDs {
	t.Helper()
	cmd := exec.Command(bin, "-c", "c.yaml", "export")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("export: %v", err)
	}
	x := anyIDs{times: map[string]int{}}
	stories := map[news.StoryID]news.StoryID{}
	var b strings.Builder
	for line := range strings.Lines(string(out)) {
		var e news.Exported
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Origin == news.OriginSeed {
			continue
		}
		x.times[e.Feed+" "+e.GUID]++
		if e.Story != nil {
			if stories[*e.Story] == 0 {
				stories[*e.Story] = news.StoryID(len(stories) + 1)
			}
			*e.Story = stories[*e.Story]
		}
		e.ID, e.OfID, e.Seen, e.Last.At = 0, nil, time.Time{}, time.Time{}
		fmt.Fprintln(&b, mustMarshal(t, e))
	}
	x.lines = b.String()
	return x
}
