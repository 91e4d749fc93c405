-- The single-use connection tokens that were issued: the rights they carry, and what became of them. Never the token
-- itself.
CREATE TABLE tickets (
    id BLOB PRIMARY KEY NOT NULL,      -- tokenId
    user TEXT NOT NULL,
    grants INTEGER NOT NULL,           -- 0 none, 1 service, 2 admin
    topics TEXT NOT NULL,              -- of the JWT's claims; separated by newlines, which no topic contains
    channels TEXT,                     -- allowedChannels, separated by newlines; NULL: not limited
    session_ends_at INTEGER NOT NULL,  -- UTC milliseconds: the JWT's exp
    issued_at INTEGER NOT NULL,        -- UTC milliseconds
    expires_at INTEGER NOT NULL,       -- UTC milliseconds
    kept_until INTEGER NOT NULL,       -- UTC milliseconds: expired, and out of the minute that issues are counted in
    used_at INTEGER,
    revoked_at INTEGER
);

CREATE INDEX tickets_by_user ON tickets (user, issued_at);
CREATE INDEX tickets_by_age ON tickets (kept_until);
