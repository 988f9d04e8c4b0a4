package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/egress"
	"trucewatch/internal/news"
	"trucewatch/monitor"
	"trucewatch/monitor/tag"
	"trucewatch/monitor/text"
	"trucewatch/notify"
	"trucewatch/seeds"
	"trucewatch/store"
)

// errConfig marks what only another configuration can mend.
var errConfig = errors.New("configuration")

// loadConfig reads the configuration that the command line, the environment or
// the working directory names, else the built-in default.
func (e *env) loadConfig() (config.Config, error) {
	w := config.Where{File: e.cli.Config, StateDir: e.getenv("STATE_DIRECTORY")}
	if w.File == "" {
		if _, err := os.Stat("config.yaml"); errors.Is(err, fs.ErrNotExist) {
			return config.Default(w, checks)
		}
		w.File = "config.yaml"
	}
	c, err := config.Load(w, checks)
	if err != nil {
		if _, invalid := errors.AsType[*config.Invalid](err); !invalid {
			err = fmt.Errorf("%w: %w", errConfig, err)
		}
	}
	return c, err
}

// checks are what the configuration's own package cannot check.
var checks = config.Checks{Cron: func(spec string, zone *time.Location) (time.Duration, error) {
	s, err := monitor.ParseSpec(spec, zone)
	if err != nil {
		return 0, err
	}
	return s.Period(time.Now()), nil
}}

// app is the program, wired: everything that polls, judges, cuts and delivers.
type app struct {
	cfg     config.Config
	store   *store.Store
	cuts    cutter
	outbox  notify.Outbox
	client  *egress.Client
	monitor *monitor.Monitor
	digests []digest
	alerts  []news.AlertSpec
	poster  notify.Poster
	history historian // nil when messages are printed
	log     *slog.Logger
	now     func() time.Time
	token   bool // messages go to Slack; else they are printed
}

// cutter cuts digests and notices, each in one transaction.
type cutter interface {
	Regroup(ctx context.Context, now time.Time, group news.Regrouper, d news.Deciders) error
	CutDigest(ctx context.Context, spec news.DigestSpec, slot, now time.Time, unasked []string, compose func(news.Edition) news.Cut) (bool, error)
	CutAlert(ctx context.Context, spec news.AlertSpec, now time.Time, decide func(news.Edition, func(news.DeliveryID) (news.Message, bool)) (news.Cut, bool)) (bool, error)
	CutNotice(ctx context.Context, name, channel string, now time.Time, compose func(news.Edition) news.Cut) (bool, error)
}

// digest is a configured digest with its parsed schedule.
type digest struct {
	news.DigestSpec
	spec  monitor.Spec
	first time.Time // first sight of its name: no slot is before it
}

// openExisting reads the configuration and opens its database for a command that
// needs one: it creates nothing.
func (e *env) openExisting() (config.Config, *store.Store, error) {
	cfg, err := e.loadConfig()
	if err != nil {
		return cfg, nil, err
	}
	st, err := store.OpenExisting(e.ctx, cfg.Database)
	return cfg, st, err
}

// openStore opens the configured database for a command that changes it.
func openStore(ctx context.Context, cfg config.Config) (*store.Store, error) {
	return store.Open(ctx, cfg.Database)
}

// openDaemon reads the configuration and opens its database for the one process that
// polls and tells. Another such process keeps it out: [store.ErrLocked]. close gives
// both up.
func (e *env) openDaemon() (cfg config.Config, st *store.Store, close func(), err error) {
	if cfg, err = e.loadConfig(); err != nil {
		return cfg, nil, nil, err
	}
	lock, err := store.LockDaemon(cfg.Database)
	if err != nil {
		return cfg, nil, nil, err
	}
	if st, err = openStore(e.ctx, cfg); err != nil {
		lock.Release()
		return cfg, nil, nil, err
	}
	holdLess(e)
	return cfg, st, func() { st.Close(); lock.Release() }, nil
}

// holdLess has garbage collected when the heap has grown by half and not when it has
// doubled, unless GOGC says otherwise: a daemon that polls some hundred feeds then stays
// below 60 MB (docs/performance.md). An import, which is to be fast, does not do it.
func holdLess(e *env) {
	if e.getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// options are what tests replace.
type options struct {
	egress func(*egress.Policy)
	now    func() time.Time
}

// newApp wires the program on an open store, and brings the database up to the
// configuration: feeds, seeds and the first sight of digests.
func newApp(e *env, cfg config.Config, st *store.Store, o options) (*app, error) {
	if o.now == nil {
		o.now = func() time.Time { return time.Now().UTC() }
	}
	a := &app{cfg: cfg, store: st, cuts: st, outbox: st, log: e.log, now: o.now}
	token, have, err := cfg.SlackToken(e.getenv)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errConfig, err)
	}
	a.token = have

	client, err := newClient(cfg, have, o)
	if err != nil {
		return nil, err
	}
	a.client = client

	rules, err := loadRules(cfg)
	if err != nil {
		return nil, err
	}
	poller := &monitor.Poller{
		Fetch: a.client, Concurrency: cfg.Poll.Concurrency, PerHost: cfg.HTTP.PerHost,
		Limits: monitor.Limits{Every: cfg.Poll.Every, Min: cfg.Poll.Min, Max: cfg.Poll.Max},
	}
	a.monitor = &monitor.Monitor{Feeds: st, Items: st, Poller: poller, Rules: rules, History: cfg.Poll.HistoryBefore, Boilerplate: st, Log: e.log}
	if slices.ContainsFunc(cfg.Feeds, func(f config.Feed) bool { return f.Article }) {
		a.monitor.Pages = &monitor.Articles{Fetch: a.client, Hosts: &hostTurns{store: st, now: a.now, sleep: pause}}
	}

	a.poster = &terminal{w: e.stdout}
	if have {
		slack := notify.NewSlack(token, cfg.Slack.APIURL, a.client.HTTP())
		a.poster, a.history = &router{slack: slack, terminal: a.poster}, slack
	}
	if have {
		if err := cfg.ReadyToPost(); err != nil {
			return nil, err
		}
	}
	for _, d := range cfg.DigestSpecs(!have) {
		s, err := monitor.ParseSpec(d.Cron, d.Zone)
		if err != nil {
			return nil, fmt.Errorf("%w: digest %s: %w", errConfig, d.Name, err)
		}
		a.digests = append(a.digests, digest{DigestSpec: d, spec: s})
	}
	a.alerts = cfg.AlertSpecs(!have)
	if err := a.sync(e.ctx); err != nil {
		a.client.Close()
		return nil, err
	}
	return a, nil
}

