package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"trucewatch/internal/config"
	"trucewatch/internal/news"
	"trucewatch/monitor"
)

const shipped = "../../config.yaml"

// checks are the ones the command hands in.
var checks = config.Checks{Cron: func(spec string, zone *time.Location) (time.Duration, error) {
	s, err := monitor.ParseSpec(spec, zone)
	return s.Period(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), err
}}

func readShipped(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(shipped)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheBuiltInConfigurationIsTheShippedOne(t *testing.T) {
	b, err := os.ReadFile("default.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, readShipped(t)) {
		t.Error("internal/config/default.yaml differs from config.yaml: run make config")
	}
	if _, err := config.Default(config.Where{}, checks); err != nil {
		t.Error(err)
	}
}

func TestTheShippedConfigurationHasEverySideHeard(t *testing.T) {
	c, err := config.Load(config.Where{File: shipped}, checks)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Feeds); n < 35 || n > 50 {
		t.Errorf("%d feeds, want about 40", n)
	}
	sides, official := map[string]int{}, map[string]int{}
	for _, f := range c.NewsFeeds() {
		sides[f.Side]++
		if f.Official {
			official[f.Side]++
		}
		if f.Side == "russia" && f.Name == "TASS" && !f.StateMedia {
			t.Error("TASS is not marked as state media")
		}
		if f.Lang == "" || f.Publisher == "" || !f.Polled {
			t.Errorf("feed %s lacks its language or publisher, or is not polled: %+v", f.Name, f)
		}
	}
	parties := []string{"ukraine", "russia", "us", "europe"}
	for _, a := range parties {
		for _, b := range parties {
			if sides[a] > 2*sides[b] {
				t.Errorf("%s has %d feeds, more than twice the %d of %s", a, sides[a], sides[b], b)
			}
		}
		if official[a] == 0 {
			t.Errorf("no official feed of %s", a)
		}
	}
	if sides["mediator"] < 1 || sides["un_ngo"] < 2 || sides["independent"] < 1 {
		t.Errorf("sides %v: want mediators, the UN and independents too", sides)
	}
}

func TestTheShippedDigestsPrintWithoutAToken(t *testing.T) {
	c, err := config.Load(config.Where{File: shipped}, checks)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, d := range c.DigestSpecs(true) {
		kinds[d.Kind]++
		if d.Channel != news.TerminalChannel || d.Zone == nil || d.Zone.String() != "Europe/Kyiv" {
			t.Errorf("digest %s goes to %s in zone %v", d.Name, d.Channel, d.Zone)
		}
		want := map[string]time.Duration{"news": 24 * time.Hour, "recap": 7 * 24 * time.Hour}[d.Kind]
		if d.Period != want || (d.Kind == "recap") != (d.Window == want) {
			t.Errorf("digest %s: period %v, window %v", d.Name, d.Period, d.Window)
		}
	}
	if kinds["news"] != 2 || kinds["recap"] != 1 {
		t.Errorf("digests %v, want two of news and one recap", kinds)
	}
	alerts := c.AlertSpecs(true)
	if len(alerts) != 1 || alerts[0].Channel != news.TerminalChannel || len(alerts[0].When) != 5 || alerts[0].MaxPerDay != 5 {
		t.Errorf("alerts are %+v", alerts)
	}
	if c.DigestSpecs(false)[0].Channel != config.PlaceholderChannel {
		t.Error("with a token a digest does not go to its own channel")
	}
	err = c.ReadyToPost()
	if err == nil || strings.Count(err.Error(), "is a placeholder") != 4 || !strings.Contains(err.Error(), "config.yaml:") {
		t.Errorf("with a token the placeholder channels are reported as %v", err)
	}
}

// switchedOff matches what config.yaml calls configuration that is switched off.
var switchedOff = regexp.MustCompile(`(?m)^( *)#  `)

func TestTheExamplesInTheShippedConfigurationWork(t *testing.T) {
	on := switchedOff.ReplaceAll(readShipped(t), []byte("$1"))
	c, err := config.Read(bytes.NewReader(on), config.Where{File: shipped}, checks)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range c.Digests {
		names = append(names, d.Name)
	}
	for _, a := range c.Alerts {
		names = append(names, a.Name)
	}
	for _, f := range c.Feeds {
		names = append(names, f.Name)
	}
	for _, want := range []string{"foreign desk", "access", "access week", "foreign desk alert", "IAEA", "ICRC", "OSCE", "White House", "Anadolu Agency"} {
		if !slices.Contains(names, want) {
			t.Errorf("the example %q is missing", want)
		}
	}
	for _, d := range c.DigestSpecs(false) {
		if d.Name == "access" && (d.Period != 24*time.Hour || !slices.Contains(d.Select.Places, "Kherson") || d.CatchUp != 72*time.Hour) {
			t.Errorf("the access digest is %+v", d)
		}
	}
}

// TestTheShippedConfigurationNamesEveryKey holds it to being the reference.
func TestTheShippedConfigurationNamesEveryKey(t *testing.T) {
	text := string(readShipped(t))
	for _, key := range config.Keys() {
		last := key[strings.LastIndexAny(key, ".]")+1:]
		if !regexp.MustCompile(`(?m)(^|[ {#])` + regexp.QuoteMeta(last) + `:`).MatchString(text) {
			t.Errorf("config.yaml does not show the key %s", key)
		}
	}
	if n := len(config.Keys()); n < 60 {
		t.Errorf("only %d keys are listed", n)
	}
}

func TestPathsAreRelativeToTheFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "etc", "config.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	text := "database: a.db\nseeds: known\nslack: {token_file: secret/token}\ntopics: [{name: a, pack: packs/a.yaml}, {name: b, pack: /abs/b.yaml}]\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ state, database string }{
		{"", filepath.Join(dir, "etc", "a.db")},
		{"/var/lib/trucewatch", "/var/lib/trucewatch/a.db"},
	} {
		got, err := config.Load(config.Where{File: file, StateDir: c.state}, checks)
		if err != nil {
			t.Fatal(err)
		}
		etc := filepath.Join(dir, "etc")
		for _, p := range [][2]string{
			{got.Database, c.database},
			{got.Seeds, filepath.Join(etc, "known")},
			{got.Slack.TokenFile, filepath.Join(etc, "secret", "token")},
			{got.Topics[0].Pack, filepath.Join(etc, "packs", "a.yaml")},
			{got.Topics[1].Pack, "/abs/b.yaml"},
		} {
			if p[0] != p[1] {
				t.Errorf("with state directory %q a path is %q, want %q", c.state, p[0], p[1])
			}
		}
	}
	built, err := config.Default(config.Where{}, checks)
	if err != nil || built.Database != "trucewatch.db" {
		t.Errorf("the built-in configuration's database is %q, %v; want it in the working directory", built.Database, err)
	}
	if _, err := config.Load(config.Where{File: filepath.Join(dir, "none.yaml")}, checks); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("a missing file gives %v", err)
	}
}
