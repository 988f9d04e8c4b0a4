package feed

import (
	"net"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// resolveURL makes an absolute http(s) URL of a link as published; "" when it is
// none. An absolute link is kept as it is but for blanks and escapes that make it
// unreadable.
func resolveURL(base, link string) string {
	link = clean(link)
	if strings.Contains(link, "&amp;") {
		link = strings.ReplaceAll(link, "&amp;", "&") // escaped twice
	}
	if link == "" || len(link) > maxURL {
		return ""
	}
	if hasFold([]byte(link), "www.") {
		link = "https://" + link
	}
	link = strings.ReplaceAll(link, " ", "%20")
	u, err := url.Parse(link)
	if err != nil {
		link = escapePercent(link)
		if u, err = url.Parse(link); err != nil {
			return ""
		}
	}
	if u.Scheme == "" {
		b, err := url.Parse(base)
		switch {
		case err == nil && b.Host != "":
			u = b.ResolveReference(u)
		case u.Host != "":
			u.Scheme = "https"
		}
		link = u.String()
	}
	if scheme := strings.ToLower(u.Scheme); scheme != "http" && scheme != "https" || u.Hostname() == "" || len(link) > maxURL {
		return ""
	}
	return link
}

// escapePercent escapes the percent signs that start no escape.
func escapePercent(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])) {
			b.WriteString("%25")
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Canonical reduces a URL to what identifies the page: two URLs of one article
// should give the same string, two of different articles never. It is for
// comparing, not for asking. The result is "" for all but http(s) URLs, and
// Canonical of it is itself.
//
// The scheme becomes https; user, default port, a trailing dot, www and the
// prefixes of mobile and AMP hosts go, and hosts known to serve the same pages
// become one; names are ASCII (IDNA). AMP caches are unwrapped, AMP segments of
// the path and parameters go, as do index files, empty segments and the trailing
// slash. Escapes are made uniform. Parameters that say where the reader came from
// go, the others keep their order. The fragment goes too, for it names a place
// in a page, unless it starts with "!" or "/", when it is the route of a
// scripted page. A live blog's entries therefore share one canonical URL and
// differ in the fragment of the raw one.
func Canonical(raw string) string {
	// Unwrapping can uncover another wrapping; four are more than exist.
	for range 4 {
		next := canonicalOnce(raw)
		if next == raw {
			return next
		}
		raw = next
	}
	if canonicalOnce(raw) != raw {
		return ""
	}
	return raw
}

func canonicalOnce(raw string) string {
	raw = strings.TrimSpace(raw)
	if raw == "" || len(raw) > maxURL {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil {
		u, err = url.Parse(escapePercent(strings.ReplaceAll(clean(raw), " ", "%20")))
		if err != nil {
			return ""
		}
	}
	if scheme := strings.ToLower(u.Scheme); scheme != "http" && scheme != "https" {
		return ""
	}
	host := canonicalHost(u.Hostname())
	if host == "" {
		return ""
	}
	if unwrapped := unwrapAMP(host, u); unwrapped != "" {
		return unwrapped
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		host = net.JoinHostPort(strings.Trim(host, "[]"), port)
	}
	var b strings.Builder
	b.WriteString("https://")
	b.WriteString(host)
	b.WriteString(canonicalPath(u.EscapedPath()))
	if q := canonicalQuery(u.RawQuery); q != "" {
		b.WriteByte('?')
		b.WriteString(q)
	}
	if f := u.EscapedFragment(); f != "" && (f[0] == '!' || f[0] == '/') {
		b.WriteByte('#')
		b.WriteString(uniform(f))
	}
	return b.String()
}

// canonicalHost is the host that stands for all that serve the same pages.
func canonicalHost(host string) string {
	host = strings.TrimRight(strings.ToLower(host), ".")
	if strings.ContainsFunc(host, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return ""
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	if !plainHost(host) {
		if ascii, err := idnaProfile.ToASCII(host); err == nil {
			host = ascii
		}
	}
	if host == "" || strings.ContainsAny(host, " /?#@\\%<>\"") {
		return ""
	}
	for range 3 {
		label, rest, ok := strings.Cut(host, ".")
		if !ok || !strings.Contains(rest, ".") || !samePageLabels[label] {
			break
		}
		host = rest
	}
	if one, ok := samePageHosts[host]; ok {
		host = one
	}
	return strings.TrimRight(host, ".")
}

// plainHost reports a name of which IDNA would change nothing.
func plainHost(host string) bool {
	for i := range len(host) {
		if c := host[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' {
			return false
		}
	}
	return !strings.Contains(host, "xn--")
}

var idnaProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// samePageLabels start hosts that serve the pages of the host behind them.
var samePageLabels = map[string]bool{"www": true, "m": true, "mobile": true, "amp": true, "wap": true, "touch": true, "pda": true, "www2": true}

// samePageHosts serve the same pages under the same paths.
var samePageHosts = map[string]string{
	"edition.cnn.com": "cnn.com", "us.cnn.com": "cnn.com", "lite.cnn.com": "cnn.com", "rss.cnn.com": "cnn.com",
	"bbc.co.uk": "bbc.com", "dw.de": "dw.com", "dw-world.de": "dw.com",
	"guardian.co.uk": "theguardian.com", "uk.reuters.com": "reuters.com", "us.reuters.com": "reuters.com",
	"global.nytimes.com": "nytimes.com", "international.nytimes.com": "nytimes.com",
}

// unwrapAMP returns the URL an AMP cache or viewer wraps, "" when u is none.
func unwrapAMP(host string, u *url.URL) string {
	path := u.EscapedPath()
	switch {
	case strings.HasSuffix(host, "cdn.ampproject.org"):
		// /c/s/host/path, also /v/s/ and /wp/s/; without s it was http
		_, rest, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if !ok {
			return ""
		}
		path = rest
	case host == "google.com" && strings.HasPrefix(path, "/amp/"):
		path = strings.TrimPrefix(path, "/amp/")
	default:
		return ""
	}
	path = strings.TrimPrefix(path, "s/")
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return ""
	}
	path = "https://" + path
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	return path
}

// canonicalPath makes an escaped path uniform; "" stands for the root.
func canonicalPath(path string) string {
	path = uniform(path)
	var keep []string
	for s := range strings.SplitSeq(path, "/") {
		switch s {
		case "", ".":
		case "..":
			if len(keep) > 0 {
				keep = keep[:len(keep)-1]
			}
		default:
			keep = append(keep, s)
		}
	}
	for changed := true; changed && len(keep) > 0; {
		changed = false
		last := len(keep) - 1
		name := strings.ToLower(keep[last])
		switch {
		case indexFiles[name]:
			keep = keep[:last]
			changed = true
			continue
		case strings.HasSuffix(name, ".amp.html") && len(name) > len(".amp.html"):
			keep[last] = keep[last][:len(name)-len(".amp.html")] + ".html"
			changed = true
		case strings.HasSuffix(name, ".amp") && len(name) > len(".amp"):
			keep[last] = keep[last][:len(name)-len(".amp")]
			changed = true
		}
		for i, s := range keep {
			if strings.EqualFold(s, "amp") && len(keep) > 1 {
				keep = append(keep[:i:i], keep[i+1:]...)
				changed = true
				break
			}
		}
	}
	if len(keep) == 0 {
		return ""
	}
	return "/" + strings.Join(keep, "/")
}

var indexFiles = map[string]bool{"index.html": true, "index.htm": true, "index.php": true, "index.shtml": true, "index.asp": true, "index.aspx": true, "index.jsp": true, "default.aspx": true}

// canonicalQuery drops the parameters that do not identify.
func canonicalQuery(query string) string {
	var keep []string
	for pair := range strings.SplitSeq(query, "&") {
		pair = strings.ReplaceAll(uniform(pair), "%20", "+")
		name, value, _ := strings.Cut(pair, "=")
		if name == "" || isTracking(strings.ToLower(name), strings.ToLower(value)) {
			continue
		}
		if value == "" {
			pair = name
		}
		keep = append(keep, pair)
	}
	return strings.Join(keep, "&")
}

// isTracking reports parameters that tell the site where the reader came from.
func isTracking(name, value string) bool {
	for _, prefix := range trackingPrefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return trackingNames[name] || (sourceNames[name] && sourceValues[value]) || (name == "mod" && isPlacement(value))
}

// isPlacement reports the values with which a site's own pages say where on them
// the reader found a link: "hp_lead_pos7", "us_lead_story".
func isPlacement(value string) bool {
	return strings.HasPrefix(value, "rss") || strings.HasPrefix(value, "hp_") || strings.Contains(value, "_pos") || strings.Contains(value, "lead_") || strings.Contains(value, "_lead")
}

var trackingPrefixes = []string{"utm_", "at_", "ns_", "wt_", "mtm_", "pk_", "piwik_", "hsa_", "itm_", "gaa_", "vero_", "oly_", "mc_", "_hs", "matomo_", "ga_"}

// trackingNames never identify a page.
var trackingNames = set(
	"fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid igsh mibextid li_fat_id _ga _gl " +
		"s_cid cmp cmpid icid ncid ocid ito xtor maca traffic_source ftag intcid srnd sref smid smtyp mkt_tok " +
		"guccounter guce_referrer guce_referrer_sig soc_src soc_trk tsrc __twitter_impression _openstat sfnsn " +
		"amp outputtype ref_src ref_url rss syndication-id feedtype feedname nr_email_referer tblci dicbo " +
		"spm trk wpsrc sharetoken share_id leadsource rpc taid asgtbndr sr_share fb_action_ids fb_ref")

// sourceNames identify unless their value is one of sourceValues.
var (
	sourceNames  = set("from source src ref partner feed origin via output campaign medium referrer referer share utm traffic type")
	sourceValues = set("rss rss2 rssfeed rss_feed feed atom twitter facebook telegram tg vk viber whatsapp newsletter email mail social googlenews google_news google yandex yandexnews newsfeed from_rss feedburner amp main")
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// uniform writes escapes in one way: unreserved characters plain, all others that
// are not part of a URL's grammar as %XX with capitals.
func uniform(s string) string {
	from := 0
	for from < len(s) && grammatical[s[from]] {
		from++
	}
	if from == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:from])
	for i := from; i < len(s); i++ {
		c := s[i]
		plain := grammatical[c]
		if c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			plain = unreserved[c]
			i += 2
		}
		if plain {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

// unreserved marks the bytes that mean the same escaped and plain; grammatical those
// and the ones that belong to a URL's grammar.
var unreserved, grammatical = func() (u, g [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") {
		u[c], g[c] = true, true
	}
	for _, c := range []byte("!$&'()*+,;=:@/?") {
		g[c] = true
	}
	return u, g
}()

const hexDigits = "0123456789ABCDEF"

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
