package monitor

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/temoto/robotstxt"
	"golang.org/x/time/rate"

	"trucewatch/internal/egress"
)

// This file keeps to what sites ask of robots (RFC 9309) before pages, archives and
// sitemaps of theirs are read: which paths, and how fast. Feeds are published to be
// read by programs and do not pass here.

const (
	robotsAgent  = "trucewatch"     // product token, as robots.txt files name it
	robotsKept   = 24 * time.Hour   // RFC 9309, section 2.4: no longer
	robotsDenied = 10 * time.Minute // how long a site that cannot say is left alone
	robotsBytes  = 512 << 10        // RFC 9309, section 2.5: at least 500 KiB
	robotsLines  = 10_000
	robotsLine   = 2 << 10 // bytes of a line worth reading
	robotsMaps   = 20      // sitemaps it names that are kept
	sitesKept    = 1000
	longestDelay = 5 * time.Minute // a longer Crawl-delay is read as this
)

// Robots knows what sites ask of robots: it reads each site's robots.txt once a day.
// It is safe for concurrent use; zero fields take their default.
type Robots struct {
	Fetch Fetcher
	Agent string // product token to look for in robots.txt; default "trucewatch"

	mu       sync.Mutex
	byOrigin map[string]*site
}

type site struct {
	gate  chan struct{} // held by whoever reads robots.txt
	pace  *rate.Limiter // for who paces by it
	rules SiteRules
	until time.Time // the rules hold
	used  time.Time
}

// SiteRules are what one robots.txt says to us. The zero value allows everything.
type SiteRules struct {
	Sitemaps []string // that it names, as it names them; at most 20

	group  *robotstxt.Group // nil: everything is allowed, unless denied
	denied string           // in words, why nothing is allowed for now
}

// Allow reports why an address of the site must not be read; nil when it may.
func (r SiteRules) Allow(u *url.URL) error {
	if r.denied != "" {
		return errors.New(r.denied)
	}
	if r.group != nil && !r.group.Test(u.RequestURI()) {
		return &Disallowed{u.Hostname()}
	}
	return nil
}

// Disallowed is the error for an address that its site asks robots not to read.
type Disallowed struct{ Host string }

func (d *Disallowed) Error() string {
	return fmt.Sprintf("robots.txt of %s asks not to read this page", d.Host)
}

// Delay is the time between two requests that the site asks for (Crawl-delay), at
// most five minutes; 0 when it asks for none.
func (r SiteRules) Delay() time.Duration {
	if r.group == nil {
		return 0
	}
	return min(r.group.CrawlDelay, longestDelay)
}

// Known reports whether the rules of an address's site are known at now: Rules then
// makes no request.
func (s *Robots) Known(u *url.URL, now time.Time) bool {
	s.mu.Lock()
	one := s.byOrigin[originOf(u)]
	s.mu.Unlock()
	if one == nil {
		return false
	}
	select {
	case one.gate <- struct{}{}:
		defer func() { <-one.gate }()
		return now.Before(one.until)
	default:
		return false // being read
	}
}

// Rules returns what the site of an address asks for, reading its robots.txt unless
// it is known; others who want the same site wait meanwhile. A site that cannot say
// allows nothing for a while. The error is the context's alone.
func (s *Robots) Rules(ctx context.Context, u *url.URL, now time.Time) (SiteRules, error) {
	return s.rules(ctx, s.site(u, now), u, now)
}

func originOf(u *url.URL) string { return u.Scheme + "://" + strings.ToLower(u.Host) }

func (s *Robots) site(u *url.URL, now time.Time) *site {
	origin := originOf(u)
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.byOrigin[origin]
	if one == nil {
		if len(s.byOrigin) >= sitesKept {
			for o, old := range s.byOrigin {
				if now.Sub(old.used) > time.Hour {
					delete(s.byOrigin, o)
				}
			}
		}
		one = &site{gate: make(chan struct{}, 1), pace: rate.NewLimiter(rate.Inf, 1)}
		if s.byOrigin == nil {
			s.byOrigin = map[string]*site{}
		}
		s.byOrigin[origin] = one
	}
	one.used = now
	return one
}

