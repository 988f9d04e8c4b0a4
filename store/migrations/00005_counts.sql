-- +goose Up
-- How many there are of what `status` counts and what a table has too many of to be counted
-- each time; kept by the triggers below. Items need none: they are never removed.
CREATE TABLE counts (
  what TEXT    PRIMARY KEY,                   -- main, mention: items by their best relevance; stories
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counts (what, n) VALUES
  ('main', (SELECT count(*) FROM items WHERE relevance = 'main')),
  ('mention', (SELECT count(*) FROM items WHERE relevance = 'mention')),
  ('stories', (SELECT count(*) FROM stories));
-- +goose StatementBegin
CREATE TRIGGER items_relevance AFTER UPDATE OF relevance ON items
WHEN old.relevance <> new.relevance AND (old.relevance IN ('main', 'mention') OR new.relevance IN ('main', 'mention')) BEGIN
  UPDATE counts SET n = n - 1 WHERE what = old.relevance;
  UPDATE counts SET n = n + 1 WHERE what = new.relevance;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stories_made AFTER INSERT ON stories BEGIN
  UPDATE counts SET n = n + 1 WHERE what = 'stories';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER stories_removed AFTER DELETE ON stories BEGIN
  UPDATE counts SET n = n - 1 WHERE what = 'stories';
END;
-- +goose StatementEnd
CREATE INDEX items_seeds ON items (id) WHERE origin = 'seed';

-- +goose Down
-- Not reversible: restore a backup.
SELECT 1;
