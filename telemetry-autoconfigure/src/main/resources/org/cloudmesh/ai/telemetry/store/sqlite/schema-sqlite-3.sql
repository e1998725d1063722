-- Version 3. What the machine did while the recorded work went on: the values of the object "during" in the order of the
-- view below; and the machine's readings between the records. history.id is a time, as record.id is; history.data holds
-- the numbers that stand in machine.system as 0, see the class ReadingCodec.
ALTER TABLE record ADD COLUMN during TEXT;

CREATE TABLE history (
    id      INTEGER PRIMARY KEY,
    process INTEGER NOT NULL,
    machine INTEGER NOT NULL,
    data    BLOB    NOT NULL
);

DROP VIEW IF EXISTS telemetry;
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
       CASE WHEN g.id IS NULL THEN NULL
            WHEN r.during IS NULL THEN json_patch(m.system, g.patch)
            ELSE json_set(json_patch(m.system, g.patch), '$.during',
                     json(CASE json_type(r.during) WHEN 'array' THEN json_object(
                         'seconds', json_extract(r.during, '$[0]'), 'readings', json_extract(r.during, '$[1]'),
                         'cpu_percent_avg', json_extract(r.during, '$[2]'), 'cpu_percent_max', json_extract(r.during, '$[3]'),
                         'memory_used_max', json_extract(r.during, '$[4]'), 'gpu_percent_avg', json_extract(r.during, '$[5]'),
                         'gpu_percent_max', json_extract(r.during, '$[6]'), 'gpu_memory_used_max', json_extract(r.during, '$[7]'),
                         'gpu_energy', json_extract(r.during, '$[8]'))
                     ELSE r.during END)) END AS system,
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
