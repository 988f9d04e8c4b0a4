package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
	"trucewatch/notify"
	"trucewatch/store"
)

// CheckCmd is a doctor.
type CheckCmd struct {
	Offline bool   `help:"Ask neither sources nor Slack."`
	Format  string `enum:"text,json" default:"text" help:"text or json."`
}

func (*CheckCmd) Help() string {
	return `Each line is ok, warn or fail, with what to do. Ends with 1 when a line is fail, 78 when the
configuration or the database cannot be used. Stores and posts nothing.`
}

// finding is one line of a check.
type finding struct {
	Level string `json:"level"` // ok, warn or fail
	What  string `json:"what"`
	Says  string `json:"says"`
	Fix   string `json:"fix,omitempty"`
}

func (c *CheckCmd) Run(e *env) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	token, have, err := tokenFor(e, cfg)
	if err != nil {
		return err
	}
	fs := []finding{{"ok", "configuration", plural(int64(len(cfg.Feeds)), "feed", "feeds") + ", " + plural(int64(len(cfg.Digests)), "digest", "digests") + ", " + plural(int64(len(cfg.Alerts)), "alert", "alerts"), ""}}
	fs = append(fs, checkTokenFile(cfg.Slack.TokenFile)...)
	packs, usable := checkPacks(cfg)
	fs = append(fs, packs...)
	db, err := checkDatabase(e.ctx, cfg)
	if errors.Is(err, store.ErrUnusable) {
		return err
	}
	fs = append(fs, db...)
	fs = append(fs, checkClock(cfg, time.Now())...)
	fs = append(fs, checkOps(cfg.Ops))
	if !c.Offline {
		net, err := checkOutside(e, cfg, token, have)
		if err != nil {
			return err
		}
		fs = append(fs, net...)
		fs = append(fs, switchOff(cfg, e.configFile(), fs)...)
	}
	return c.report(e, fs, usable)
}

// report prints the findings. The error is errConfig too where the program does not
// start on a configuration that is not usable.
func (c *CheckCmd) report(e *env, fs []finding, usable bool) error {
	failed := false
	if c.Format == "json" {
		if err := writeJSON(e.stdout, fs); err != nil {
			return err
		}
	}
	for _, f := range fs {
		failed = failed || f.Level == "fail"
		if c.Format == "json" {
			continue
		}
		fmt.Fprintf(e.stdout, "%-4s  %s: %s\n", f.Level, f.What, f.Says)
		if f.Fix != "" {
			fmt.Fprintf(e.stdout, "      %s\n", strings.ReplaceAll(f.Fix, "\n", "\n      "))
		}
	}
	switch {
	case !usable:
		return fmt.Errorf("%w: %w", errFailed, errConfig)
	case failed:
		return errFailed
	}
	return nil
}

// checkPacks compiles the rule packs, tries their own examples and reads the seeds.
// usable is whether the program would start with them.
func checkPacks(cfg config.Config) (out []finding, usable bool) {
	usable = true
	unusable := func(what string, err error, fix string) {
		usable = false
		out = append(out, finding{"fail", what, strings.TrimPrefix(err.Error(), errConfig.Error()+": "), fix})
	}
	for _, t := range cfg.Topics {
		p, err := loadPack(t)
		if err != nil {
			unusable("topic "+t.Name, err, mendPack(t, err))
			continue
		}
		if problems := p.Check(); len(problems) > 0 {
			level := "fail"
			if t.Pack != config.BuiltinPack { // it works all the same; that it says what it means is not shown
				level = "warn"
			}
			out = append(out, finding{level, "topic " + t.Name, fmt.Sprintf("%d patterns without examples, or that fail them; the first: %s", len(problems), problems[0]), "mend the pattern or its examples, docs/tagging.md"})
			continue
		}
		out = append(out, finding{"ok", "topic " + t.Name, "every rule passes its examples", ""})
	}
	if usable {
		if _, err := loadRules(cfg); err != nil { // what only shows when they are joined
			unusable("topics", err, "mend the rule packs, docs/tagging.md")
		}
	}
	docs, err := loadSeeds(cfg)
	if err != nil {
		unusable("seeds", err, "mend or remove the file")
		return out, usable
	}
	return append(out, finding{"ok", "seeds", fmt.Sprintf("%d documents", len(docs)), ""}), usable
}

