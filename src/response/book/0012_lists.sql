-- Lists as people keep them. What is in force is the engine's; it keeps hashes of keys, and the keys themselves stand here.

-- The last change of each key of a list that the journal has told of since this table was made, whoever asked for it. Keys of a pack's files are not here.
CREATE TABLE list_entry (
    list TEXT NOT NULL, hash TEXT NOT NULL, -- of the key, 32 digits
    key TEXT NOT NULL, is_on BIGINT NOT NULL, -- put on it, 0: taken off it
    from_us BIGINT, until_us BIGINT, source TEXT NOT NULL, reason TEXT NOT NULL,
    changed_by TEXT NOT NULL, second TEXT NOT NULL, -- persons, where two have done it
    changed_us BIGINT NOT NULL, sequence BIGINT NOT NULL, -- of the journal
    PRIMARY KEY (list, hash)
);
CREATE INDEX list_entry_changed ON list_entry (list, changed_us);

-- What a person wants of one key, which waits for another person, or was imported.
CREATE TABLE list_change (
    id BIGINT PRIMARY KEY, batch BIGINT NOT NULL, -- the first one of those that are settled together; a proposal's object
    list TEXT NOT NULL, hash TEXT NOT NULL, key TEXT NOT NULL, personal TEXT NOT NULL, -- how it is hidden; none
    op TEXT NOT NULL,                  -- PUT, REMOVE
    from_us BIGINT, until_us BIGINT, reason TEXT NOT NULL,
    state TEXT NOT NULL,               -- WAITING, REJECTED, WITHDRAWN; SENT to the engine, DONE; ENDED before somebody approved it
    proposal BIGINT, until_settled_us BIGINT, -- what it waits for, and how long
    message BIGINT,
    asked_by TEXT NOT NULL, asked_us BIGINT NOT NULL, second TEXT NOT NULL, settled_us BIGINT
);
CREATE INDEX list_change_batch ON list_change (batch, id);
CREATE INDEX list_change_list ON list_change (list, id);
CREATE INDEX list_change_message ON list_change (message) WHERE message IS NOT NULL;
CREATE INDEX list_change_waiting ON list_change (list, hash) WHERE state = 'WAITING';

-- What a proposal would do, where its object and word do not say it: JSON, or empty.
DROP VIEW seen_proposal;
ALTER TABLE proposal ADD COLUMN changes TEXT NOT NULL DEFAULT '';
CREATE VIEW seen_proposal AS SELECT c.mask AS viewer, p.* FROM proposal p CROSS JOIN clearance c WHERE c.secrecy = p.secrecy;
