package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"trucewatch/internal/news"
	"trucewatch/monitor"
)

// webOrigins are the sources on the web that the command line names.
func (c *BackfillCmd) webOrigins(e *env, a *app) (out []origin, err error) {
	for _, name := range c.Archive {
		f, err := feedFor(a, name)
		if err != nil {
			return nil, err
		}
		out = append(out, c.archiveOrigin(a, f, ""))
	}
	for _, address := range c.Sitemap {
		f, err := sitemapFeed(a, address, c.Feed)
		if err != nil {
			return nil, err
		}
		out = append(out, c.sitemapOrigin(a, f, address))
	}
	for _, name := range c.Captures {
		f, err := feedFor(a, name)
		if err != nil {
			return nil, err
		}
		out = append(out, c.capturesOrigin(a, f))
	}
	for _, name := range c.Auto {
		f, err := feedFor(a, name)
		if err != nil {
			return nil, err
		}
		found, err := c.discover(e, a, f)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// feedFor is the feed of a name or address: the configured one, else one of that
// address.
func feedFor(a *app, name string) (news.Feed, error) {
	for _, f := range a.cfg.NewsFeeds() {
		if f.Name == name || f.URL == name {
			return f, nil
		}
	}
	if u, err := url.Parse(name); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return news.Feed{}, usageError{fmt.Errorf("no feed is called %q, and it is no address", name)}
	}
	return news.Feed{Name: name, URL: name}, nil
}

// sitemapFeed is the feed that a sitemap's entries belong to: the one asked for,
// else the only configured one of its site, else one of the site's name.
func sitemapFeed(a *app, address, asked string) (news.Feed, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return news.Feed{}, usageError{fmt.Errorf("--sitemap %q is no address", address)}
	}
	var found []news.Feed
	for _, f := range a.cfg.NewsFeeds() {
		if fu, err := url.Parse(f.URL); asked != "" && (f.Name == asked || f.URL == asked) || asked == "" && err == nil && strings.EqualFold(fu.Host, u.Host) {
			found = append(found, f)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	name := asked
	if name == "" {
		name = u.Host
	}
	return news.Feed{Name: name, URL: address}, nil
}

// web reads the web for one source. All sources of a run know what sites ask for, and
// what was looked at to find out what they offer.
func (c *BackfillCmd) web(a *app) *politeWeb {
	turns := a.store
	if c.turns != nil {
		turns = c.turns
	}
	if c.robots == nil {
		c.robots = &monitor.Robots{Fetch: a.client}
	}
	return newPoliteWeb(a, turns, c.robots, &c.looked, c.Pace)
}

func (c *BackfillCmd) archiveOrigin(a *app, f news.Feed, mode string) origin {
	return origin{label: "archive of " + f.Name, key: "archive " + f.URL, open: func(ctx context.Context, cursor string) (source, error) {
		w := c.web(a)
		if mode == "" {
			var err error
			w.looks = true
			if mode, err = probeArchive(ctx, w, f); err != nil {
				return nil, err
			}
			w.looks = false
			if mode == "" {
				a, err := openArchive(w, f, byLinks, c.Since.Time, cursor)
				if err == nil {
					a.note = "the feed names no older pages: only what it holds now is read; --auto finds out what else there is"
				}
				return a, err
			}
		}
		return openArchive(w, f, mode, c.Since.Time, cursor)
	}}
}

func (c *BackfillCmd) sitemapOrigin(a *app, f news.Feed, address string) origin {
	f.URL = address
	return origin{label: "sitemap " + address, key: "sitemap " + address, open: func(_ context.Context, cursor string) (source, error) {
		return openSitemap(c.web(a), f, c.Pages, c.Since.Time, cursor)
	}}
}

func (c *BackfillCmd) capturesOrigin(a *app, f news.Feed) origin {
	return origin{label: "captures of " + f.Name, key: "captures " + c.CDX + " " + f.URL, open: func(_ context.Context, cursor string) (source, error) {
		return openCaptures(c.web(a), f, c.CDX, c.Since.Time, c.Until.Time, cursor)
	}}
}

// discover finds out what a feed offers, says so, and asks before anything is read. A
// feed that offers nothing is a source that fails, and hinders no other.
func (c *BackfillCmd) discover(e *env, a *app, f news.Feed) (out []origin, err error) {
	w := c.web(a)
	w.looks = true
	fmt.Fprintf(e.stdout, "%s offers:\n", f.Name)
	mode, err := probeArchive(e.ctx, w, f)
	switch {
	case err != nil:
		fmt.Fprintf(e.stdout, "  its own archive: cannot be told: %v\n", err)
	case mode == "":
		fmt.Fprintln(e.stdout, "  no archive of its own")
	default:
		how := map[string]string{byLinks: "the links to older pages in it", byPaged: "?paged=N", byPage: "?page=N"}[mode]
		fmt.Fprintf(e.stdout, "  its own archive, by %s, from the newest page to the oldest\n", how)
		out = append(out, c.archiveOrigin(a, f, mode))
	}
	sitemaps := probeSitemaps(e.ctx, w, f)
	for _, m := range sitemaps {
		what := "titles and dates only; --pages reads the articles too"
		if c.Pages {
			what = "with the articles themselves, one document each"
		}
		fmt.Fprintf(e.stdout, "  a news sitemap, %s (%s): %s\n", m.address, m.holds, what)
		out = append(out, c.sitemapOrigin(a, f, m.address))
	}
	if len(sitemaps) == 0 {
		fmt.Fprintln(e.stdout, "  no news sitemap")
	}
	found, err := probeCaptures(e.ctx, w, f, c.CDX, c.Since.Time, c.Until.Time)
	switch {
	case err != nil:
		fmt.Fprintf(e.stdout, "  captures in the web archive of %s: cannot be told: %v\n", siteOf(c.CDX), err)
	case found.n == 0:
		fmt.Fprintf(e.stdout, "  no captures in the web archive of %s\n", siteOf(c.CDX))
	default:
		fmt.Fprintf(e.stdout, "  %s in the web archive of %s, from %s on, one document each\n", found, siteOf(c.CDX), found.first.Format(time.DateOnly))
		out = append(out, c.capturesOrigin(a, f))
	}
	if e.ctx.Err() != nil {
		return nil, e.ctx.Err()
	}
	if len(out) == 0 {
		return []origin{{label: "history of " + f.Name, open: func(context.Context, string) (source, error) {
			return nil, errors.New("it offers none that can be read")
		}}}, nil
	}
	if c.DryRun || c.Yes {
		return out, nil
	}
	if !c.agreed(e, len(out)) {
		return nil, usageError{fmt.Errorf("nothing was read; add --yes to read this history")}
	}
	return out, nil
}

// agreed asks on a terminal; elsewhere nobody can agree.
func (c *BackfillCmd) agreed(e *env, sources int) bool {
	in, ok := e.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return false
	}
	what := "it"
	if sources > 1 {
		what = fmt.Sprintf("these %d, in this order", sources)
	}
	fmt.Fprintf(e.stderr, "Read %s, at most one document of a host every %v? Nothing of it is told. [y/N] ", what, c.Pace)
	line, err := bufio.NewReader(in).ReadString('\n')
	return err == nil && strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "y")
}
