package notify

// Alert is what only an alert or a correction holds.
type Alert struct{}

func alertPage(d Digest) page { return nil }
