-- +goose Up
-- What a message carries unseen, for a program that starts on an older copy of its
-- database: a word to the operator says what they had been told by then.
ALTER TABLE outbox ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- +goose Down
-- Not reversible: restore a backup.
SELECT 1;
