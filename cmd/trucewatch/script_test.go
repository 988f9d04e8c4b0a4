package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"trucewatch": main})
}

// Every command as a person runs it. Scripts have $WIRE, a feed on loopback that
// the dial guard has to be told of, and $SITE, a site with a past.
func TestScripts(t *testing.T) {
	wire := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/rss":
			w.Header().Set("Content-Type", "application/rss+xml")
			w.Header().Set("ETag", `"1"`)
			if r.Header.Get("If-None-Match") == `"1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			published := time.Now().Add(-time.Hour).Format(time.RFC1123Z)
			fmt.Fprintf(w, `<rss version="2.0"><channel><title>Wire</title>
<item><guid>1</guid><link>https://wire.example/1</link><title>Ukraine and Russia open ceasefire talks in Istanbul</title><pubDate>%[1]s</pubDate><description>Delegations of Ukraine and Russia sat down in Istanbul to talk about a ceasefire.</description></item>
<item><guid>2</guid><link>https://wire.example/2</link><title>Wheat prices fall</title><pubDate>%[1]s</pubDate><description>Wheat fell for a third week.</description></item>
</channel></rss>`, published)
		case "/damaged":
			fmt.Fprint(w, `<rss version="2.0"><channel><item><guid>1</guid><title>One</titel></item><item><guid>2</guid><title>Two</title></item></channel></rss>`)
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<!doctype html><html><head><title>Front page</title><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>Hello</body></html>`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(wire.Close)
	site := historySite()
	t.Cleanup(site.Close)
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, "WIRE="+wire.URL, "WIREADDR="+wire.Listener.Addr().String(), "SITE="+site.URL, "SITEADDR="+site.Listener.Addr().String(), "NO_COLOR=1")
			return nil
		},
	})
}
