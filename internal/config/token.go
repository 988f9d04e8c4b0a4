package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// Where a token is looked for when slack.token_file is empty.
const (
	tokenVariable   = "SLACK_BOT_TOKEN"
	credentialsDir  = "CREDENTIALS_DIRECTORY" // set by systemd
	credentialName  = "slack-token"
	maxToken        = 1024 // bytes
	tokenWhatToDo   = "write the bot token there (it begins with xoxb-), or remove the setting to print instead"
	tokenSourceFile = "slack.token_file"
)

// SlackToken returns the bot token from slack.token_file, the variable
// SLACK_BOT_TOKEN, or the systemd credential slack-token: the first of these that
// is configured. Without any, configured is false and digests are printed. A
// token that is configured and cannot be read is an error, so that a lost secret
// does not quietly turn into printing. No error shows any part of a token.
func (c Config) SlackToken(getenv func(string) string) (token string, configured bool, err error) {
	if file := c.Slack.TokenFile; file != "" {
		token, err = tokenFrom(file)
		return token, true, named(tokenSourceFile, err)
	}
	if v := getenv(tokenVariable); v != "" {
		token, err = cleanToken(v)
		return token, true, named(tokenVariable, err)
	}
	dir := getenv(credentialsDir)
	if dir == "" {
		return "", false, nil
	}
	token, err = tokenFrom(filepath.Join(dir, credentialName))
	if errors.Is(err, fs.ErrNotExist) { // the unit names the credential, the operator made none
		return "", false, nil
	}
	return token, true, named("credential "+credentialName, err)
}

func named(source string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w; %s", source, err, tokenWhatToDo)
}

func tokenFrom(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", bare(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxToken+1))
	if err != nil {
		return "", bare(err)
	}
	return cleanToken(string(b))
}

// bare drops the path from an error: somebody may have written the token there.
func bare(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

func cleanToken(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", errors.New("the token is empty")
	case strings.Contains(s, "://"):
		return "", errors.New("this is an address, not a bot token")
	case len(s) > maxToken, strings.ContainsFunc(s, func(r rune) bool { return r > '~' || unicode.IsSpace(r) || unicode.IsControl(r) }):
		return "", errors.New("this is not one token on one line")
	}
	return s, nil
}
