-- What all rooms of the response share: how far the outcome stream was taken in, numbers, timers, messages that go out, and who did what.

-- One row for each stream that is read: everything up to `sequence` has been taken in, in the transaction that says so.
CREATE TABLE feed (name TEXT PRIMARY KEY, sequence BIGINT NOT NULL, at_us BIGINT NOT NULL);

-- Numbers that count without a gap; a number is taken in the transaction that uses it.
CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL);

-- Something to be done at a moment. A timer goes with the transaction that does it, so it fires once.
CREATE TABLE timer (
    kind TEXT NOT NULL, object BIGINT NOT NULL, due_us BIGINT NOT NULL,
    PRIMARY KEY (kind, object)
);
CREATE INDEX timer_due ON timer (due_us, kind, object);

-- Messages to other systems, written with what they tell of and sent later, in the order of their ids for each object.
CREATE TABLE message (
    id BIGINT PRIMARY KEY, endpoint TEXT NOT NULL, kind TEXT NOT NULL, object_kind TEXT NOT NULL, object BIGINT NOT NULL,
    body TEXT NOT NULL, made_us BIGINT NOT NULL, next_us BIGINT NOT NULL, attempts BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL, -- WAITING, DELIVERED, DEAD
    status BIGINT, problem TEXT, settled_us BIGINT
);
CREATE INDEX message_next ON message (endpoint, next_us, id) WHERE state = 'WAITING';
CREATE INDEX message_dead ON message (endpoint, id) WHERE state = 'DEAD';
CREATE INDEX message_object ON message (object_kind, object, id);

-- Every change of an object, in its order; never changed and never removed. `chain` is the SHA-256 of the row before it of the same object and of this row, so that a
-- row that was altered or taken out shows.
CREATE TABLE trace (
    object_kind TEXT NOT NULL, object BIGINT NOT NULL, number BIGINT NOT NULL,
    from_state TEXT NOT NULL, to_state TEXT NOT NULL, at_us BIGINT NOT NULL,
    actor_kind TEXT NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, chain TEXT NOT NULL,
    PRIMARY KEY (object_kind, object, number)
);
CREATE INDEX trace_actor ON trace (actor, at_us);

-- Records and timers that could not be handled, and why; they hold nothing up.
CREATE TABLE unread (kind TEXT NOT NULL, object BIGINT NOT NULL, at_us BIGINT NOT NULL, code TEXT NOT NULL, problem TEXT NOT NULL, PRIMARY KEY (kind, object));

-- Who may see what: a mask of domains (1 money laundering, 2 employees) and the secrecies that it opens. Rows of secret matters are reached by people through views
-- that join this.
CREATE TABLE clearance (mask BIGINT NOT NULL, secrecy TEXT NOT NULL, PRIMARY KEY (mask, secrecy));
INSERT INTO clearance (mask, secrecy) VALUES
    (0, 'NORMAL'), (1, 'NORMAL'), (1, 'AML'), (2, 'NORMAL'), (2, 'INSIDER'), (3, 'NORMAL'), (3, 'AML'), (3, 'INSIDER');
