package archtest

// allowed lists, for each package of ours, the packages of ours it may import. A
// package that is not in it may not exist: a new one is a line here, with a reason
// in the change that adds it.
//
// news holds the nouns and knows nobody. monitor, notify and store know the nouns
// and not each other: they meet in the command.
var allowed = map[string][]string{
	"internal/news":     {},
	"internal/egress":   {},
	"internal/archtest": {},
	// Turns the file into the nouns, so that the command does not have to.
	"internal/config": {"internal/news"},
	"monitor/feed":    {"internal/news"},
	"monitor/text":    {"internal/news"},
	"monitor/tag":     {"internal/news", "monitor/text"},
	"monitor/story":   {"internal/news", "monitor/text", "monitor/tag"},
	"monitor":         {"internal/news", "internal/egress", "monitor/feed", "monitor/text", "monitor/tag", "monitor/story"},
	"notify":          {"internal/news"},
	"store":           {"internal/news"},
	"seeds":           {"internal/news", "monitor/text"},
	"cmd/trucewatch": {"internal/news", "internal/egress", "internal/config", "monitor", "monitor/feed", "monitor/text",
		"monitor/tag", "monitor/story", "notify", "store", "seeds"},
	// Programs that learn weights from labelled items; nothing imports them.
	"monitor/story/train": {"internal/news", "monitor/text", "monitor/tag", "monitor/story"},
	"monitor/tag/train":   {"internal/news", "monitor/text", "monitor/tag"},
}

// owners lists, for each module of others, who may import it: a package, with what
// is below it, or one file. A module that is not in it may not be imported.
var owners = map[string][]string{
	"database/sql":                          {"store"},
	"github.com/mattn/go-sqlite3":           {"store"},
	"github.com/pressly/goose/v3":           {"store"},
	"github.com/mmcdole/gofeed":             {"monitor/feed"},
	"github.com/markusmobius/go-dateparser": {"monitor/feed"},
	"github.com/robfig/cron/v3":             {"monitor/schedule.go"},
	"github.com/temoto/robotstxt":           {"monitor"},
	"golang.org/x/time":                     {"monitor"},
	"golang.org/x/sync":                     {"monitor"},
	"codeberg.org/readeck/go-readability":   {"monitor/text"},
	"github.com/slack-go/slack":             {"notify/slack.go", "notify/reconcile.go", "notify/upload.go"},
	"github.com/cenkalti/backoff/v5":        {"notify"},
	"go.yaml.in/yaml/v3":                    {"internal/config", "monitor/tag"},
	"code.dny.dev/ssrf":                     {"internal/egress"},
	"github.com/alecthomas/kong":            {"cmd/trucewatch"},
	"github.com/coreos/go-systemd/v22":      {"cmd/trucewatch"},
	"github.com/jedib0t/go-pretty/v6":       {"cmd/trucewatch"},
	"github.com/schollz/progressbar/v3":     {"cmd/trucewatch"},
	"github.com/prometheus/client_golang":   {"cmd/trucewatch"},
	"golang.org/x/sys":                      {"cmd/trucewatch", "store"},
	"golang.org/x/term":                     {"cmd/trucewatch"},
	// Character sets, HTML and Unicode: bytes from outside become text in these two.
	// Names of hosts are compared where requests leave.
	"golang.org/x/net":  {"monitor/feed", "monitor/text", "internal/egress"},
	"golang.org/x/text": {"monitor/feed", "monitor/text", "monitor/tag"},
	// Decisions are the same on every run and every machine.
	"hash/maphash": {},
	"math/rand":    {},
	"unsafe":       {},
	// Logs go through an injected slog.Logger.
	"log": {},
}

// reserved lists, for each name of the standard library that reaches outside, who
// may use it. What is decided gets the time and the bytes handed in.
var reserved = map[string][]string{
	"time.Now":   {"cmd/trucewatch", "monitor/schedule.go"},
	"time.Since": {"cmd/trucewatch", "monitor/schedule.go"},
	// How long a request has taken of its allowance is no decision about news.
	"time.Until":                {"cmd/trucewatch", "internal/egress"},
	"time.Tick":                 {},
	"net/http.Client":           {"internal/egress", "notify/slack.go"},
	"net/http.Transport":        {"internal/egress"},
	"net/http.DefaultClient":    {},
	"net/http.DefaultTransport": {},
	"net/http.Get":              {},
	"net/http.Head":             {},
	"net/http.Post":             {},
	"net/http.PostForm":         {},
	"net.Dial":                  {},
	"net.DialTimeout":           {},
	"net.Dialer":                {"internal/egress"},
	"net.LookupHost":            {},
	"crypto/tls.Dial":           {},
	"os.Exit":                   {"cmd", "monitor/story/train", "monitor/tag/train"},
	"fmt.Print":                 {"monitor/story/train", "monitor/tag/train"},
	"fmt.Printf":                {"monitor/story/train", "monitor/tag/train"},
	"fmt.Println":               {"monitor/story/train", "monitor/tag/train"},
	"log/slog.Default":          {},
	"log/slog.SetDefault":       {},
	"log/slog.Debug":            {},
	"log/slog.Info":             {},
	"log/slog.Warn":             {},
	"log/slog.Error":            {},
}

// A path that exists on one machine only. In pieces, so that this file passes.
var machinePaths = []string{"/" + "work/", "/" + "root/", "/" + "farm/", "/" + "home/", "../" + "shared"}
