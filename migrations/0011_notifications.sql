-- Each user's inbox. Clustered by user and id, which sorts by age: a user's newest notifications are neighbours.
CREATE TABLE notifications (
    user TEXT NOT NULL,
    id BLOB NOT NULL,             -- UUIDv7; users share the id of a notification that was sent to a topic
    type TEXT NOT NULL,
    channel TEXT NOT NULL,
    collapse_key TEXT,            -- a later notification with the same key takes its place; NULL: none
    created_at INTEGER NOT NULL,  -- UTC milliseconds
    expires_at INTEGER,
    read_at INTEGER,
    pending INTEGER,              -- 1 until a client has acknowledged or read it, then NULL
    content TEXT NOT NULL,        -- members of a JSON object: everything but id, userId and readAt
    PRIMARY KEY (user, id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX notifications_by_key ON notifications (user, collapse_key) WHERE collapse_key IS NOT NULL;
CREATE INDEX notifications_unread ON notifications (user, id) WHERE read_at IS NULL;
CREATE INDEX notifications_pending ON notifications (user, id) WHERE pending IS NOT NULL;
CREATE INDEX notifications_ending ON notifications (user, expires_at) WHERE expires_at IS NOT NULL AND read_at IS NULL;
CREATE INDEX notifications_by_type ON notifications (user, type, id);
CREATE INDEX notifications_by_age ON notifications (created_at);
CREATE INDEX notifications_by_end ON notifications (expires_at) WHERE expires_at IS NOT NULL;

-- What a user has chosen, and how many notifications are unread.
CREATE TABLE inboxes (
    user TEXT PRIMARY KEY NOT NULL,
    unread INTEGER NOT NULL,
    channels TEXT,                -- subscribed, separated by newlines; NULL: the user has never chosen
    in_app INTEGER NOT NULL,      -- 0: notifications are neither stored nor sent, unless mandatory
    muted_types TEXT NOT NULL,    -- types of which the same is true, separated by newlines
    preferences TEXT,             -- as the user set them, JSON; NULL: the defaults
    preferences_at INTEGER
) WITHOUT ROWID;

-- Triggers keep the count, so that it is right whoever writes: the server, retention, or an operator with a shell.
CREATE TRIGGER notification_added AFTER INSERT ON notifications WHEN NEW.read_at IS NULL BEGIN
    INSERT INTO inboxes (user, unread, in_app, muted_types) VALUES (NEW.user, 1, 1, '')
        ON CONFLICT (user) DO UPDATE SET unread = unread + 1;
END;
CREATE TRIGGER notification_removed AFTER DELETE ON notifications WHEN OLD.read_at IS NULL BEGIN
    UPDATE inboxes SET unread = unread - 1 WHERE user = OLD.user;
END;
CREATE TRIGGER notification_read AFTER UPDATE OF read_at ON notifications
    WHEN OLD.read_at IS NULL AND NEW.read_at IS NOT NULL BEGIN
    UPDATE inboxes SET unread = unread - 1 WHERE user = NEW.user;
END;

-- Notifications to a topic that have not reached all its members yet. A row is deleted with its last members.
CREATE TABLE topic_postings (
    id BLOB PRIMARY KEY NOT NULL,  -- that of the notification
    topic TEXT NOT NULL,
    after_user TEXT NOT NULL,      -- members up to this one have it
    type TEXT NOT NULL,
    channel TEXT NOT NULL,
    collapse_key TEXT NOT NULL,    -- empty: none
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    mandatory INTEGER NOT NULL,
    content TEXT NOT NULL
) WITHOUT ROWID;

-- What was answered to requests with an idempotency key, within the deduplication window.
CREATE TABLE notification_requests (
    key BLOB PRIMARY KEY NOT NULL,  -- SHA-256
    first_at INTEGER NOT NULL,      -- UTC milliseconds, by the clock that the window is counted with
    ids TEXT NOT NULL,              -- separated by newlines, as is what follows
    suppressed TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX notification_requests_by_time ON notification_requests (first_at);
