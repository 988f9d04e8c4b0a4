package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// planted are the secrets of a configuration, each recognisable wherever it turns up.
var planted = map[string]string{
	"token":     "xoxb-1111-2222-PLANTEDTOKEN",
	"proxy":     "PLANTEDPROXYPASSWORD",
	"heartbeat": "PLANTEDHEARTBEATID",
	"command":   "PLANTEDCOMMANDKEY",
	"feed":      "PLANTEDFEEDPASSWORD",
	"feed key":  "PLANTEDFEEDKEY",
}

func shows(t *testing.T, where, text string) {
	t.Helper()
	for what, secret := range planted {
		if i := strings.Index(text, secret); i >= 0 {
			t.Errorf("%s shows the secret of %s: …%s…", where, what, text[max(0, i-120):min(len(text), i+60)])
		}
	}
}

// leaks runs a command in dir and looks for secrets in what it prints.
func leaks(t *testing.T, bin, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command(bin, append([]string{"-v", "-c", "c.yaml"}, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, _ := cmd.CombinedOutput() // most of them fail, by design
	if len(out) == 0 {
		t.Errorf("%v printed nothing", args)
	}
	shows(t, strings.Join(args, " "), string(out))
	return string(out)
}

// Slack as it answers a revoked token, with a page of a proxy that repeats what it
// was sent, and by sending the caller elsewhere.
func refusingSlack(t *testing.T) (srv *httptest.Server, asked chan struct{}) {
	asked = make(chan struct{}, 1000)
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		if strings.HasPrefix(r.URL.Path, "/revoked/") || strings.HasPrefix(r.URL.Path, "/page/") || strings.HasPrefix(r.URL.Path, "/away/") {
			shows(t, "a message in Slack", r.Form.Get("text")+r.Form.Get("blocks")+r.Form.Get("metadata"))
			defer func() { asked <- struct{}{} }()
		}
		switch {
		case strings.HasPrefix(r.URL.Path, "/revoked/"):
			fmt.Fprintf(w, `{"ok":false,"error":"invalid_auth","response_metadata":{"messages":["the token %s is not known"]}}`, planted["token"])
		case strings.HasPrefix(r.URL.Path, "/page/"):
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprintf(w, "<html>%s %v %v</html>", planted["token"], r.Form, r.Header)
		case strings.HasPrefix(r.URL.Path, "/away/"):
			http.Redirect(w, r, "http://127.0.0.1:1/?token="+planted["token"], http.StatusFound)
		case r.URL.Path == "/rss":
			fmt.Fprint(w, `<rss version="2.0"><channel><title>W</title><item><guid>1</guid><title>Ukraine and Russia open ceasefire talks in Istanbul</title><link>http://w.example/1</link></item></channel></rss>`)
		}
	}))
	t.Cleanup(srv.Close)
	return srv, asked
}

func TestNoSecretIsEverShown(t *testing.T) {
	bin := binary(t)
	slack, asked := refusingSlack(t)
	addr := slack.Listener.Addr().String()
	base := func(api, more string) string {
		return fmt.Sprintf(`database: t.db
seeds: ""
slack: {api_url: "http://%s/%s/"}
http: {allow: ["%s"]}
feeds: [{name: Wire, url: "http://%s/rss", lang: en, every: 1m}]
digests: [{name: morning, channel: C0123456789, cron: "* * * * *", timezone: UTC}]
ops: {channel: C0OPERATOR, heartbeat: "http://127.0.0.1:9/ping/%s?key=%s", command: "echo %s; echo %s >&2; exit 7"}
`, addr, api, addr, addr, planted["heartbeat"], planted["heartbeat"], planted["command"], planted["command"]) + more
	}
	token := []string{"SLACK_BOT_TOKEN=" + planted["token"]}
	for _, api := range []string{"revoked", "page", "away"} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "c.yaml"), base(api, ""))
		leaks(t, bin, dir, token, "check")
		if api == "revoked" { // what may pass is waited for
			if out := leaks(t, bin, dir, token, "--log-format", "json", "once", "--all"); !strings.Contains(out, "not delivered") {
				t.Errorf("nothing was refused: %s", out)
			}
		}
		served(t, bin, dir, base(api, ""), token, asked)
		for _, args := range [][]string{{"status"}, {"status", "--format", "json"}, {"outbox", "list"}, {"outbox", "list", "--format", "json"}, {"feeds", "list", "--format", "json"},
			{"export"}, {"digest"}, {"why", "1"}, {"search", "ceasefire"}, {"retag", "--dry-run"}, {"seed", "list"}, {"generate", "man"}, {"backup", "copy.db"}} {
			leaks(t, bin, dir, token, args...)
		}
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error { // the database, its log, backups
			if err == nil && d.Type().IsRegular() && d.Name() != "c.yaml" {
				b, err := os.ReadFile(path)
				if err != nil {
					t.Error(err)
				}
				shows(t, d.Name(), string(b))
			}
			return nil
		})
	}
}

