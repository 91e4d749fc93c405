-- Keeps the log searchable by time although the wall clock may step back. A run is a stretch of the log, by position,
-- in which no message was published more than `disorder` milliseconds before a message preceding it; a clock that is
-- set back begins a new run. Inside a run, a bisection by publish time is accurate up to `disorder`.
-- The runs of existing messages and the meta value `unchecked_up_to` (rows up to that position may lack a checksum,
-- because they are older than the checksums) are computed by src/storage/migration_steps.cpp in one pass over the log
-- in its own order; SQL would sort all of it in temporary files.
CREATE TABLE time_runs (
    first_position INTEGER PRIMARY KEY,
    earliest INTEGER NOT NULL,  -- publish time of its first message, UTC milliseconds
    latest INTEGER,             -- the latest publish time in it; NULL in the last run, which still grows
    disorder INTEGER NOT NULL   -- milliseconds
);
