-- Turns tables of versions 2 and 3 into those of version 4, see schema-postgresql.sql. Makes the key of all records anew, which
-- takes seconds for a million of them; meanwhile nodes wait and keep their records. Those of an earlier release go on with
-- the new tables until they are started again.

CREATE TABLE IF NOT EXISTS telemetry_claim (
    key     uuid        NOT NULL PRIMARY KEY,
    name    text        NOT NULL,
    state   text        NOT NULL,
    changed timestamptz NOT NULL DEFAULT clock_timestamp()
);

ALTER TABLE telemetry_process
    ADD COLUMN reading     bigint,
    ADD COLUMN reading_day date,
    ADD COLUMN reading_seq bigint;

-- Names of keys and indexes depend on how the tables were made.
DO $$
DECLARE
    former record;
BEGIN
    FOR former IN SELECT conname FROM pg_constraint WHERE conrelid = 'telemetry_record'::regclass AND contype = 'p' LOOP
        EXECUTE format('ALTER TABLE telemetry_record DROP CONSTRAINT %I', former.conname);
    END LOOP;
    FOR former IN SELECT indexrelid::regclass::text AS name FROM pg_index
                   WHERE indrelid = 'telemetry_record'::regclass
                     AND (pg_get_indexdef(indexrelid) LIKE '%("time", seq)'
                          OR pg_get_indexdef(indexrelid) LIKE '%((attributes ->> ''trace_id''::text))%') LOOP
        EXECUTE 'DROP INDEX ' || former.name;
    END LOOP;
END $$;

ALTER TABLE telemetry_record ADD PRIMARY KEY (time, process, seq);
CREATE INDEX ON telemetry_record (left(attributes ->> 'trace_id', 64)) WHERE attributes ? 'trace_id';

INSERT INTO telemetry_schema (version) VALUES (4);
