package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"trucewatch/internal/news"
)

// hostilePeak is the most memory the whole process may have held, in bytes.
const hostilePeak = 100 << 20

// One round of the program, in a process of its own and over real sockets, in
// which most feeds mean harm: the others do not notice, nothing is asked that may
// not be, and the process stays small.
func TestHostileFeedsHarmNobody(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	wait := func(r *http.Request) {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}
	zipped := func(s string) http.HandlerFunc {
		z := gzipped(t, s)
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, z)
		}
	}
	endless := func(piece string) http.HandlerFunc {
		b := []byte(strings.Repeat(piece, 1+(32<<10)/len(piece)))
		return func(w http.ResponseWriter, _ *http.Request) {
			_, err := io.WriteString(w, "<rss><channel>")
			for err == nil {
				_, err = w.Write(b)
			}
		}
	}
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		}
	}
	var inside, proxied atomic.Int32 // requests that must not be made
	private := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { inside.Add(1); io.WriteString(w, doc(days(1, 3)...)) }))
	t.Cleanup(private.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied.Add(1) }))
	t.Cleanup(proxy.Close)

	text := strings.Repeat("Delegations met by the lake and spoke of prisoners. ", 2000)
	hostile := map[string]http.HandlerFunc{
		"gzip bomb":                 zipped(strings.Repeat("\x00", 100<<20)),
		"gzip bomb in an item":      zipped("<rss><channel><item><title>" + strings.Repeat("a", 60<<20)),
		"50 MB of items":            zipped("<rss><channel>" + strings.Repeat("<item><title>x</title><description>"+text+"</description></item>", 500)),
		"7 MB of long texts":        zipped(doc(slices.Repeat([]string{entry("1", "Both sides met on day 1.", text)}, 70)...)),
		"nesting":                   zipped("<rss><channel><item>" + strings.Repeat("<a:b>", 1<<20)),
		"namespaces":                zipped("<rss><channel><item>" + strings.Repeat(`<a:b xmlns:a="u">`, 18_000)),
		"namespaces on every level": zipped(`<rss><channel><item>` + strings.Repeat(`<b xmlns="u">`, 200) + strings.Repeat(`</b>`, 200) + `</item></channel></rss>`),
		"a million empty items":     zipped("<rss><channel>" + strings.Repeat("<item/>", 1_000_000) + "</channel></rss>"),
		"a million items":           zipped("<rss><channel>" + strings.Repeat("<item><a/>", 800_000)),
		"a million attributes":      zipped("<rss><channel><item " + strings.Repeat(`a="b" `, 1_000_000) + "/></channel></rss>"),
		"entities that grow":        zipped(`<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "` + strings.Repeat("&a;", 1000) + `">]><rss><channel><item><title>` + strings.Repeat("&b;", 100_000) + `</title></item></channel></rss>`),
		"JSON nesting":              zipped(`{"version":"https://jsonfeed.org/version/1.1","items":` + strings.Repeat("[", 4<<20)),
		"JSON of a million items":   zipped(`{"version":"https://jsonfeed.org/version/1.1","items":[` + strings.Repeat(`{"id":"1"},`, 700_000) + `{}]}`),
		"endless item":              endless("text of an item that never ends "),
		"endless items":             endless("<item><title>Talks</title></item>"),
		"endless zeros":             endless("\x00"),
		"slow header":               func(_ http.ResponseWriter, r *http.Request) { wait(r) },
		"slow body": func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "<rss>")
			http.NewResponseController(w).Flush()
			wait(r)
		},
		"closed connection":               func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a redirect loop":                 redirect("/feed"),
		"a redirect to loopback":          redirect(private.URL),
		"a redirect to mapped loopback":   redirect(strings.Replace(private.URL, "127.0.0.1", "[::ffff:127.0.0.1]", 1)),
		"a redirect to a name for it":     redirect(strings.Replace(private.URL, "127.0.0.1", "localhost", 1)),
		"a redirect to a metadata server": redirect("http://169.254.169.254/latest/meta-data/"),
		"a redirect to a file":            redirect("file:///etc/passwd"),
		"links to files":                  zipped(`<rss><channel><item><guid>f</guid><title>File</title><link>file:///etc/passwd</link></titel></item></channel></rss>`),
	}
	// What is only large or odd, and within the bounds.
	readable := map[string]bool{"namespaces on every level": true, "7 MB of long texts": true, "entities that grow": true}
	var allow, feeds []string
	serve := func(name string, h http.HandlerFunc) {
		srv := httptest.NewServer(h)
		t.Cleanup(srv.Close)
		allow = append(allow, yamlString(srv.Listener.Addr().String()))
		feeds = append(feeds, fmt.Sprintf("  - {name: %s, url: %s}\n", yamlString(name), yamlString(srv.URL+"/feed")))
	}
	for name, h := range hostile {
		serve(name, h)
	}
	const good = 5
	for i := range good {
		serve(fmt.Sprint("good ", i), func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, strings.ReplaceAll(doc(days(1, 20)...), "wire.example", fmt.Sprintf("wire%d.example", i)))
		})
	}
	feeds = append(feeds, fmt.Sprintf("  - {name: on loopback, url: %s}\n", yamlString(private.URL+"/feed")))

	dir := t.TempDir()
	config := "database: t.db\nseeds: \"\"\ndigests: []\nalerts: []\nhttp: {timeout: 15s, allow: [" + strings.Join(allow, ", ") + "]}\nfeeds:\n" + strings.Join(feeds, "")
	if err := os.WriteFile(filepath.Join(dir, "c.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	once := exec.Command(binary(t), "-c", "c.yaml", "once")
	once.Dir = dir
	once.Env = append(os.Environ(), "HTTP_PROXY="+proxy.URL, "HTTPS_PROXY="+proxy.URL, "ALL_PROXY="+proxy.URL, "http_proxy="+proxy.URL)
	var said bytes.Buffer
	once.Stdout, once.Stderr = &said, &said
	if err := once.Start(); err != nil {
		t.Fatal(err)
	}
	peak := peakMemory(t, once)
	if err := once.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	if inside.Load() != 0 || proxied.Load() != 0 {
		t.Errorf("%d requests to an address that is not allowed, %d to a proxy of the environment", inside.Load(), proxied.Load())
	}
	t.Logf("the process held %.1f MiB at most", float64(peak)/(1<<20))
	if peak > hostilePeak && !underRace() {
		t.Errorf("the process held %d MiB, want at most %d", peak>>20, hostilePeak>>20)
	}

	list := exec.Command(binary(t), "-c", "c.yaml", "feeds", "list", "--format", "json")
	list.Dir = dir
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var states []feedState
	if err := json.Unmarshal(out, &states); err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		_, bad := hostile[s.Name]
		switch {
		case (bad || s.Name == "on loopback") && s.State != "failing" && s.State != "damaged" && !readable[s.Name]:
			t.Errorf("%s is %s: %s", s.Name, s.State, s.Why)
		case !bad && s.Name != "on loopback" && s.State != "ok":
			t.Errorf("%s is %s: %s %s", s.Name, s.State, s.Err, s.Why)
		}
	}
	items := map[string]int{}
	for line := range strings.Lines(exported(t, binary(t), dir)) {
		var x news.Exported
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatal(err)
		}
		items[x.Feed]++
		if x.URL != "" && !strings.HasPrefix(x.URL, "http") {
			t.Errorf("link %q of %s was kept", x.URL, x.Feed)
		}
		if items[x.Feed] > 2000 {
			t.Fatalf("more than 2000 items of %s", x.Feed)
		}
	}
	for i := range good {
		if n := items[fmt.Sprint("good ", i)]; n != 20 {
			t.Errorf("%d items of good feed %d, want 20", n, i)
		}
	}
}

// peakMemory follows a process until it ends and returns the most memory it held,
// in bytes. What the kernel says after the end counts the memory of this process.
func peakMemory(t *testing.T, cmd *exec.Cmd) (peak int64) {
	t.Helper()
	status := fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)
	for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
		b, err := os.ReadFile(status)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, ok := strings.Cut(string(b), "VmHWM:")
		if !ok { // ended
			tick.Stop()
			return peak
		}
		kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		peak = max(peak, kib<<10)
	}
}

// underRace reports whether the race detector, which needs memory itself, is on.
func underRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "-race" && s.Value == "true" })
}
