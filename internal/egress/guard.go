package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// A guard decides which addresses may be connected to. It looks at the address
// a connection is about to be made to, after every name has been resolved, so
// an answer of the DNS that changes after a check gains nothing. What is public
// is decided by the IANA special-purpose registries as code.dny.dev/ssrf keeps
// them: for IPv6 everything outside 2000::/3 is refused, and with it mapped
// (::ffff:0:0/96), NAT64 and unique local addresses.
type guard struct {
	public   *ssrf.Guardian
	names    map[string]bool // "name:port", lower case
	addrs    map[netip.AddrPort]bool
	prefixes []netip.Prefix
}

func newGuard(allow []string) (*guard, error) {
	g := &guard{
		public: ssrf.New(ssrf.WithAnyPort()),
		names:  map[string]bool{},
		addrs:  map[netip.AddrPort]bool{},
	}
	var problems []error
	for i, entry := range allow {
		if err := g.except(entry); err != nil {
			problems = append(problems, fmt.Errorf("allow[%d]: %w", i, err))
		}
	}
	return g, errors.Join(problems...)
}

func (g *guard) except(entry string) error {
	if p, err := netip.ParsePrefix(entry); err == nil {
		if p.Addr().Is4() && p.Bits() < 8 || p.Bits() < 7 {
			return fmt.Errorf("%s is nearly everything: name the network that is meant", entry)
		}
		g.prefixes = append(g.prefixes, p.Masked())
		return nil
	}
	if a, err := netip.ParseAddrPort(entry); err == nil && a.Port() != 0 {
		g.addrs[netip.AddrPortFrom(a.Addr().Unmap(), a.Port())] = true
		return nil
	}
	host, port, err := net.SplitHostPort(entry)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n == 0 || host == "" || strings.ContainsAny(host, "/*: ") {
		return fmt.Errorf("%q: want host:port, or a prefix such as 10.1.0.0/16", clip(entry, 80))
	}
	g.names[strings.ToLower(entry)] = true
	return nil
}

// check refuses an address that is neither public nor excepted.
func (g *guard) check(a netip.AddrPort) error {
	plain := netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	if g.addrs[plain] {
		return nil
	}
	for _, p := range g.prefixes {
		if p.Contains(plain.Addr()) {
			return nil
		}
	}
	if g.public.SafeAddrPort(a) != nil {
		return &Error{Kind: Forbidden, Err: fmt.Errorf("%v; add host:port to http.allow if it is meant", plain)}
	}
	return nil
}

// control is called with the resolved address of every connection attempt.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" {
		return &Error{Kind: Forbidden, Err: fmt.Errorf("%s %s", network, clip(address, 80))}
	}
	return g.check(a)
}

type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// dialer returns how the transport connects. With a proxy that is all it ever
// connects to, and the operator named it.
func (g *guard) dialer(resolver *net.Resolver, proxy *url.URL, replaced dialFunc) dialFunc {
	if replaced != nil {
		return func(ctx context.Context, network, addr string) (net.Conn, error) {
			if a, err := netip.ParseAddrPort(addr); err == nil {
				if err := g.check(a); err != nil {
					return nil, err
				}
			}
			return replaced(ctx, network, addr)
		}
	}
	free := &net.Dialer{Timeout: 10 * time.Second, Resolver: resolver}
	if proxy != nil {
		return free.DialContext
	}
	guarded := *free
	guarded.Control = g.control
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if g.names[strings.ToLower(addr)] {
			return free.DialContext(ctx, network, addr)
		}
		return guarded.DialContext(ctx, network, addr)
	}
}

// destination checks where a request goes that a proxy will connect for us.
// A name that does not resolve here is left to the proxy, which may know better.
func (g *guard) destination(ctx context.Context, resolver *net.Resolver, u *url.URL) error {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return &Error{Kind: BadURL, Err: errors.New("bad port")}
	}
	name := strings.ToLower(u.Hostname())
	if g.names[net.JoinHostPort(name, port)] {
		return nil
	}
	if a, err := netip.ParseAddr(name); err == nil {
		return g.check(netip.AddrPortFrom(a, uint16(n)))
	}
	// 127.1, 0x7f.0.0.1 and 2130706433 are names to us and loopback to many a proxy.
	last := strings.TrimSuffix(name, ".")
	last = last[strings.LastIndexByte(last, '.')+1:]
	if last == "localhost" || last == "" || '0' <= last[0] && last[0] <= '9' {
		return &Error{Kind: Forbidden, Err: fmt.Errorf("%s", clip(name, 80))}
	}
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	addrs, err := resolver.LookupNetIP(ctx, "ip", name)
	if err != nil {
		return nil
	}
	for _, a := range addrs {
		if err := g.check(netip.AddrPortFrom(a.Unmap(), uint16(n))); err != nil {
			return err
		}
	}
	return nil
}

// throughProxy checks every request's destination before a proxy gets it.
type throughProxy struct {
	guard    *guard
	resolver *net.Resolver
	next     http.RoundTripper
}

func (p throughProxy) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := p.guard.destination(req.Context(), p.resolver, req.URL); err != nil {
		if req.Body != nil {
			req.Body.Close() // a RoundTripper's duty even when it sends nothing
		}
		return nil, err
	}
	return p.next.RoundTrip(req)
}

func parseProxy(s string) (*url.URL, error) {
	if s == "" {
		return nil, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
		return nil, errors.New("proxy: want an address such as http://proxy.example:3128") // what was given may hold a password
	}
	return u, nil
}
