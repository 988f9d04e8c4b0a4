package notify

import (
	"strings"
	"time"
)

const (
	stampDay    = "Mon 2 Jan"
	stampMinute = "Mon 2 Jan 15:04"
)

// zoneName is what readers call a zone: its city, without the continent.
func zoneName(z *time.Location) string {
	if z == nil {
		return "UTC"
	}
	name := z.String()
	if name == "Local" {
		return "local time"
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	return strings.ReplaceAll(name, "_", " ")
}

func in(z *time.Location, t time.Time) time.Time {
	if z == nil {
		return t.UTC()
	}
	return t.In(z)
}
