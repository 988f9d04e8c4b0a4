-- +goose Up
-- What several processes ask of one host together, so that a backfill beside the daemon is as
-- polite as one reader: when the last turn was given, and until when the server asked for patience.
CREATE TABLE hosts (
  host  TEXT    PRIMARY KEY,                  -- with its port, lower case
  turn  INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
-- Not reversible: restore a backup.
SELECT 1;