func (s *Robots) rules(ctx context.Context, one *site, u *url.URL, now time.Time) (SiteRules, error) {
	select {
	case one.gate <- struct{}{}:
	case <-ctx.Done():
		return SiteRules{}, context.Cause(ctx)
	}
	defer func() { <-one.gate }()
	if !now.Before(one.until) {
		resp, err := s.Fetch.Fetch(ctx, egress.Request{URL: originOf(u) + "/robots.txt", Accept: "text/plain, */*;q=0.5", MaxBody: robotsBytes, Now: now})
		if err != nil && ctx.Err() != nil {
			return SiteRules{}, context.Cause(ctx)
		}
		var keep time.Duration
		one.rules, keep = readRobots(resp, err, cmp.Or(s.Agent, robotsAgent), u.Hostname())
		one.until = now.Add(keep)
	}
	return one.rules, nil
}

// readRobots says what an answer to the request for robots.txt means, and for
// how long (RFC 9309, section 2.3.1): no file, or a page in its place, allows
// everything; a server in trouble allows nothing for a while.
func readRobots(resp egress.Response, err error, agent, host string) (SiteRules, time.Duration) {
	deny := func(why string, d time.Duration) (SiteRules, time.Duration) {
		return SiteRules{denied: fmt.Sprintf("%s cannot say what robots may read: %s", host, why)}, max(min(d, robotsKept), robotsDenied)
	}
	if s, ok := errors.AsType[*egress.StatusError](err); ok {
		if s.Code >= 500 || s.Code == 429 {
			return deny(fmt.Sprintf("robots.txt gives HTTP %d", s.Code), s.RetryAfter)
		}
		return SiteRules{}, robotsKept
	}
	if e, ok := errors.AsType[*egress.Error](err); ok {
		switch e.Kind {
		case egress.TooManyRedirects, egress.BadRedirect:
			return SiteRules{}, robotsKept
		case egress.TooLarge: // what came of it counts
		default:
			return deny("robots.txt: "+string(e.Kind), 0)
		}
	} else if err != nil {
		return deny("robots.txt cannot be read", 0)
	}
	keep := robotsKept
	if fresh := resp.Fresh(); fresh > 0 {
		keep = min(max(fresh, time.Hour), robotsKept)
	}
	group, sitemaps := parseRobots(resp.Body, resp.ContentType, agent)
	return SiteRules{group: group, Sitemaps: sitemaps}, keep
}

// parseRobots reads the file for one agent, and the sitemaps it names to all; a nil
// group allows everything. The parser gives up on a whole file for one line it does
// not understand, so it gets only lines it does.
func parseRobots(b []byte, contentType, agent string) (group *robotstxt.Group, sitemaps []string) {
	defer func() {
		if recover() != nil {
			group = nil
		}
	}()
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	if strings.Contains(strings.ToLower(contentType), "html") || bytes.HasPrefix(b, []byte("<")) {
		return nil, nil
	}
	var known bytes.Buffer
	lines, grouped := 0, false
	for line := range bytes.Lines(bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))) {
		if lines++; lines > robotsLines {
			break
		}
		line, _, _ = bytes.Cut(line, []byte("#"))
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(line) > robotsLine {
			continue
		}
		key, v := strings.ToLower(string(bytes.TrimSpace(name))), string(bytes.TrimSpace(value))
		grouped = grouped || key == "user-agent"
		switch key {
		case "user-agent", "allow", "disallow":
		case "crawl-delay":
			if s, err := strconv.ParseFloat(v, 64); err != nil || !(s >= 0 && s < 1e6) {
				continue
			}
		case "sitemap":
			if len(sitemaps) < robotsMaps && !slices.Contains(sitemaps, v) {
				sitemaps = append(sitemaps, v)
			}
			continue
		default:
			continue
		}
		if grouped { // a rule before any group is for nobody
			fmt.Fprintf(&known, "%s: %s\n", key, v)
		}
	}
	data, err := robotstxt.FromBytes(known.Bytes())
	if err != nil || data == nil {
		return nil, sitemaps
	}
	return data.FindGroup(agent), sitemaps
}
