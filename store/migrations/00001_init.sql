-- +goose Up
-- Times are UTC milliseconds, 0 for "never"; durations are milliseconds.
-- Lists and small structures that are read whole are JSON.

-- One row per source: what the configuration says of it, and what polling taught us.
CREATE TABLE feeds (
  id            INTEGER PRIMARY KEY,
  name          TEXT    NOT NULL UNIQUE,
  url           TEXT    NOT NULL,
  lang          TEXT    NOT NULL DEFAULT '',
  side          TEXT    NOT NULL DEFAULT '',
  publisher     TEXT    NOT NULL DEFAULT '',
  state_media   INTEGER NOT NULL DEFAULT 0,
  official      INTEGER NOT NULL DEFAULT 0,
  every         INTEGER NOT NULL DEFAULT 0,
  zone          TEXT    NOT NULL DEFAULT '',
  article       INTEGER NOT NULL DEFAULT 0,
  polled        INTEGER NOT NULL DEFAULT 0,
  paused        INTEGER NOT NULL DEFAULT 0,
  poll_url      TEXT    NOT NULL DEFAULT '',
  moved_to      TEXT    NOT NULL DEFAULT '',
  moved_seen    INTEGER NOT NULL DEFAULT 0,
  etag          TEXT    NOT NULL DEFAULT '',
  modified      TEXT    NOT NULL DEFAULT '',
  validator_url TEXT    NOT NULL DEFAULT '',
  poll_interval INTEGER NOT NULL DEFAULT 0,
  next_poll     INTEGER NOT NULL DEFAULT 0,
  last_try      INTEGER NOT NULL DEFAULT 0,
  last_ok       INTEGER NOT NULL DEFAULT 0,
  last_full     INTEGER NOT NULL DEFAULT 0,
  last_new      INTEGER NOT NULL DEFAULT 0,
  first_ok      INTEGER NOT NULL DEFAULT 0,
  failures      INTEGER NOT NULL DEFAULT 0,
  gone          INTEGER NOT NULL DEFAULT 0,
  gap           INTEGER NOT NULL DEFAULT 0,
  reason        TEXT    NOT NULL DEFAULT '',
  err           TEXT    NOT NULL DEFAULT '',
  partial       TEXT    NOT NULL DEFAULT '',
  skip_hours    INTEGER NOT NULL DEFAULT 0,  -- bit h: the feed asks not to be read in hour h, UTC
  skip_days     INTEGER NOT NULL DEFAULT 0,  -- bit d: nor on weekday d, 0 is Sunday
  trouble_since INTEGER NOT NULL DEFAULT 0   -- first failure of the present row of failures
) STRICT;

-- GUIDs and URLs that two entries of one document bore: they identify nothing in that feed.
CREATE TABLE unreliable (
  feed INTEGER NOT NULL REFERENCES feeds (id),
  key  INTEGER NOT NULL,                      -- guid_key or url_key
  PRIMARY KEY (feed, key)
) STRICT, WITHOUT ROWID;

