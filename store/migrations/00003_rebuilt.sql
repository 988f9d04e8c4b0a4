-- +goose Up
-- What a rebuilding of history has settled last: what comes next may join it.
CREATE INDEX stories_rebuilt ON stories (topic, rebuilt, last) WHERE rebuilt <> 0;

-- +goose Down
-- Not reversible: restore a backup.
SELECT 1;
