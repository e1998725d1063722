-- Telemetry of a fleet, PostgreSQL 13 and newer. Version 4. All times are UTC.
-- With telemetry.jdbc.initialize-schema=never, run this once, as it is or through Flyway or Liquibase.

CREATE TABLE telemetry_schema (
    version integer     NOT NULL PRIMARY KEY,
    applied timestamptz NOT NULL DEFAULT now()
);
INSERT INTO telemetry_schema (version) VALUES (4);

-- One row for each start of a program, and what it last said of itself. key is a hash of what tells rows apart; reading,
-- reading_day and reading_seq are those of its newest record that has one.
CREATE TABLE telemetry_process (
    id          integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         uuid        NOT NULL UNIQUE,
    token       text        NOT NULL,
    node        text        NOT NULL,
    command     text        NOT NULL,
    run         text,
    "user"      jsonb       NOT NULL,
    started     timestamptz NOT NULL,
    last_seen   timestamptz NOT NULL,
    records     bigint      NOT NULL DEFAULT 0,
    accepted    bigint,
    dropped     bigint,
    behind      bigint,
    degraded    text,
    reading     bigint,
    reading_day date,
    reading_seq bigint
);

-- What records of one process share: status, event and the names of the metrics, in the order of the record's values.
-- A series belongs to one process, so that nodes never wait for each other. key is a hash of all other columns.
CREATE TABLE telemetry_series (
    id      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key     uuid    NOT NULL UNIQUE,
    process integer NOT NULL,
    status  text    NOT NULL,
    event   text,
    metrics text[]  NOT NULL
);
CREATE INDEX ON telemetry_series (process);

-- Readings of a machine, by the first eight bytes of their SHA-256, on each day on which records carry them.
CREATE TABLE telemetry_reading (
    day     date    NOT NULL,
    process integer NOT NULL,
    id      bigint  NOT NULL,
    system  jsonb   NOT NULL,
    PRIMARY KEY (process, id, day)
) PARTITION BY RANGE (day);
CREATE TABLE telemetry_reading_other PARTITION OF telemetry_reading DEFAULT;

-- Partitions of a day are made as records come; telemetry_record_other takes what is too far from today.
CREATE TABLE telemetry_record (
    time       timestamptz NOT NULL,
    seq        bigint      NOT NULL,
    reading    bigint,
    process    integer     NOT NULL,
    series     integer     NOT NULL,
    numbers    float8[]    NOT NULL,
    attributes jsonb,
    during     jsonb,
    message    text,
    PRIMARY KEY (time, process, seq)
) PARTITION BY RANGE (time);
-- An index takes no text of more than some 2,700 bytes.
CREATE INDEX ON telemetry_record (left(attributes ->> 'trace_id', 64)) WHERE attributes ? 'trace_id';
CREATE TABLE telemetry_record_other PARTITION OF telemetry_record DEFAULT;

-- How many records of each process there are in each hour and each day of UTC. Changes with the records in one
-- transaction: then it is stale until it has been looked at, and not summed up until the roll-ups have all of them, which
-- few records never are. A row belongs to one process, so that nodes never wait for each other.
CREATE TABLE telemetry_block (
    span    text        NOT NULL CHECK (span IN ('hour', 'day')),
    time    timestamptz NOT NULL,
    process integer     NOT NULL,
    records bigint      NOT NULL,
    changed timestamptz NOT NULL,
    stale   boolean     NOT NULL,
    summed  boolean     NOT NULL,
    PRIMARY KEY (span, time, process)
) WITH (fillfactor = 70);
CREATE INDEX ON telemetry_block (span, time) WHERE stale;

-- Roll-ups: the values of each metric of each series in a block. buckets are those of telemetry_bucket, rising; counts
-- say how many values are in each. To be read with the block, where that is summed up.
-- Spans that end in '-process', '-status' and '-all' have as one what has process and status, status, or nothing but the
-- block in common; they stand under one of their series.
CREATE TABLE telemetry_rollup (
    span      text        NOT NULL,
    time      timestamptz NOT NULL,
    metric    text        NOT NULL,
    series    integer     NOT NULL,
    process   integer     NOT NULL,
    count     bigint      NOT NULL,
    sum       float8      NOT NULL,
    min       float8      NOT NULL,
    max       float8      NOT NULL,
    last      float8      NOT NULL,
    last_time timestamptz NOT NULL,
    buckets   integer[]   NOT NULL,
    counts    bigint[]    NOT NULL,
    PRIMARY KEY (span, time, metric, series)
);

-- Roll-ups: the records of each series in a block, those without a metric among them.
CREATE TABLE telemetry_rollup_records (
    span    text        NOT NULL,
    time    timestamptz NOT NULL,
    series  integer     NOT NULL,
    process integer     NOT NULL,
    records bigint      NOT NULL,
    first   timestamptz NOT NULL,
    last    timestamptz NOT NULL,
    PRIMARY KEY (span, time, series)
);

-- What one program of a fleet does for all, such as telling of an alert: who reports the change first. key is a hash of
-- the name.
CREATE TABLE telemetry_claim (
    key     uuid        NOT NULL PRIMARY KEY,
    name    text        NOT NULL,
    state   text        NOT NULL,
    changed timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE OR REPLACE FUNCTION telemetry_metrics(names text[], numbers float8[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT coalesce(jsonb_object_agg(n, v), '{}'::jsonb) FROM unnest(names, numbers) AS m(n, v) $$;

-- The bucket that a number falls into, 64 to each power of two: its leading bits. For percentiles within 0.8 %.
CREATE OR REPLACE FUNCTION telemetry_bucket(v float8) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN v = 0 THEN 0
                      WHEN v > 0 THEN 1 + ((get_byte(float8send(v), 0) << 10) | (get_byte(float8send(v), 1) << 2)
                                           | (get_byte(float8send(v), 2) >> 6))
                      ELSE -1 - (((get_byte(float8send(v), 0) & 127) << 10) | (get_byte(float8send(v), 1) << 2)
                                 | (get_byte(float8send(v), 2) >> 6)) END $$;

-- The number in the middle of a bucket.
CREATE OR REPLACE FUNCTION telemetry_bucket_middle(bucket integer) RETURNS float8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN bucket = 0 THEN 0::float8
                      ELSE sign(bucket) * power(2::float8, ((abs(bucket) - 1) >> 6) - 1023)
                           * (1 + (((abs(bucket) - 1) & 63) + 0.5) / 64) END $$;

CREATE VIEW telemetry AS
SELECT p.token || '-' || CASE WHEN r.seq < 1000000000000 THEN lpad(r.seq::text, 12, '0') ELSE r.seq::text END AS id,
       r.time AS timestamp,
       p.node,
       p.command,
       s.status,
       s.event,
       telemetry_metrics(s.metrics, r.numbers) AS metrics,
       r.attributes,
       CASE WHEN r.during IS NULL THEN g.system ELSE g.system || jsonb_build_object('during', r.during) END AS system,
       r.message,
       p.run,
       p."user"
  FROM telemetry_record r
  JOIN telemetry_process p ON p.id = r.process
  JOIN telemetry_series s ON s.id = r.series
  LEFT JOIN telemetry_reading g
    ON g.process = r.process AND g.id = r.reading AND g.day = (r.time AT TIME ZONE 'UTC')::date;
