-- The first message with each deduplication key. A row is within the window while first_at is less than the window ago;
-- a few expired rows are deleted with every new one.
CREATE TABLE deduplication (
    key BLOB PRIMARY KEY,           -- SHA-256
    first_at INTEGER NOT NULL,      -- UTC milliseconds, by the clock that the window is counted with
    message_id BLOB NOT NULL,
    sequence INTEGER NOT NULL,      -- 0: not numbered
    published_at INTEGER NOT NULL   -- UTC milliseconds, as the publisher was told
) WITHOUT ROWID;

CREATE INDEX deduplication_by_time ON deduplication (first_at);
