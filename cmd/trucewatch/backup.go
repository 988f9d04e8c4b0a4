package main

import (
	"fmt"
	"path/filepath"

	"trucewatch/store"
)

// BackupCmd copies the database.
type BackupCmd struct {
	File string `arg:"" type:"path" help:"File to write; a former one of that name is replaced once the new one is whole."`
}

func (*BackupCmd) Help() string {
	return `Works beside a running daemon and makes nothing wait. How to restore: docs/operations.md.`
}

func (c *BackupCmd) Run(e *env) error {
	cfg, err := e.loadConfig()
	if err != nil {
		return err
	}
	size, err := store.Backup(e.ctx, cfg.Database, c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stderr, "%s: %.1f MB, checked\n", filepath.Base(c.File), float64(size)/1e6)
	return nil
}
