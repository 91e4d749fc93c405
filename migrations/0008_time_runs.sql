-- Searching the log by time although the wall clock may step back. A run is a stretch of the log, by position, in which
-- no message was published more than `disorder` milliseconds before one in front of it; a clock that is set back begins
-- a new run. Inside a run, a bisection by publish time is right up to `disorder`.
CREATE TABLE time_runs (
    first_position INTEGER PRIMARY KEY,
    earliest INTEGER NOT NULL,  -- publish time of its first message, UTC milliseconds
    latest INTEGER,             -- the latest publish time in it; NULL in the last run, which still grows
    disorder INTEGER NOT NULL   -- milliseconds
);

-- The runs of the messages that are there: one begins wherever a message was published more than a second before its
-- predecessor.
INSERT INTO time_runs (first_position, earliest, latest, disorder)
SELECT min(position), min(CASE WHEN begins THEN published_at END), max(published_at), max(behind)
FROM (SELECT run, position, published_at, begins,
             max(published_at) OVER (PARTITION BY run ORDER BY position) - published_at AS behind
      FROM (SELECT position, published_at, begins, sum(begins) OVER (ORDER BY position) AS run
            FROM (SELECT position, published_at,
                         coalesce(published_at < lag(published_at) OVER (ORDER BY position) - 1000, 1) AS begins
                  FROM messages)))
GROUP BY run;
UPDATE time_runs SET latest = NULL WHERE first_position = (SELECT max(first_position) FROM time_runs);

-- Up to here rows may lack a checksum, because they are older than the checksums; behind it, one without is damaged.
INSERT INTO meta (key, value)
SELECT 'unchecked_up_to', max(position) FROM messages WHERE checksum IS NULL HAVING max(position) IS NOT NULL;
