// Command trucewatch watches news feeds for ceasefire talks and tells Slack, once,
// what is new. This package wires the others together: one file for each
// command, and nothing here that another package could decide.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // digests have zones, and a small machine may have none

	"github.com/alecthomas/kong"

	"trucewatch/internal/config"
	"trucewatch/store"
)

// Exit codes. systemd is told not to restart on exitConfig.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 64
	exitConfig = 78
)

// CLI is the command line; each command's fields and help stand beside its code.
type CLI struct {
	Config    string `short:"c" env:"TRUCEWATCH_CONFIG" placeholder:"FILE" help:"Configuration file. Without it config.yaml here, else the built-in default."`
	LogFormat string `enum:"text,json" default:"text" env:"TRUCEWATCH_LOG_FORMAT" help:"Log as text or json (${enum})."`
	Verbose   bool   `short:"v" help:"Log every poll and decision."`

	Demo     DemoCmd     `cmd:"" help:"Run the whole pipeline offline on a sample newswire and show its digests; leaves nothing behind."`
	Run      RunCmd      `cmd:"" help:"Run the daemon: poll, judge, tell, until stopped."`
	Once     OnceCmd     `cmd:"" help:"Run one round now: due feeds, judging, due digests, delivery."`
	Backfill BackfillCmd `cmd:"" help:"Import history once, resumably; nothing of it is told."`
	Import   ImportCmd   `cmd:"" help:"Take over the feeds of an OPML file: print them as configuration, or add them to it."`
	Digest   DigestCmd   `cmd:"" help:"Show the digest of any window; writes and tells nothing."`
	Seed     SeedCmd     `cmd:"" help:"Add, list and verify seed documents."`
	Search   SearchCmd   `cmd:"" help:"Find items about the talks by their words, the best match first."`
	Export   ExportCmd   `cmd:"" help:"Write every judged item, or every development, as JSON Lines or CSV."`
	Why      WhyCmd      `cmd:"" help:"Explain what was decided about an item, a URL, or a text on standard input."`
	Retag    RetagCmd    `cmd:"" help:"Judge anew what stored articles are about, after a rule pack changed; nothing of it is told."`
	Check    CheckCmd    `cmd:"" help:"Check configuration, database, sources and Slack, and say what to mend."`
	Status   StatusCmd   `cmd:"" help:"Show what runs next, how the sources do, and what waits to be delivered."`
	Feeds    FeedsCmd    `cmd:"" help:"List feeds; pause or resume one."`
	Outbox   OutboxCmd   `cmd:"" help:"List messages; try one again or drop it."`
	Backup   BackupCmd   `cmd:"" help:"Copy the database to a file, beside a running daemon."`
	Generate GenerateCmd `cmd:"" help:"Write shell completion, the manual page, or the schema of the configuration."`
	Version  VersionCmd  `cmd:"" help:"Print the version."`
}

const description = "Watches news feeds for ceasefire talks and tells only what is new, and who says so."

func main() {
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// vars are what the declaration of the command line refers to.
func vars() kong.Vars {
	return kong.Vars{"version": version(), "cdx": defaultCDX, "pace": webPace.String()}
}

// env is what a command needs of the process.
type env struct {
	ctx    context.Context
	cli    *CLI
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	log    *slog.Logger
}

// run is main without the process.
func run(args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	// The first signal asks to stop and drains; a second one cuts the drain.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	var cli CLI
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("trucewatch"),
		kong.Description(description),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
		vars(),
	)
	if err != nil {
		panic(err) // the command line's own declaration is wrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := parser.Parse(args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "trucewatch: %v\nTry: trucewatch %s--help\n", err, command(err))
		return exitUsage
	}
	e := &env{ctx: ctx, cli: &cli, getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr, log: logger(&cli, stderr)}
	return exitCode(kctx.Run(e), stderr)
}

// command names the command that a usage error is about, for its help.
func command(err error) string {
	pe, ok := errors.AsType[*kong.ParseError](err)
	if !ok || pe.Context == nil {
		return ""
	}
	if c := pe.Context.Selected(); c != nil {
		return c.FullPath()[len("trucewatch "):] + " "
	}
	return ""
}

func logger(cli *CLI, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{}
	if cli.Verbose {
		o.Level = slog.LevelDebug
	}
	if cli.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// errFailed ends a command with exit code 1 after it has said what is wrong.
var errFailed = errors.New("failed")

// usageError is a wrong use that only running the command can show.
type usageError struct{ error }

// exitCode says what an error is to whoever started the program.
func exitCode(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFailed) && errors.Is(err, errConfig):
		return exitConfig
	case errors.Is(err, errFailed):
		return exitFailed
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "trucewatch: stopped")
		return exitFailed
	}
	fmt.Fprintf(stderr, "trucewatch: %s\n", strings.TrimPrefix(err.Error(), "trucewatch: "))
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*config.Invalid](err); ok || errors.Is(err, errConfig) || errors.Is(err, store.ErrUnusable) {
		return exitConfig
	}
	return exitFailed
}
