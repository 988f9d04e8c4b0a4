package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trucewatch/internal/config"
)

func TestSlackToken(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	good := write("token", "xoxb-from-file\n")
	creds := filepath.Dir(write("creds/slack-token", "xoxb-from-credential"))
	empty := filepath.Join(dir, "nothing")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why        string
		file       string
		env        map[string]string
		token      string
		configured bool
		wrong      string
	}{
		{why: "none configured: printing"},
		{why: "a file", file: good, token: "xoxb-from-file", configured: true},
		{why: "the file before the variable", file: good, env: map[string]string{"SLACK_BOT_TOKEN": "xoxb-env"}, token: "xoxb-from-file", configured: true},
		{why: "the variable", env: map[string]string{"SLACK_BOT_TOKEN": " xoxb-env\n", "CREDENTIALS_DIRECTORY": creds}, token: "xoxb-env", configured: true},
		{why: "the credential", env: map[string]string{"CREDENTIALS_DIRECTORY": creds}, token: "xoxb-from-credential", configured: true},
		{why: "a unit without the credential: printing", env: map[string]string{"CREDENTIALS_DIRECTORY": empty}},
		{why: "a file that is missing", file: filepath.Join(dir, "xoxb-lost-secret"), env: map[string]string{"SLACK_BOT_TOKEN": "xoxb-env"}, configured: true, wrong: "slack.token_file: no such file"},
		{why: "a file that is a directory", file: dir, configured: true, wrong: "slack.token_file: is a directory"},
		{why: "an empty file", file: write("empty", " \n"), configured: true, wrong: "the token is empty"},
		{why: "an empty credential", env: map[string]string{"CREDENTIALS_DIRECTORY": filepath.Dir(write("c2/slack-token", ""))}, configured: true, wrong: "credential slack-token: the token is empty"},
		{why: "a blank variable", env: map[string]string{"SLACK_BOT_TOKEN": "  "}, configured: true, wrong: "SLACK_BOT_TOKEN: the token is empty"},
		{why: "a webhook", env: map[string]string{"SLACK_BOT_TOKEN": "https://hooks.slack.com/services/secret"}, configured: true, wrong: "not a bot token"},
		{why: "two lines", file: write("two", "xoxb-a-secret\nxoxb-b-secret"), configured: true, wrong: "one token on one line"},
		{why: "a novel", file: write("long", strings.Repeat("secret", 1000)), configured: true, wrong: "one token on one line"},
	} {
		conf := config.Config{Slack: config.Slack{TokenFile: c.file}}
		token, configured, err := conf.SlackToken(func(k string) string { return c.env[k] })
		if token != c.token || configured != c.configured || (err == nil) != (c.wrong == "") {
			t.Errorf("%s: got %q, %v, %v; want %q, %v", c.why, token, configured, err, c.token, c.configured)
		}
		if err == nil {
			continue
		}
		if !strings.Contains(err.Error(), c.wrong) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %q; want %q in it and no part of the token", c.why, err, c.wrong)
		}
	}
}
