package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/monitor/text"
	"trucewatch/notify"
	"trucewatch/seeds"
	"trucewatch/store"
)

// DemoCmd shows the whole pipeline.
type DemoCmd struct{}

func (*DemoCmd) Help() string {
	return `Serves a sample newswire of invented outlets on loopback, polls it twice as a daemon would in the
morning and in the evening, and prints the two digests and what was kept out of them, with the
reasons. Uses no network and a database in a temporary directory that is removed.`
}

//go:embed demo/newswire.json
var newswire []byte

// sampleWire is the sample newswire.
type sampleWire struct {
	Note  string
	Seed  struct{ Name, Source, Title, Text string }
	Feeds []struct {
		Name, Side, Lang string
		StateMedia       bool `json:"state_media"`
		Official, Broken bool
	}
	Entries []sampleEntry
}

type sampleEntry struct {
	Poll                       int // the first that sees it: two in the morning, two in the evening
	Feed, ID, Ago, Title, Text string
	Seed                       bool
}

func (*DemoCmd) Run(e *env) error {
	var w sampleWire
	if err := json.Unmarshal(newswire, &w); err != nil {
		return fmt.Errorf("sample newswire: %w", err)
	}
	dir, err := os.MkdirTemp("", "trucewatch-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return w.play(e, dir)
}

// play runs two rounds ten hours apart, ending now.
func (w *sampleWire) play(e *env, dir string) error {
	evening := time.Now().UTC().Truncate(time.Minute)
	morning := evening.Add(-10 * time.Hour)
	server, err := w.serve(morning, evening)
	if err != nil {
		return err
	}
	defer server.close()
	if err := w.writeSeed(filepath.Join(dir, "seeds")); err != nil {
		return err
	}
	cfg, err := config.Read(strings.NewReader(w.config(dir, server.addr)), config.Where{File: "demo.yaml"}, checks)
	if err != nil {
		return err
	}
	st, err := store.Open(e.ctx, cfg.Database)
	if err != nil {
		return err
	}
	defer st.Close()
	now := morning
	a, err := newApp(&env{ctx: e.ctx, cli: e.cli, getenv: func(string) string { return "" }, stdout: e.stdout, stderr: e.stderr, log: slog.New(slog.DiscardHandler)}, cfg, st, options{now: func() time.Time { return now }})
	if err != nil {
		return err
	}
	defer a.client.Close()
	d := newDaemon(a)
	fmt.Fprintf(e.stdout, "%s\n", w.Note)
	for round, at := range []time.Time{morning, evening} {
		now = at
		fmt.Fprintf(e.stdout, "\n──────── %s: %d sources polled, judged and told ────────\n\n", []string{"Morning", "Evening"}[round], len(w.Feeds))
		if err := w.runRound(e, d, server, at); err != nil {
			return err
		}
	}
	return w.keptOut(e, st)
}

func (w *sampleWire) runRound(e *env, d *daemon, server *wireServer, now time.Time) error {
	for _, ago := range []time.Duration{40 * time.Minute, time.Minute} {
		server.poll++
		if _, err := d.monitor.Poll(e.ctx, now.Add(-ago), true); err != nil {
			return err
		}
		if _, err := d.monitor.Process(e.ctx, now.Add(-ago)); err != nil {
			return err
		}
	}
	if err := d.cuts.Regroup(e.ctx, now, monitor.Regroup, d.monitor.Deciders()); err != nil {
		return err
	}
	for _, dg := range d.digests {
		show := func(ed news.Edition) news.Cut {
			digest, told := notify.Compose(ed)
			fmt.Fprint(e.stdout, notify.Text(digest, terminalWidth(e.stdout), colour(e)))
			return news.Cut{Kind: digest.Kind, Told: told}
		}
		if _, err := d.cuts.CutDigest(e.ctx, dg.DigestSpec, now, now, nil, show); err != nil {
			return err
		}
	}
	return nil
}

// repeats says in a reader's words why a text counts as a repeat.
var repeats = map[string]string{
	monitor.ReasonSameURL: "the same article", monitor.ReasonSameHash: "the same text", monitor.ReasonSameTitle: "the same title",
	monitor.ReasonNearDuplicate: "nearly the same text", monitor.ReasonContained: "all that it says stands there", monitor.ReasonUnchanged: "nothing was added",
}

// keptOut lists what the digests did not tell, and why.
func (w *sampleWire) keptOut(e *env, st *store.Store) error {
	fmt.Fprint(e.stdout, "\n──────── What was read and not told as new ────────\n\n")
	return st.Export(e.ctx, news.ExportFilter{}, func(x news.Exported) error {
		switch {
		case x.Origin == news.OriginSeed:
		case x.Verdict == news.Duplicate && strings.HasPrefix(x.Of, "seed:"):
			fmt.Fprintf(e.stdout, "seed duplicate  %s (%s) repeats the seed document %s: %s\n", x.Title, x.Feed, strings.TrimPrefix(x.Of, "seed:"), repeats[x.Reason])
		case x.Verdict == news.Duplicate:
			fmt.Fprintf(e.stdout, "duplicate       %s (%s) repeats %s: %s\n", x.Title, x.Feed, x.Of, repeats[x.Reason])
		case x.Last.Verdict == news.Update:
			fmt.Fprintf(e.stdout, "update          %s (%s) was edited; told again for: %s\n", x.Title, x.Feed, strings.Join(x.Last.Novel, " "))
		case x.Story == nil:
			fmt.Fprintf(e.stdout, "not the talks   %s (%s)\n", x.Title, x.Feed)
		}
		return nil
	})
}

func (w *sampleWire) writeSeed(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	s := document{news.Seed{Name: w.Seed.Name, Source: w.Seed.Source, Lang: "en"}, text.New(w.Seed.Title, w.Seed.Text, "en")}
	return seeds.Write(dir, marked([]document{s})[0])
}

// config is the configuration of the demonstration, as a file would say it.
func (w *sampleWire) config(dir, addr string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "database: %q\nseeds: %q\ntimezone: Europe/Kyiv\nhttp: {allow: [%q]}\n", filepath.Join(dir, "demo.db"), filepath.Join(dir, "seeds"), addr)
	b.WriteString("digests:\n  - {name: demo, channel: terminal, cron: \"0 8,18 * * *\", languages: [en]}\nfeeds:\n")
	for _, f := range w.Feeds {
		fmt.Fprintf(&b, "  - {name: %q, url: %q, side: %s, lang: %s, state_media: %v, official: %v}\n",
			f.Name, "http://"+addr+"/"+url.PathEscape(f.Name), f.Side, f.Lang, f.StateMedia, f.Official)
	}
	return b.String()
}

