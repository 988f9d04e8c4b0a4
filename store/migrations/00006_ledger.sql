-- +goose Up
-- When a move's evidence was at hand: a digest tells what has moved since the one before, and
-- news travels later than it happens. Of imported history, its own time.
ALTER TABLE ledger ADD COLUMN known INTEGER NOT NULL DEFAULT 0;
UPDATE ledger SET known = at;
-- The first origin of its evidence: another development tells of it from another origin, or not.
ALTER TABLE ledger ADD COLUMN origin TEXT NOT NULL DEFAULT '';
-- Whether a source says that a date takes the place of another: "moved to 22 January".
ALTER TABLE dates ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;

-- +goose Down
-- Not reversible: restore a backup.
SELECT 1;
