-- A row for every open WebSocket; emptied at every start.
CREATE TABLE connections (
    id BLOB PRIMARY KEY,
    user TEXT NOT NULL,
    token_id TEXT NOT NULL,         -- the token's jti, or empty; never the token
    topics TEXT NOT NULL,           -- separated by newlines, which no topic contains
    connected_at INTEGER NOT NULL,  -- UTC milliseconds
    last_ping_at INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL
) WITHOUT ROWID;
