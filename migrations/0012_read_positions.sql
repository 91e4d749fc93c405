-- How far each user has read in each topic. Topics with numbered messages are never deleted, so their ids stay valid.
CREATE TABLE read_positions (
    user TEXT NOT NULL,
    topic_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (user, topic_id)
) WITHOUT ROWID;

-- A position goes with the permission row, so that positions do not accumulate; a trigger, so that this holds whoever
-- deletes the row.
CREATE TRIGGER permission_removed AFTER DELETE ON permissions BEGIN
    DELETE FROM read_positions WHERE user = OLD.user AND topic_id = (SELECT id FROM topics WHERE name = OLD.topic);
END;
