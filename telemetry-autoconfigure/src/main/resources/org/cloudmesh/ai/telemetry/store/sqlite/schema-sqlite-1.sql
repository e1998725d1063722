-- Version 1. Records are clustered by time: record.id is microseconds since 1970 times 2048, plus a number that tells
-- records of one microsecond apart.
CREATE TABLE mark (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO mark (name, value) VALUES ('syncs', 0);

CREATE TABLE process (
    id            INTEGER PRIMARY KEY,
    token         TEXT    NOT NULL,
    command       TEXT    NOT NULL,
    run           TEXT,
    user          TEXT    NOT NULL,
    last_sequence INTEGER NOT NULL
);
CREATE INDEX process_token ON process (token);

CREATE TABLE metric (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- The metrics of a record, in order: a JSON array of names. Values are in record.v0 to v7, more in record.more.
CREATE TABLE shape (
    id    INTEGER PRIMARY KEY,
    names TEXT NOT NULL UNIQUE
);

-- Attributes: those of few values as an object, and the names of those whose values stand in record.attributes. Without
-- names, record.attributes is an object itself.
CREATE TABLE attribute_set (
    id    INTEGER PRIMARY KEY,
    fixed TEXT NOT NULL,
    names TEXT
);

-- What records share.
CREATE TABLE kind (
    id            INTEGER PRIMARY KEY,
    process       INTEGER NOT NULL,
    status        TEXT    NOT NULL,
    event         TEXT,
    shape         INTEGER NOT NULL,
    attribute_set INTEGER
);
CREATE INDEX kind_parts ON kind (process, shape, status, event, attribute_set);

-- Readings of a machine: what stays is kept once, what changes is a JSON merge patch (RFC 7396) to it.
CREATE TABLE machine (
    id     INTEGER PRIMARY KEY,
    system TEXT NOT NULL UNIQUE
);
CREATE TABLE reading (
    id      INTEGER PRIMARY KEY,
    first   INTEGER NOT NULL,
    process INTEGER NOT NULL,
    machine INTEGER NOT NULL,
    patch   TEXT    NOT NULL
);
CREATE INDEX reading_first ON reading (first);

CREATE TABLE record (
    id         INTEGER PRIMARY KEY,
    kind       INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    reading    INTEGER,
    message    TEXT,
    attributes TEXT,
    v0 REAL, v1 REAL, v2 REAL, v3 REAL, v4 REAL, v5 REAL, v6 REAL, v7 REAL,
    more       TEXT
);

-- Aggregates. A cell stands for the records with first <= id < until; cells of one level do not overlap, and each is
-- made of whole cells of the level below. tree says which part a level covers.
CREATE TABLE tree (
    level INTEGER PRIMARY KEY,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
);
CREATE TABLE cell (
    level   INTEGER NOT NULL,
    first   INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    id      INTEGER NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (level, first)
) WITHOUT ROWID;
-- id is the cell's id times 2^32, plus the metric's; metric 0 counts records.
CREATE TABLE aggregate (
    id   INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);

-- Rows that the Python module wrote or writes, as it wrote them.
CREATE TABLE IF NOT EXISTS telemetry_python (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    timestamp TEXT,
    command   TEXT,
    status    TEXT,
    metrics   TEXT,
    system    TEXT,
    message   TEXT
);

CREATE VIEW telemetry AS
SELECT p.token || '-' || printf('%012d', r.sequence) AS id,
       strftime('%Y-%m-%dT%H:%M:%S', (r.id >> 11) / 1000000, 'unixepoch')
           || printf('.%06dZ', (r.id >> 11) % 1000000) AS timestamp,
       p.command AS command,
       k.status AS status,
       k.event AS event,
       (SELECT json_group_object(n.value, json(printf('%!.17g', CASE n.key
                   WHEN 0 THEN r.v0 WHEN 1 THEN r.v1 WHEN 2 THEN r.v2 WHEN 3 THEN r.v3
                   WHEN 4 THEN r.v4 WHEN 5 THEN r.v5 WHEN 6 THEN r.v6 WHEN 7 THEN r.v7
                   ELSE json_extract(r.more, '$[' || (n.key - 8) || ']') END)))
          FROM json_each(s.names) n) AS metrics,
       CASE WHEN a.id IS NULL THEN NULL
            WHEN a.names IS NULL THEN r.attributes
            WHEN a.names = '[]' THEN a.fixed
            ELSE json_patch(a.fixed,
                     (SELECT json_group_object(n.value, json_extract(r.attributes, '$[' || n.key || ']'))
                        FROM json_each(a.names) n)) END AS attributes,
       CASE WHEN g.id IS NULL THEN NULL ELSE json_patch(m.system, g.patch) END AS system,
       r.message AS message,
       p.run AS run,
       p.user AS user
  FROM record r
  JOIN kind k ON k.id = r.kind
  JOIN process p ON p.id = k.process
  JOIN shape s ON s.id = k.shape
  LEFT JOIN attribute_set a ON a.id = k.attribute_set
  LEFT JOIN reading g ON g.id = r.reading
  LEFT JOIN machine m ON m.id = g.machine
 WHERE p.token <> 'python'
UNION ALL
SELECT 'python-' || printf('%012d', id), timestamp, command, status, NULL, coalesce(metrics, '{}'), NULL, system,
       message, NULL, NULL
  FROM telemetry_python;

CREATE TRIGGER telemetry_insert INSTEAD OF INSERT ON telemetry
BEGIN
    INSERT INTO telemetry_python (timestamp, command, status, metrics, system, message)
    VALUES (new.timestamp, new.command, new.status, new.metrics, new.system, new.message);
END;