// mendPack says what to do about a topic whose rule pack cannot be loaded.
func mendPack(t config.Topic, err error) string {
	switch {
	case t.Pack == config.BuiltinPack:
		return "name the topic as the pack of its conflict, such as russia-ukraine, or give pack the path of one of yours"
	case errors.Is(err, fs.ErrNotExist):
		return "give pack the path of a rule pack, or builtin"
	}
	return "mend the rule pack"
}

// lowDisk is the share of free disk below which a check warns.
const lowDisk = 0.1

func checkDatabase(ctx context.Context, cfg config.Config) (out []finding, err error) {
	st, err := store.OpenExisting(ctx, cfg.Database)
	switch {
	case errors.Is(err, store.ErrNoDatabase):
		switch fix, err := store.CheckDirectory(cfg.Database); {
		case errors.Is(err, fs.ErrNotExist): // as a package is checked before its service was ever started
			return append(out, finding{"warn", "database", "none can be made yet: " + err.Error(), fix + "; the systemd unit makes its own as it starts"}), nil
		case err != nil:
			return append(out, finding{"fail", "database", "none can be made: " + err.Error(), fix}), nil
		}
		out = append(out, finding{"warn", "database", "no database yet at " + cfg.Database, "`trucewatch run` or `once` makes it"})
	case err != nil:
		return append(out, finding{"fail", "database", err.Error(), mendDatabase(cfg.Database, err)}, checkDisk(cfg.Database)), err
	default:
		defer st.Close()
		if err := st.CheckIntegrity(ctx); err != nil {
			return append(out, finding{"fail", "database", err.Error(), "restore a backup, docs/operations.md"}), nil
		}
		out = append(out, finding{"ok", "database", cfg.Database + ", integrity and schema are good", ""})
		c, err := st.Condition(ctx)
		if err != nil {
			return append(out, finding{"fail", "database", err.Error(), mendDatabase(cfg.Database, err)}), nil
		}
		if back := sinceTheFuture(c.Feeds, time.Now()); back < -clockJump {
			out = append(out, finding{"warn", "clock", "the database was written " + span(-back) + " from now", "set the clock, or wait: nothing is told twice"})
		}
	}
	return append(out, checkDisk(cfg.Database)), nil
}

// mendDatabase says what to do about a database that can't be used.
func mendDatabase(path string, err error) string {
	if fix, err := store.CheckDirectory(path); err != nil {
		return fix
	}
	if store.Blocked(err) {
		return "make room on its disk, and see that it can be written"
	}
	return "see docs/operations.md, When something is wrong"
}

func checkDisk(path string) finding {
	var s syscall.Statfs_t
	if err := syscall.Statfs(parent(path), &s); err != nil {
		return finding{"warn", "disk", fmt.Sprintf("free space is unknown: %v", err), ""}
	}
	if s.Blocks == 0 {
		return finding{"warn", "disk", "free space is unknown: its file system does not say", ""}
	}
	free, share := float64(s.Bavail)*float64(s.Bsize), float64(s.Bavail)/float64(s.Blocks)
	amount := fmt.Sprintf("%.1f GB", free/1e9)
	if free < 1e9 {
		amount = fmt.Sprintf("%.1f MB", free/1e6)
	}
	f := finding{"ok", "disk", fmt.Sprintf("%s free (%.0f %%)", amount, 100*share), ""}
	if share < lowDisk {
		f.Level, f.Fix = "warn", "make room: below 10 % the operator is warned"
	}
	return f
}

// parent is the nearest directory above path that exists.
func parent(path string) string {
	for {
		path = filepath.Dir(path)
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) || path == "." || path == "/" {
			return path
		}
	}
}

func checkClock(cfg config.Config, now time.Time) (out []finding) {
	if now.Year() < 2025 {
		out = append(out, finding{"fail", "clock", "it is " + now.Format(time.RFC3339), "set the clock: dates and schedules hang on it"})
	}
	next, err := nextSlots(cfg, now)
	if err != nil {
		return append(out, finding{"fail", "digests", err.Error(), ""})
	}
	for _, n := range next {
		zone, err := time.LoadLocation(n.Zone)
		if err != nil {
			return append(out, finding{"fail", "digest " + n.Digest, err.Error(), ""})
		}
		out = append(out, finding{"ok", "digest " + n.Digest, "next " + n.At.In(zone).Format("Mon 2 Jan 15:04 MST") + " (" + n.Zone + ")", ""})
	}
	if len(next) == 0 {
		out = append(out, finding{"warn", "digests", "none is configured: nothing will be told", "add one under digests"})
	}
	return out
}

