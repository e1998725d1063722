-- Version 2. A cell may tell apart only what the common filters ask for: kinds of the same process, status and event
-- together, under the first of them. Cells of version 1 tell all kinds apart.
ALTER TABLE cell ADD COLUMN by_kind INTEGER NOT NULL DEFAULT 1;
CREATE INDEX kind_group ON kind (process, status, event);
