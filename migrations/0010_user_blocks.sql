-- Users who may neither connect nor publish.
CREATE TABLE user_blocks (
    user TEXT PRIMARY KEY,
    blocked_at INTEGER NOT NULL,  -- UTC milliseconds
    blocked_by TEXT NOT NULL,
    until INTEGER,                -- UTC milliseconds; NULL: until it is lifted
    reason TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX user_blocks_by_end ON user_blocks (until) WHERE until IS NOT NULL;
