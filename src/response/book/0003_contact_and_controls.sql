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
    held_us BIGINT NOT NULL, until_us BIGINT NOT NULL, at_deadline TEXT NOT NULL, -- RELEASED, REFUSED
    state TEXT NOT NULL,               -- HELD, RELEASED, REFUSED, CANCELLED
    settled_us BIGINT, settled_by TEXT NOT NULL, reason TEXT NOT NULL, is_late BIGINT NOT NULL,
    message BIGINT NOT NULL, is_confirmed BIGINT NOT NULL, -- the last message to the core bank, and whether it was answered
    confirmed_us BIGINT, problem TEXT NOT NULL, pages BIGINT NOT NULL, secrecy TEXT NOT NULL
);
CREATE INDEX hold_alert ON hold (alert, id);
CREATE INDEX hold_customer ON hold (customer, id);
CREATE INDEX hold_state ON hold (state, until_us);
CREATE INDEX hold_open_answer ON hold (id) WHERE is_confirmed = 0;
CREATE VIEW seen_hold AS SELECT c.mask AS viewer, h.* FROM hold h CROSS JOIN clearance c WHERE c.secrecy = h.secrecy;

-- On what measures are set. Messages to the core bank of one target have its number, so that they go out in their order.
CREATE TABLE control_target (id BIGINT PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, UNIQUE (kind, key));

-- The ledger of measures. Releasing one never releases another; the strictest that is in force counts.
CREATE TABLE control (
    id BIGINT PRIMARY KEY, target_kind TEXT NOT NULL, target TEXT NOT NULL, customer TEXT NOT NULL,
    measure TEXT NOT NULL,             -- of measures.def
    authority TEXT NOT NULL,           -- BANK, LIST, ORDER
    basis TEXT NOT NULL,               -- the right by which: a key of regulation
    document TEXT NOT NULL, amount BIGINT NOT NULL, -- fen; 0: without a limit
    reason TEXT NOT NULL, severity BIGINT NOT NULL, -- of the alert behind it; 0: none
    facts BIGINT NOT NULL,             -- what the target is: a set of TARGET_FACTS
    alert BIGINT, case_id BIGINT, police_order BIGINT, run BIGINT,
    state TEXT NOT NULL,               -- ASKED, IN_FORCE, WAITING, FAILED, RELEASED, EXPIRED
    asked_us BIGINT NOT NULL, asked_kind TEXT NOT NULL, asked_by TEXT NOT NULL,
    ordered_us BIGINT NOT NULL,        -- place among waiting freezes
    since_us BIGINT,                   -- when it was really executed
    span_us BIGINT NOT NULL, months BIGINT NOT NULL, -- length from since_us; 0: until_us was given, or there is no end
    until_us BIGINT,
    released_us BIGINT, released_by TEXT NOT NULL, released_second TEXT NOT NULL, release_reason TEXT NOT NULL,
    lifted_us BIGINT,                  -- when the core bank really let go
    step BIGINT NOT NULL,              -- of a stepwise release
    replaces BIGINT,                   -- the measure that ends when this one is in force
    review_us BIGINT,                  -- since when it is on its owner's list
    notice TEXT NOT NULL, secrecy TEXT NOT NULL, branch TEXT NOT NULL,
    set_message BIGINT NOT NULL, message BIGINT NOT NULL, is_confirmed BIGINT NOT NULL, -- messages to the core bank: that set it, the last one, whether that was answered
    problem TEXT NOT NULL, pages BIGINT NOT NULL
);
CREATE INDEX control_on ON control (target_kind, target, state);
CREATE INDEX control_customer ON control (customer, id);
CREATE INDEX control_state ON control (state, id);
CREATE INDEX control_alert ON control (alert, id);
CREATE INDEX control_case ON control (case_id, id);
CREATE INDEX control_order ON control (police_order, id);
CREATE INDEX control_review ON control (id) WHERE review_us IS NOT NULL;
CREATE INDEX control_open_answer ON control (id) WHERE is_confirmed = 0;
CREATE INDEX control_since ON control (since_us);
CREATE VIEW seen_control AS SELECT c.mask AS viewer, x.* FROM control x CROSS JOIN clearance c WHERE c.secrecy = x.secrecy;

-- What customers were told of measures, in the version that was sent. Never of matters of money laundering.
CREATE TABLE notice (
    id BIGINT PRIMARY KEY, object_kind TEXT NOT NULL, object BIGINT NOT NULL, customer TEXT NOT NULL,
    key TEXT NOT NULL, version BIGINT NOT NULL, text TEXT NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL, documents TEXT NOT NULL,
    made_us BIGINT NOT NULL, sent_us BIGINT, message BIGINT
);
CREATE INDEX notice_object ON notice (object_kind, object, id);
CREATE INDEX notice_customer ON notice (customer, id);

-- What a customer says against a measure. `told`: of which of its deadlines somebody was paged, as a mask.
CREATE TABLE appeal (
    id BIGINT PRIMARY KEY, control BIGINT NOT NULL, customer TEXT NOT NULL, channel TEXT NOT NULL, text TEXT NOT NULL, documents TEXT NOT NULL,
    submitted_us BIGINT NOT NULL, reply_until_us BIGINT NOT NULL, settle_until_us BIGINT NOT NULL, answer_until_us BIGINT,
    replied_us BIGINT, replied_by TEXT NOT NULL, reply TEXT NOT NULL, verified_us BIGINT, verified_by TEXT NOT NULL,
    result TEXT NOT NULL,              -- '', RELEASED, PARTLY, KEPT
    settled_us BIGINT, release_us BIGINT, reviewer TEXT NOT NULL, second TEXT NOT NULL, reason TEXT NOT NULL,
    told BIGINT NOT NULL, secrecy TEXT NOT NULL
);
CREATE INDEX appeal_control ON appeal (control, id);
CREATE INDEX appeal_customer ON appeal (customer, id);
CREATE INDEX appeal_open ON appeal (result, id);
CREATE VIEW seen_appeal AS SELECT c.mask AS viewer, a.* FROM appeal a CROSS JOIN clearance c WHERE c.secrecy = a.secrecy;
