-- kind: 0 standard, 1 fifo and numbered, 2 fifo and not numbered. Existing unnumbered fifo messages stay 0.
ALTER TABLE messages RENAME COLUMN numbered TO kind;

-- XXH3_64 over the head, seeded with a hash of the row's other columns; NULL in older rows: not checked.
ALTER TABLE messages ADD COLUMN checksum INTEGER;
