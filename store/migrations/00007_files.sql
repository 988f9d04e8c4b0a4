-- +goose Up
-- A message may carry a file, such as the table of a recap: its name, which no other file of
-- ours in the channel has, and its text.
ALTER TABLE outbox ADD COLUMN file_name TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN file      TEXT NOT NULL DEFAULT '';

-- +goose Down
-- Not reversible: restore a backup.
SELECT 1;
