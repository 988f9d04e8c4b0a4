package egress

import (
	"context"
	"net/url"
	"strings"
	"sync"
)

// hosts limits how many exchanges run against one host at a time. A host
// nobody asks is forgotten.
type hosts struct {
	limit  int
	mu     sync.Mutex
	byName map[string]*host
}

type host struct {
	slots chan struct{}
	users int // holding a slot or waiting for one
}

// acquire waits for a slot of the URL's host. Every hop of an exchange holds
// one slot only, that of the host it asks, so chains of redirects between hosts
// cannot wait for each other.
func (h *hosts) acquire(ctx context.Context, u *url.URL) (release func(), err error) {
	name := strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		name = strings.ToLower(u.Hostname())
	}
	h.mu.Lock()
	one := h.byName[name]
	if one == nil {
		one = &host{slots: make(chan struct{}, h.limit)}
		h.byName[name] = one
	}
	one.users++
	h.mu.Unlock()
	leave := func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if one.users--; one.users == 0 {
			delete(h.byName, name)
		}
	}
	if err := context.Cause(ctx); err != nil {
		leave()
		return nil, err
	}
	select {
	case one.slots <- struct{}{}:
		return func() { <-one.slots; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
}
