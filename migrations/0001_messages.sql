-- The log of messages and the numbers of its topics.

-- Key-value pairs: epoch (the database's random id) and last_position (written when rows are deleted, so that no
-- position is assigned twice even if all rows are gone).
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value NOT NULL
) WITHOUT ROWID;

-- last_sequence is the topic's number as far as the rows of `messages` do not show it: retention raises it when it
-- deletes rows, and without history every numbered message does.
CREATE TABLE topics (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    last_sequence INTEGER NOT NULL DEFAULT 0
);

-- position: the commit order of the whole database. counter: the topic's number after this message; a numbered message
-- increments it, any other carries it over. So (topic_id, counter, position) is the commit order of a topic, and its
-- message number N is the first row of counter N, if that row is numbered.
CREATE TABLE messages (
    position INTEGER PRIMARY KEY,
    topic_id INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    numbered INTEGER NOT NULL,
    message_id BLOB NOT NULL,
    published_at INTEGER NOT NULL,  -- UTC milliseconds
    channel TEXT,                   -- NULL: WebSocket
    head TEXT NOT NULL              -- the message's JSON, still open at its end
);

-- The only other B-tree of the log. Like every index in SQLite, it ends with the rowid, which is the position, and so
-- serves pages, numbers and times alike. A second index would cost a third of the write rate.
CREATE INDEX messages_by_topic ON messages (topic_id, counter);
