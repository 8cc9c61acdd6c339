-- Asking customers, holding payments, measures on accounts, and what customers say against them.

CREATE TABLE task (
    id BIGINT PRIMARY KEY, alert BIGINT, case_id BIGINT, run BIGINT,
    channel TEXT NOT NULL,             -- SMS, APP, ROBOT_CALL, HUMAN_CALL, AUTH, QUESTIONNAIRE, DOCUMENTS, BRANCH_VISIT
    party_kind TEXT NOT NULL, party TEXT NOT NULL, script TEXT NOT NULL, branch TEXT NOT NULL,
    state TEXT NOT NULL,               -- ASKED, ANSWERED, EXPIRED, CANCELLED
    asked_us BIGINT NOT NULL, until_us BIGINT NOT NULL, attempt BIGINT NOT NULL, asked_by TEXT NOT NULL,
    answer TEXT NOT NULL, answered_us BIGINT, answered_by TEXT NOT NULL, secrecy TEXT NOT NULL
);
CREATE INDEX task_alert ON task (alert, id);
CREATE INDEX task_state ON task (state, channel, until_us);
CREATE INDEX task_branch ON task (branch, state, until_us);

-- A payment that waits. `at_deadline` says what becomes of it when nobody has said otherwise.
CREATE TABLE hold (
    id BIGINT PRIMARY KEY,             -- sequence of the decision
    event_id TEXT NOT NULL UNIQUE, alert BIGINT, customer TEXT NOT NULL, account TEXT NOT NULL, payee TEXT NOT NULL, amount BIGINT NOT NULL,
    held_us BIGINT NOT NULL, until_us BIGINT NOT NULL, at_deadline TEXT NOT NULL, -- RELEASE, REFUSE
    state TEXT NOT NULL,               -- HELD, RELEASED, REFUSED, CANCELLED
    settled_us BIGINT, settled_by TEXT NOT NULL, reason TEXT NOT NULL, is_late BIGINT NOT NULL DEFAULT 0,
    message BIGINT, confirmed_us BIGINT
);
CREATE INDEX hold_alert ON hold (alert, id);
CREATE INDEX hold_customer ON hold (customer, held_us);
CREATE INDEX hold_state ON hold (state, until_us);

-- The ledger of measures. Releasing one never releases another; the strictest that is in force counts.
CREATE TABLE control (
    id BIGINT PRIMARY KEY, target_kind TEXT NOT NULL, target TEXT NOT NULL, customer TEXT NOT NULL,
    measure TEXT NOT NULL,             -- of measures.def
    authority TEXT NOT NULL,           -- BANK, LIST, ORDER
    basis TEXT NOT NULL,               -- the right by which: a key of regulation
    document TEXT NOT NULL, amount BIGINT, -- fen; NULL: without a limit
    reason TEXT NOT NULL, alert BIGINT, case_id BIGINT, police_order BIGINT, run BIGINT,
    state TEXT NOT NULL,               -- ASKED, IN_FORCE, WAITING, FAILED, RELEASED, EXPIRED
    asked_us BIGINT NOT NULL, asked_by TEXT NOT NULL, since_us BIGINT, until_us BIGINT, -- since: when it was executed
    released_us BIGINT, released_by TEXT NOT NULL, release_reason TEXT NOT NULL,
    step BIGINT NOT NULL DEFAULT 0,    -- of a stepwise release
    notice TEXT NOT NULL, secrecy TEXT NOT NULL, message BIGINT, branch TEXT NOT NULL
);
CREATE INDEX control_target ON control (target_kind, target, state);
CREATE INDEX control_customer ON control (customer, asked_us);
CREATE INDEX control_state ON control (state, asked_us);
CREATE INDEX control_alert ON control (alert, id);
CREATE INDEX control_order ON control (police_order, id);
CREATE VIEW seen_control AS SELECT c.mask AS viewer, x.* FROM control x CROSS JOIN clearance c WHERE c.secrecy = x.secrecy;

CREATE TABLE appeal (
    id BIGINT PRIMARY KEY, control BIGINT NOT NULL, customer TEXT NOT NULL, channel TEXT NOT NULL, text TEXT NOT NULL, documents TEXT NOT NULL,
    submitted_us BIGINT NOT NULL, reply_until_us BIGINT NOT NULL, replied_us BIGINT, verified_us BIGINT,
    result TEXT NOT NULL,              -- '', RELEASED, PARTLY, KEPT
    settled_us BIGINT, release_us BIGINT, reviewer TEXT NOT NULL, reason TEXT NOT NULL, escalated BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX appeal_control ON appeal (control, id);
CREATE INDEX appeal_open ON appeal (result, submitted_us);
