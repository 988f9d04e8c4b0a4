package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"trucewatch/internal/news"
	"trucewatch/store"
)

// ExportCmd writes judged items.
type ExportCmd struct {
	Since  timeFlag `placeholder:"DATE" help:"Only items whose news time is at or after it."`
	Until  timeFlag `placeholder:"DATE" help:"Only items whose news time is before it."`
	Output string   `short:"o" placeholder:"FILE" help:"Write to a file instead of standard output; it appears only when it is complete."`
}

func (c *ExportCmd) Run(e *env) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	st, err := store.OpenExisting(e.ctx, cfg.Database)
	if err != nil {
		return err
	}
	defer st.Close()
	if c.Output == "" {
		return c.write(e, st, e.stdout)
	}
	return atomically(c.Output, func(w io.Writer) error { return c.write(e, st, w) })
}

func (c *ExportCmd) write(e *env, st *store.Store, w io.Writer) error {
	buf := bufio.NewWriterSize(w, 1<<16)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	f := news.ExportFilter{Since: c.Since.Time, Until: c.Until.Time}
	if err := st.Export(e.ctx, f, func(x news.Exported) error { return enc.Encode(x) }); err != nil {
		return err
	}
	return buf.Flush()
}

// atomically writes a file that appears only when it is complete.
func atomically(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".trucewatch-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
