-- Version 4. An index of the values of attributes that records carry themselves. A run stands for the records with
-- first <= id < until; runs do not overlap. attribute_posting has, by the run's id times 2^20, where its places begin, and
-- after that its parts. Records that came after their run was made are in attribute_late. Marks say which records are in
-- the index: those that were there before are taken in little by little.
CREATE TABLE attribute_run (
    first     INTEGER PRIMARY KEY,
    until     INTEGER NOT NULL,
    id        INTEGER NOT NULL UNIQUE,
    records   INTEGER NOT NULL,
    late      INTEGER NOT NULL,
    slot_bits INTEGER NOT NULL
);
CREATE TABLE attribute_posting (
    id   INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);
CREATE TABLE attribute_late (
    run    INTEGER NOT NULL,
    hash   INTEGER NOT NULL,
    record INTEGER NOT NULL,
    PRIMARY KEY (run, hash, record)
) WITHOUT ROWID;
INSERT INTO mark (name, value) SELECT 'index-since', coalesce(max(id) + 1, 0) FROM record;
INSERT INTO mark (name, value) SELECT 'index-until', coalesce(max(id) + 1, 0) FROM record;

-- The last record that a reading may belong to, rounded up; null where nobody knows. A reading's first is the first one.
ALTER TABLE reading ADD COLUMN until INTEGER;
