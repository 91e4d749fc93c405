-- Who may do what. Roles: 1 viewer, 2 member, 3 admin.
CREATE TABLE permissions (
    user TEXT NOT NULL,
    topic TEXT NOT NULL,
    role INTEGER NOT NULL,
    granted_at INTEGER NOT NULL,  -- UTC milliseconds
    granted_by TEXT NOT NULL,
    PRIMARY KEY (user, topic)
) WITHOUT ROWID;

CREATE INDEX permissions_by_topic ON permissions (topic, user);