// checkOps says whether the operator hears of what rots, and by a path that does not
// need Slack, which may be what is broken.
func checkOps(o config.Ops) finding {
	fix := "give ops.command or ops.heartbeat, docs/operations.md"
	switch {
	case o.Command == "" && o.Heartbeat == "" && o.Channel == "":
		return finding{"warn", "operator", "nobody is told when something rots", fix}
	case o.Command == "" && o.Heartbeat == "":
		return finding{"warn", "operator", "told in Slack alone: a revoked token would be told to nobody", fix}
	case o.Command == "":
		return finding{"ok", "operator", "told by the silence of the heartbeat", ""}
	case o.Heartbeat == "":
		return finding{"ok", "operator", "told by a command; a heartbeat would also tell of a machine that is off", ""}
	}
	return finding{"ok", "operator", "told by a command, and by the silence of the heartbeat", ""}
}

// tokenFor is the Slack token, if one is configured. The program does not start with one
// that cannot be read, or that has no channel to post to: a check ends as it would.
func tokenFor(e *env, cfg config.Config) (token string, have bool, err error) {
	if token, have, err = cfg.SlackToken(e.getenv); err != nil {
		return "", false, fmt.Errorf("%w: %w", errConfig, err)
	}
	if have {
		err = cfg.ReadyToPost()
	}
	return token, have, err
}

// checkTokenFile warns of a token file that others than its user and group can read. A
// credential of the service manager is its own affair.
func checkTokenFile(path string) []finding {
	if path == "" {
		return nil
	}
	fi, err := os.Stat(path)
	if err != nil || fi.Mode().Perm()&0o007 == 0 { // one that can't be read ends a check before
		return nil
	}
	return []finding{{"warn", "Slack token file", fmt.Sprintf("every user of this machine can get at it (mode %03o)", fi.Mode().Perm()), "chmod 600 " + news.ShellWord(path)}}
}

// checkOutside asks every source once, unconditionally and storing nothing, and
// looks at Slack.
func checkOutside(e *env, cfg config.Config, token string, have bool) ([]finding, error) {
	client, err := newClient(cfg, have, options{})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	out := checkSources(e.ctx, cfg, client)
	if !have && store.DaemonRuns(cfg.Database) {
		return append(out, finding{"warn", "Slack", "no token is seen from here, and a service's credential never is", "ask with the credential: docs/operations.md, Commands beside the service"}), nil
	}
	if !have {
		return append(out, finding{"warn", "Slack", "no token is configured: digests are printed", "see docs/slack.md"}), nil
	}
	var channels []string
	for _, d := range cfg.DigestSpecs(false) {
		channels = append(channels, d.Channel)
	}
	for _, a := range cfg.AlertSpecs(false) {
		channels = append(channels, a.Channel)
	}
	if cfg.Ops.Channel != "" {
		channels = append(channels, cfg.Ops.Channel)
	}
	slack := notify.NewSlack(token, cfg.Slack.APIURL, client.HTTP())
	seen := slack.Check(e.ctx, channels)
	for _, f := range seen {
		level := "ok"
		if !f.OK {
			level = "fail"
		}
		out = append(out, finding{level, f.What, f.Says, f.Fix})
	}
	if seen[0].OK { // the token
		out = append(out, checkLayouts(e.ctx, slack, time.Now()))
	}
	return out, nil
}

// checkLayouts has Slack look at a sample of each layout. A refusal is no failure:
// a message whose layout is refused goes out as plain text.
func checkLayouts(ctx context.Context, slack *notify.Slack, now time.Time) finding {
	samples := notify.Samples(now)
	for _, m := range samples {
		if err := slack.Validate(ctx, m); err != nil {
			if r, ok := errors.AsType[*notify.Refusal](err); !ok || r.Class != notify.Layout {
				return finding{"warn", "message layouts", "Slack could not be asked: " + err.Error(), ""}
			}
			return finding{"warn", "message layouts", fmt.Sprintf("Slack does not accept the layout of messages of the kind %s: %v", m.Kind, err), "such messages go out as plain text; update the program, or report this"}
		}
	}
	return finding{"ok", "message layouts", fmt.Sprintf("Slack accepts all %d samples", len(samples)), ""}
}