const defaultSlackAPI = "https://slack.com/api/"

// newClient makes the one HTTP client. A Slack API of the operator's own choice is
// let through the dial guard when there is a token for it.
func newClient(cfg config.Config, slack bool, o options) (*egress.Client, error) {
	p := egress.Policy{
		UserAgent: "trucewatch/" + version(), Contact: cfg.HTTP.Contact, Timeout: cfg.HTTP.Timeout, MaxBody: int64(cfg.HTTP.MaxBody),
		Allow: slices.Clone(cfg.HTTP.Allow), PerHost: cfg.HTTP.PerHost, Proxy: cfg.HTTP.Proxy,
	}
	if slack && cfg.Slack.APIURL != defaultSlackAPI {
		api, err := url.Parse(cfg.Slack.APIURL)
		if err != nil {
			return nil, fmt.Errorf("%w: slack.api_url: %w", errConfig, err)
		}
		p.Allow = append(p.Allow, hostPort(api))
	}
	if o.egress != nil {
		o.egress(&p)
	}
	c, err := egress.New(p)
	if err != nil {
		return nil, fmt.Errorf("%w: http: %w", errConfig, err)
	}
	return c, nil
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	if u.Scheme == "http" {
		return u.Hostname() + ":80"
	}
	return u.Hostname() + ":443"
}

// sync brings the database up to the configuration, after all that can fail without
// it: a configuration that cannot be used changes nothing.
func (a *app) sync(ctx context.Context) error {
	docs, err := loadSeeds(a.cfg)
	if err != nil {
		return err
	}
	c := store.Configuration{Feeds: a.cfg.NewsFeeds(), Seeds: docs, Digests: map[string]time.Duration{}}
	for _, al := range a.alerts {
		c.Digests[al.Name] = 0
	}
	for _, d := range a.digests {
		c.Digests[d.Name] = d.Period
	}
	first, changed, err := a.store.Configure(ctx, c, a.now())
	if err != nil {
		return err
	}
	if changed > 0 {
		a.log.Info("seed corpus loaded", "seeds", len(docs), "changed", changed)
	}
	for i, d := range a.digests {
		a.digests[i].first = first[d.Name]
	}
	return nil
}

// loadSeeds reads the program's own seeds and those of the configured directory,
// which win by name, with the keys they are found by. The default directory need not
// exist. An error is errConfig.
func loadSeeds(cfg config.Config) ([]news.Seed, error) {
	docs, err := seeds.Builtin()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errConfig, err)
	}
	_, err = os.Stat(cfg.Seeds)
	if absent := errors.Is(err, fs.ErrNotExist) && filepath.Base(cfg.Seeds) == "seeds"; cfg.Seeds != "" && !absent {
		more, err := seeds.Load(cfg.Seeds)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errConfig, err)
		}
		docs = append(slices.DeleteFunc(docs, func(s news.Seed) bool {
			return slices.ContainsFunc(more, func(m news.Seed) bool { return m.Name == s.Name })
		}), more...)
	}
	for i := range docs {
		fp, err := text.Decode(docs[i].Fingerprint)
		if err != nil {
			return nil, fmt.Errorf("%w: seed %s: %w: make it anew with `trucewatch seed add`", errConfig, docs[i].Name, err)
		}
		docs[i].Keys = fp.AllKeys() // seeds are few, and found by any part of them
	}
	return docs, nil
}

// loadRules compiles the rule packs of the configured topics. An error is errConfig.
func loadRules(cfg config.Config) (*tag.Rules, error) {
	var packs []*tag.Pack
	for _, t := range cfg.Topics {
		p, err := loadPack(t)
		if err != nil {
			return nil, fmt.Errorf("%w: topic %s: %w", errConfig, t.Name, err)
		}
		packs = append(packs, p)
	}
	rules, err := tag.Compile(packs...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errConfig, err)
	}
	return rules, nil
}

func loadPack(t config.Topic) (*tag.Pack, error) {
	if t.Pack == config.BuiltinPack {
		return tag.BuiltinTopic(t.Name)
	}
	b, err := os.ReadFile(t.Pack)
	if err != nil {
		return nil, err
	}
	return tag.Load(t.Pack, b)
}
