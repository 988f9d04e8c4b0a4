-- +goose Up
-- What the operator was told of each kind of trouble: one row a cause.
CREATE TABLE alarms (
  cause    TEXT    PRIMARY KEY,
  open     INTEGER NOT NULL,                  -- 1 until the operator was told that it is over
  told     INTEGER NOT NULL,                  -- when it was last told
  subjects TEXT    NOT NULL                   -- what was told to be in trouble, JSON
) STRICT;

-- +goose Down
-- Not reversible: restore a backup.
SELECT 1;