// wireServer serves the sample feeds on loopback.
type wireServer struct {
	addr  string
	poll  int // number of the poll under way
	close func()
}

func (w *sampleWire) serve(rounds ...time.Time) (*wireServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the sample newswire: %w", err)
	}
	s := &wireServer{addr: l.Addr().String()}
	srv := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		for _, f := range w.Feeds {
			if f.Name == name && f.Broken {
				http.Error(rw, "backend is down", http.StatusServiceUnavailable)
				return
			}
		}
		rw.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		if err := w.rss(rw, name, s.poll, rounds); err != nil {
			http.Error(rw, err.Error(), http.StatusInternalServerError)
		}
	})}
	go srv.Serve(l)
	s.close = func() { srv.Shutdown(context.Background()) }
	return s, nil
}

type rssFeed struct {
	XMLName xml.Name  `xml:"rss"`
	Version string    `xml:"version,attr"`
	Title   string    `xml:"channel>title"`
	Link    string    `xml:"channel>link"`
	Items   []rssItem `xml:"channel>item"`
}

type rssItem struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	GUID        string `xml:"guid"`
	Published   string `xml:"pubDate"`
	Description string `xml:"description"`
}

// rss writes a feed as it stands at a poll: a later entry of the same id replaces
// the earlier one.
func (w *sampleWire) rss(rw http.ResponseWriter, feed string, poll int, rounds []time.Time) error {
	f := rssFeed{Version: "2.0", Title: feed, Link: "https://demo.example/"}
	at := map[string]int{}
	for _, en := range w.Entries {
		if en.Feed != feed || en.Poll > poll {
			continue
		}
		ago, err := time.ParseDuration(en.Ago)
		if err != nil {
			return err
		}
		body := en.Text
		if en.Seed {
			body = w.Seed.Text
		}
		link := "https://demo.example/" + en.ID
		it := rssItem{en.Title, link, link, rounds[(en.Poll-1)/2].Add(-ago).Format(time.RFC1123Z), body}
		if i, ok := at[en.ID]; ok {
			it.Published = f.Items[i].Published
			f.Items[i] = it
			continue
		}
		at[en.ID] = len(f.Items)
		f.Items = append(f.Items, it)
	}
	if _, err := rw.Write([]byte(xml.Header)); err != nil {
		return err
	}
	return xml.NewEncoder(rw).Encode(f)
}