// A token that comes as systemd's credential is as little shown as one in the
// environment, and so is the key in a feed's address where others look: logs, errors,
// the operator's messages, metrics. What shows the owner lines of the configuration, as
// check does for sources that fail, shows addresses.
func TestCredentialsAndKeysOfFeedsAreNotShown(t *testing.T) {
	bin := binary(t)
	slack, asked := refusingSlack(t)
	addr := slack.Listener.Addr().String()
	dir, credentials := t.TempDir(), t.TempDir()
	write(t, filepath.Join(credentials, "slack-token"), planted["token"]+"\n")
	yaml := fmt.Sprintf(`database: t.db
seeds: ""
slack: {api_url: "http://%[1]s/revoked/"}
http: {allow: ["%[1]s"]}
feeds:
  - {name: Wire, url: "http://%[1]s/rss?key=%[2]s", lang: en, every: 1m}
  - {name: Missing, url: "http://%[1]s/missing?key=%[2]s", every: 1m}
  - {name: Nowhere, url: "http://127.0.0.1:9/rss?key=%[2]s", every: 1m}
digests: [{name: morning, channel: C0123456789, cron: "* * * * *", timezone: UTC}]
ops: {channel: C0OPERATOR}
`, addr, planted["feed key"])
	env := []string{"SLACK_BOT_TOKEN=", "CREDENTIALS_DIRECTORY=" + credentials}
	served(t, bin, dir, yaml, env, asked)
	for _, args := range [][]string{{"check", "--offline"}, {"status"}, {"feeds", "list"}, {"outbox", "list"}} {
		leaks(t, bin, dir, env, args...)
	}
}

// served runs the daemon for a moment with everything failing, and looks at its log,
// what systemd hears, and what it serves.
func served(t *testing.T, bin, dir, yaml string, env []string, asked chan struct{}) {
	t.Helper()
	for len(asked) > 0 {
		<-asked
	}
	port := freePort(t)
	write(t, filepath.Join(dir, "c.yaml"), yaml+fmt.Sprintf("listen: 127.0.0.1:%d\n", port))
	systemd, states := notifySocket(t)
	cmd := exec.Command(bin, "-v", "-c", "c.yaml", "--log-format", "json", "run")
	cmd.Dir, cmd.Env = dir, append(append(os.Environ(), env...), "NOTIFY_SOCKET="+systemd)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	shows(t, "READY", states("READY=1"))
	shows(t, "STATUS", states("WATCHDOG=1"))
	select { // Slack was asked, and refused
	case <-asked:
	case <-time.After(time.Minute):
		t.Error("Slack was not asked")
	}
	write(t, filepath.Join(dir, "c.yaml"), strings.Replace(yaml, "slack: {", "slack: {token_file: "+planted["token"]+", ", 1))
	hangUp(t, cmd)
	shows(t, "a refused reload", states("READY=1"))
	for _, path := range []string{"/metrics", "/readyz", "/healthz"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d%s", port, path), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		fmt.Fprint(&b, resp.Header)
		if err := resp.Write(&b); err != nil {
			t.Error(err)
		}
		shows(t, path, b.String())
	}
	stop(t, cmd)
	done := make(chan struct{})
	go func() { defer close(done); cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it does not stop")
	}
	shows(t, "the log", out.String())
	write(t, filepath.Join(dir, "c.yaml"), yaml)
}

// A configuration that is wrong in every place that may hold a secret is refused
// without showing one.
func TestAWrongConfigurationShowsNoSecret(t *testing.T) {
	bin := binary(t)
	tokenFile := filepath.Join(t.TempDir(), "token")
	write(t, tokenFile, planted["token"]+"\n"+planted["token"])
	for name, c := range map[string]struct {
		yaml string
		env  string
	}{
		"token as path":      {"slack: {token_file: " + planted["token"] + "}\n", ""},
		"token as channel":   {"digests: [{name: m, channel: " + planted["token"] + ", cron: \"0 8 * * *\"}]\n", ""},
		"token as ops":       {"ops: {channel: " + planted["token"] + "}\n", ""},
		"two tokens":         {"slack: {token_file: " + tokenFile + "}\n", ""},
		"token with spaces":  {"listen: \"\"\n", "SLACK_BOT_TOKEN=" + planted["token"] + " " + planted["token"]},
		"webhook as token":   {"listen: \"\"\n", "SLACK_BOT_TOKEN=https://hooks.example/" + planted["token"]},
		"feed's password":    {"feeds: [{name: W, url: \"https://user:" + planted["feed"] + "@w.example/rss\"}]\n", ""},
		"proxy":              {"http: {proxy: \"socks9://user:" + planted["proxy"] + "@127.0.0.1:1\"}\n", ""},
		"proxy, no scheme":   {"http: {proxy: \"user:" + planted["proxy"] + "@127.0.0.1\"}\n", ""},
		"heartbeat":          {"ops: {heartbeat: \"ftp://x/" + planted["heartbeat"] + "\"}\n", ""},
		"heartbeat as a map": {"ops: {heartbeat: {url: \"" + planted["heartbeat"] + "\"}}\n", ""},
		"command":            {"ops: {command: \"curl -H '" + planted["command"] + "'\\n\"}\n", ""},
		"api with a token":   {"slack: {api_url: \"https://slack.com/api/?token=" + planted["token"] + "\"}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "c.yaml"), c.yaml)
			env := []string{"SLACK_BOT_TOKEN="}
			if c.env != "" {
				env = []string{c.env}
			}
			out := leaks(t, bin, dir, env, "run")
			if !strings.Contains(out, "c.yaml") && !strings.Contains(out, "SLACK_BOT_TOKEN") && !strings.Contains(out, "token_file") {
				t.Errorf("it was not refused: %s", out)
			}
		})
	}
}

// A proxy with a password that cannot be reached shows none of it.
func TestAProxysPasswordIsNotShown(t *testing.T) {
	bin, dir := binary(t), t.TempDir()
	write(t, filepath.Join(dir, "c.yaml"), fmt.Sprintf("database: t.db\nseeds: \"\"\nhttp: {proxy: \"http://user:%s@127.0.0.1:9\", timeout: 2s}\nfeeds: [{name: W, url: \"http://w.example/rss\"}]\n", planted["proxy"]))
	for _, args := range [][]string{{"check"}, {"once"}, {"status"}, {"feeds", "list", "--format", "json"}} {
		leaks(t, bin, dir, []string{"SLACK_BOT_TOKEN="}, args...)
	}
}
