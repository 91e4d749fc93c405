-- Messages that could not be delivered, one row per message and recipient.
-- head: the message itself, if there is no history to find it in. marked: the command line has asked for a redrive, and
-- the server, which alone can send, has not done it yet.
CREATE TABLE dead_letters (
    id BLOB PRIMARY KEY NOT NULL,      -- UUIDv7: sorts by the time it was made
    queue TEXT NOT NULL,
    message_id BLOB NOT NULL,
    topic TEXT NOT NULL,
    sequence INTEGER NOT NULL,         -- 0: not numbered
    connection BLOB,
    user TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    first_failed_at INTEGER NOT NULL,  -- UTC milliseconds
    last_failed_at INTEGER NOT NULL,
    marked INTEGER NOT NULL DEFAULT 0,
    head TEXT
);

CREATE INDEX dead_letters_by_queue ON dead_letters (queue, id);
CREATE INDEX dead_letters_by_age ON dead_letters (last_failed_at);
CREATE INDEX dead_letters_marked ON dead_letters (id) WHERE marked = 1;
