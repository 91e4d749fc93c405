-- Dead letters are counted per recipient, so that a recipient who misses a lot makes room at their own expense.
-- Triggers keep the counts, so that they are right whoever writes: the server, retention, `notifyd dlq purge`, or an
-- operator with a shell.

-- The bytes that the letter counts for, including its message if stored here. Older rows count as if it were not.
ALTER TABLE dead_letters ADD COLUMN bytes INTEGER NOT NULL DEFAULT 512;

-- A letter without a user shares the room of its queue.
ALTER TABLE dead_letters ADD COLUMN shared_queue TEXT AS (CASE WHEN user = '' THEN queue ELSE '' END) VIRTUAL;

-- The index ends with the rowid: a recipient's letters in order of arrival, whatever the clock said.
CREATE INDEX dead_letters_by_recipient ON dead_letters (user, shared_queue);

CREATE TABLE dead_letter_recipients (
    user TEXT NOT NULL,
    queue TEXT NOT NULL,     -- shared_queue
    letters INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (user, queue)
) WITHOUT ROWID;

CREATE INDEX dead_letter_recipients_by_bytes ON dead_letter_recipients (bytes);

-- One row for each table that has a limit as a whole.
CREATE TABLE table_sizes (
    name TEXT PRIMARY KEY NOT NULL,
    entries INTEGER NOT NULL,
    bytes INTEGER NOT NULL   -- 0 where only the rows are counted
) WITHOUT ROWID;

INSERT INTO dead_letter_recipients (user, queue, letters, bytes)
    SELECT user, shared_queue, count(*), sum(bytes) FROM dead_letters GROUP BY user, shared_queue;
INSERT INTO table_sizes (name, entries, bytes) SELECT 'dead_letters', count(*), coalesce(sum(bytes), 0) FROM dead_letters;
INSERT INTO table_sizes (name, entries, bytes) SELECT 'tickets', count(*), 0 FROM tickets;

CREATE TRIGGER dead_letter_added AFTER INSERT ON dead_letters BEGIN
    INSERT INTO dead_letter_recipients (user, queue, letters, bytes)
        VALUES (NEW.user, NEW.shared_queue, 1, NEW.bytes)
        ON CONFLICT (user, queue) DO UPDATE SET letters = letters + 1, bytes = bytes + excluded.bytes;
    UPDATE table_sizes SET entries = entries + 1, bytes = bytes + NEW.bytes WHERE name = 'dead_letters';
END;

CREATE TRIGGER dead_letter_removed AFTER DELETE ON dead_letters BEGIN
    DELETE FROM dead_letter_recipients WHERE user = OLD.user AND queue = OLD.shared_queue AND letters = 1;
    UPDATE dead_letter_recipients SET letters = letters - 1, bytes = bytes - OLD.bytes
        WHERE user = OLD.user AND queue = OLD.shared_queue;
    UPDATE table_sizes SET entries = entries - 1, bytes = bytes - OLD.bytes WHERE name = 'dead_letters';
END;

CREATE TRIGGER ticket_added AFTER INSERT ON tickets BEGIN
    UPDATE table_sizes SET entries = entries + 1 WHERE name = 'tickets';
END;

CREATE TRIGGER ticket_removed AFTER DELETE ON tickets BEGIN
    UPDATE table_sizes SET entries = entries - 1 WHERE name = 'tickets';
END;
