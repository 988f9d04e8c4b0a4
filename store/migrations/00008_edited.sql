-- +goose Up
-- What was read again within a digest's window.
CREATE INDEX items_revised ON items (revised) WHERE revision > 1;

-- +goose Down
-- Not reversible: restore a backup.
SELECT 1;
