-- What people choose from, and what two of them do together.

-- Lists of alerts go by moment or by rank behind one thing that they have in common; each has an index that gives the order.
DROP INDEX alert_customer;
DROP INDEX alert_account;
CREATE INDEX alert_customer ON alert (customer, opened_us, id);
DROP INDEX alert_subject;
CREATE INDEX alert_subject ON alert (subject_kind, subject, opened_us, id);
CREATE INDEX alert_account ON alert (account, opened_us, id);
CREATE INDEX alert_payee ON alert (payee, opened_us, id);
CREATE INDEX alert_branch ON alert (branch, opened_us, id);
CREATE INDEX alert_group ON alert (typology_group, opened_us, id);
CREATE INDEX alert_state ON alert (state, opened_us, id);
CREATE INDEX alert_code ON alert (code, opened_us, id);
CREATE INDEX alert_worked ON alert (owner, opened_us, id);
CREATE INDEX alert_closed_by ON alert (strategy, opened_us, id);
CREATE INDEX alert_case_id ON alert (case_id, id);
CREATE INDEX alert_open_since ON alert (opened_us, id) WHERE is_open = 1;
CREATE INDEX alert_open_rank ON alert (rank DESC, id) WHERE is_open = 1;
-- What waits is counted without reading the alerts themselves.
CREATE INDEX alert_waits ON alert (is_waiting, skill, level, severity, state, secrecy, queued_us, decide_us) WHERE is_open = 1;
CREATE INDEX alert_to_approve ON alert (secrecy) WHERE approval = 'ASKED';
CREATE INDEX cleared_alert ON cleared (alert);

CREATE INDEX task_all ON task (state, id);
CREATE INDEX task_of_branch ON task (branch, state, id);
CREATE VIEW seen_task AS SELECT c.mask AS viewer, t.* FROM task t CROSS JOIN clearance c WHERE c.secrecy = t.secrecy;

-- What a person wants done that takes two. `word` is what he wants to become of it (RELEASED, KEPT ...), so that the other person approves that and nothing else.
CREATE TABLE proposal (
    id BIGINT PRIMARY KEY, kind TEXT NOT NULL, -- of proposals.def
    object_kind TEXT NOT NULL, object BIGINT NOT NULL, alert BIGINT, word TEXT NOT NULL, reason TEXT NOT NULL, secrecy TEXT NOT NULL,
    state TEXT NOT NULL,               -- WAITING, APPROVED, REJECTED, WITHDRAWN, LAPSED
    proposed_us BIGINT NOT NULL, proposed_by TEXT NOT NULL, until_us BIGINT NOT NULL,
    settled_us BIGINT, settled_by TEXT NOT NULL, note TEXT NOT NULL
);
-- One at a time for each thing.
CREATE UNIQUE INDEX proposal_waiting ON proposal (object_kind, object) WHERE state = 'WAITING';
CREATE INDEX proposal_state ON proposal (state, id);
CREATE INDEX proposal_object ON proposal (object_kind, object, id);
CREATE INDEX proposal_alert ON proposal (alert, id);
CREATE VIEW seen_proposal AS SELECT c.mask AS viewer, p.* FROM proposal p CROSS JOIN clearance c WHERE c.secrecy = p.secrecy;

-- Requests that say which one they are (Idempotency-Key), and what was answered: one that comes again is answered the same, and nothing is done.
CREATE TABLE answered (
    caller TEXT NOT NULL, name TEXT NOT NULL, request TEXT NOT NULL, -- SHA-256 of what was asked
    body TEXT NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (caller, name)
);
CREATE INDEX answered_at ON answered (at_us);