-- One row per entry. Verdict, of, reason, novel, topics and tags: verdict and its kin are first
-- sight's and never change; topics and tags are the latest revision's.
CREATE TABLE items (
  id             INTEGER PRIMARY KEY,
  feed           INTEGER NOT NULL REFERENCES feeds (id),
  guid           TEXT    NOT NULL,
  url            TEXT    NOT NULL,
  canonical      TEXT    NOT NULL,
  guid_key       INTEGER NOT NULL,            -- hash of feed and GUID; 0 without a GUID
  url_key        INTEGER NOT NULL,            -- hash of feed and canonical URL; 0 without
  text_key       INTEGER NOT NULL,            -- hash of title, summary and content of the latest revision
  published      INTEGER NOT NULL,
  published_from TEXT    NOT NULL,
  news_time      INTEGER NOT NULL,            -- published if known and not after seen, else seen
  seen           INTEGER NOT NULL,
  origin         TEXT    NOT NULL,
  live_seen      INTEGER NOT NULL,            -- first seen in a live poll; 0: never
  fresh          INTEGER NOT NULL,            -- younger than poll.history_before at first sight
  backlog        INTEGER NOT NULL DEFAULT 0,  -- already there when its feed was first read
  state          TEXT    NOT NULL,
  due            INTEGER NOT NULL,            -- waiting_text: judged without the page from then on
  tries          INTEGER NOT NULL DEFAULT 0,  -- page fetches tried
  revision       INTEGER NOT NULL,
  revised        INTEGER NOT NULL,            -- when the latest revision was seen
  judged         INTEGER NOT NULL DEFAULT 0,  -- latest revision judged
  lang           TEXT    NOT NULL DEFAULT '',
  hash           TEXT    NOT NULL DEFAULT '',
  verdict        TEXT    NOT NULL DEFAULT '',
  of             INTEGER NOT NULL DEFAULT 0,
  reason         TEXT    NOT NULL DEFAULT '',
  evidence       TEXT    NOT NULL DEFAULT '',
  novel          TEXT    NOT NULL DEFAULT '',
  last_verdict   TEXT    NOT NULL DEFAULT '',
  last_novel     TEXT    NOT NULL DEFAULT '',
  relevance      TEXT    NOT NULL DEFAULT '', -- best of all topics
  topics         TEXT    NOT NULL DEFAULT '',
  tags           TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX items_guid ON items (guid_key);  -- whole: SQLite would not use a partial one for a bound key
CREATE INDEX items_url  ON items (url_key);
CREATE INDEX items_open ON items (id)       WHERE state <> 'judged';
CREATE INDEX items_seen ON items (seen);
CREATE INDEX items_of   ON items (of)       WHERE of <> 0;

-- The latest text of an item; emptied by retention, never removed.
CREATE TABLE texts (
  item    INTEGER PRIMARY KEY REFERENCES items (id),
  title   TEXT NOT NULL,
  summary TEXT NOT NULL,
  content TEXT NOT NULL,
  page    TEXT NOT NULL
) STRICT;

-- Revisions of items that were edited: the superseded ones with their text, and how each was judged.
CREATE TABLE revisions (
  item    INTEGER NOT NULL REFERENCES items (id),
  n       INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  title   TEXT    NOT NULL,
  summary TEXT    NOT NULL,
  content TEXT    NOT NULL,
  verdict TEXT    NOT NULL DEFAULT '',
  reason  TEXT    NOT NULL DEFAULT '',
  evidence TEXT   NOT NULL DEFAULT '',
  novel   TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (item, n)
) STRICT;

-- Fingerprint of the latest judged revision, enough to judge others without any text.
CREATE TABLE fingerprints (
  item INTEGER PRIMARY KEY REFERENCES items (id),
  fp   BLOB NOT NULL
) STRICT;

-- At most 8 index keys an item, under which it is found as a candidate.
CREATE TABLE keys (
  key  INTEGER NOT NULL,
  item INTEGER NOT NULL,
  PRIMARY KEY (key, item)
) STRICT, WITHOUT ROWID;

-- Sentences a publisher repeats below unrelated texts; they count for nothing until they expire.
CREATE TABLE boilerplate (
  publisher TEXT    NOT NULL,
  sentence  INTEGER NOT NULL,
  learnt    INTEGER NOT NULL,
  expires   INTEGER NOT NULL,
  PRIMARY KEY (publisher, sentence)
) STRICT, WITHOUT ROWID;

-- Developments, and the items that report them.
CREATE TABLE stories (
  id        INTEGER PRIMARY KEY,
  topic     TEXT    NOT NULL,
  first     INTEGER NOT NULL,                 -- news time of its first report
  last      INTEGER NOT NULL,
  live_seen INTEGER NOT NULL DEFAULT 0,       -- last time a member was revised or first seen in a live poll
  follows   INTEGER NOT NULL DEFAULT 0,
  rebuilt   INTEGER NOT NULL DEFAULT 0        -- which rebuilding of history made it; 0: none
) STRICT;
CREATE INDEX stories_live ON stories (live_seen) WHERE live_seen <> 0;
CREATE TABLE members (
  item   INTEGER NOT NULL REFERENCES items (id),
  story  INTEGER NOT NULL REFERENCES stories (id),
  topic  TEXT    NOT NULL,
  score  REAL    NOT NULL,
  why    TEXT    NOT NULL,
  sketch BLOB    NOT NULL,
  PRIMARY KEY (item, topic)
) STRICT;
CREATE INDEX members_story ON members (story, item);
CREATE TABLE story_keys (
  key  INTEGER NOT NULL,
  at   INTEGER NOT NULL,                      -- news time
  item INTEGER NOT NULL,
  PRIMARY KEY (key, at, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX story_keys_item ON story_keys (item);

-- Where each mechanism stands, one row per move; the newest of a mechanism and place stands.
CREATE TABLE ledger (
  id        INTEGER PRIMARY KEY,
  topic     TEXT    NOT NULL,
  mechanism TEXT    NOT NULL,
  place     TEXT    NOT NULL,
  stage     TEXT    NOT NULL,
  committed TEXT    NOT NULL,
  claim     INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  story     INTEGER NOT NULL,
  item      INTEGER NOT NULL,
  url       TEXT    NOT NULL,
  quote     TEXT    NOT NULL
) STRICT;
CREATE INDEX ledger_story ON ledger (story);
CREATE INDEX ledger_at ON ledger (topic, mechanism, place, at);

-- Dates and ends of durations that sources state.
CREATE TABLE dates (
  id        INTEGER PRIMARY KEY,
  item      INTEGER NOT NULL REFERENCES items (id),
  story     INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  precision TEXT    NOT NULL,
  zone      TEXT    NOT NULL,
  what      TEXT    NOT NULL,
  place     TEXT    NOT NULL,
  kind      TEXT    NOT NULL,
  quote     TEXT    NOT NULL
) STRICT;
CREATE INDEX dates_at ON dates (at);
CREATE INDEX dates_item ON dates (item);

-- Digests and alerts by name: a name's horizon is set at first sight and moved by nothing
-- but a restored backup.
CREATE TABLE digests (
  name       TEXT    PRIMARY KEY,
  first_seen INTEGER NOT NULL,
  horizon    INTEGER NOT NULL
) STRICT;

-- One row per cut; a slot is cut once.
CREATE TABLE cuts (
  id      INTEGER PRIMARY KEY,
  digest  TEXT    NOT NULL,
  slot    INTEGER NOT NULL,
  channel TEXT    NOT NULL,
  kind    TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  since   INTEGER NOT NULL,                   -- start of its window
  UNIQUE (digest, slot)
) STRICT;

-- What a channel was told of a development. Older marks stay, so that a parked message can give
-- its marks back.
CREATE TABLE told (
  channel  TEXT    NOT NULL,
  story    INTEGER NOT NULL REFERENCES stories (id),
  cut      INTEGER NOT NULL REFERENCES cuts (id),
  delivery INTEGER NOT NULL,
  digest   TEXT    NOT NULL,
  slot     INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  headline TEXT    NOT NULL,
  state    TEXT    NOT NULL,
  PRIMARY KEY (story, channel, cut)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_cut ON told (cut);

-- Messages to deliver, and what became of them.
CREATE TABLE outbox (
  id        INTEGER PRIMARY KEY,
  key       TEXT    NOT NULL UNIQUE,
  cut       INTEGER NOT NULL REFERENCES cuts (id),
  channel   TEXT    NOT NULL,
  digest    TEXT    NOT NULL,
  slot      INTEGER NOT NULL,
  kind      TEXT    NOT NULL,
  part      INTEGER NOT NULL,
  text      TEXT    NOT NULL,
  plain     TEXT    NOT NULL,
  blocks    TEXT    NOT NULL,
  thread    INTEGER NOT NULL,
  broadcast INTEGER NOT NULL,
  edit      INTEGER NOT NULL,
  state     TEXT    NOT NULL,
  created   INTEGER NOT NULL,
  due       INTEGER NOT NULL,
  claimed   INTEGER NOT NULL DEFAULT 0,
  attempts  INTEGER NOT NULL DEFAULT 0,
  lookups   INTEGER NOT NULL DEFAULT 0,
  plain_now INTEGER NOT NULL DEFAULT 0,
  ts        TEXT    NOT NULL DEFAULT '',
  cause     TEXT    NOT NULL DEFAULT '',
  story     INTEGER NOT NULL DEFAULT 0,       -- the one development it tells
  reacted   INTEGER NOT NULL DEFAULT 0        -- when its reactions were last counted
) STRICT;

-- Reactions on the replies that tell one development: counts, never who.
CREATE TABLE reactions (
  delivery INTEGER NOT NULL REFERENCES outbox (id),
  emoji    TEXT    NOT NULL,
  count    INTEGER NOT NULL,
  PRIMARY KEY (delivery, emoji)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_open ON outbox (channel, id) WHERE state IN ('queued', 'claimed', 'unknown', 'held');
CREATE INDEX outbox_state ON outbox (state, due);
CREATE INDEX outbox_cut ON outbox (cut);

-- How far each one-shot import has read, so that it resumes to the item.
CREATE TABLE imports (
  source   TEXT    PRIMARY KEY,
  position INTEGER NOT NULL,                  -- entries done
  cursor   TEXT    NOT NULL DEFAULT '',       -- where in the source to go on, in the source's own words
  digest   TEXT    NOT NULL,                  -- of what identifies the source's version
  updated  INTEGER NOT NULL,
  finished INTEGER NOT NULL
) STRICT;

-- Full text of what is about a topic.
CREATE VIRTUAL TABLE search USING fts4 (title, body, tokenize=unicode61 "remove_diacritics=0");

-- +goose Down
-- Not reversible: restore a backup.
SELECT 1;
