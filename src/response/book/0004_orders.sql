-- Orders of competent authorities, and what the bank reports to the police.

CREATE TABLE police_order (
    id BIGINT PRIMARY KEY, number TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, -- of order_kinds.def
    authority TEXT NOT NULL, is_city_level BIGINT NOT NULL, document TEXT NOT NULL, is_signed BIGINT NOT NULL,
    ordered_us BIGINT NOT NULL, account TEXT NOT NULL, name_hash TEXT NOT NULL, certificate_hash TEXT NOT NULL,
    amount BIGINT NOT NULL,            -- fen; 0: none
    moved_us BIGINT, from_us BIGINT, until_us BIGINT, freeze_class TEXT NOT NULL, original TEXT NOT NULL, victim_account TEXT NOT NULL,
    content TEXT NOT NULL,             -- hash of all elements: the same number with another content is another order
    target TEXT NOT NULL, customer TEXT NOT NULL, -- the account itself, where a card was named; whose it is
    state TEXT NOT NULL, answer TEXT NOT NULL, problem TEXT NOT NULL,
    control BIGINT,                    -- the measure that it sets, renews or releases
    taken_us BIGINT NOT NULL, state_us BIGINT NOT NULL, -- since when it is in its state
    answered_us BIGINT, executed_us BIGINT, due_us BIGINT, feedback TEXT NOT NULL, -- the last answer to the authority
    decided_by TEXT NOT NULL, decided_second TEXT NOT NULL, decision_reason TEXT NOT NULL,
    message BIGINT NOT NULL,           -- to the core bank, that waits for its confirmation
    pages BIGINT NOT NULL, secrecy TEXT NOT NULL
);
CREATE INDEX police_order_state ON police_order (state, id);
CREATE INDEX police_order_target ON police_order (target, kind, state);
CREATE INDEX police_order_control ON police_order (control, id);
CREATE INDEX police_order_kind ON police_order (kind, taken_us);
CREATE VIEW seen_order AS SELECT c.mask AS viewer, o.* FROM police_order o CROSS JOIN clearance c WHERE c.secrecy = o.secrecy;

-- Accounts that came to a list by LIST_PUSH. `message` took them to the decisions, which have them since `confirmed_us`.
CREATE TABLE order_entry (
    police_order BIGINT NOT NULL, number BIGINT NOT NULL, list TEXT NOT NULL, -- CASE, SUSPICIOUS
    account TEXT NOT NULL, certificate TEXT NOT NULL, bank TEXT NOT NULL, from_us BIGINT, until_us BIGINT,
    message BIGINT NOT NULL, confirmed_us BIGINT,
    PRIMARY KEY (police_order, number)
);
CREATE INDEX order_entry_account ON order_entry (account);

-- Movements that were told to an authority that watches an account: each once.
CREATE TABLE order_movement (police_order BIGINT NOT NULL, event_id TEXT NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (police_order, event_id));

-- Holders of case accounts, who have to be verified again before a moment, or lose all business away from the counter (R-211).
CREATE TABLE reverify (
    id BIGINT PRIMARY KEY, customer TEXT NOT NULL, police_order BIGINT NOT NULL, account TEXT NOT NULL,
    notified_us BIGINT NOT NULL, until_us BIGINT NOT NULL,
    state TEXT NOT NULL,               -- WAITING, VERIFIED, SUSPENDED
    settled_us BIGINT, settled_by TEXT NOT NULL, note TEXT NOT NULL, control BIGINT
);
CREATE INDEX reverify_customer ON reverify (customer, state);

-- What the bank tells the police by itself.
CREATE TABLE police_report (
    id BIGINT PRIMARY KEY, kind TEXT NOT NULL, -- CASE_REPORT, SUSP_REPORT
    subject_kind TEXT NOT NULL, subject TEXT NOT NULL, alert BIGINT, case_id BIGINT, body TEXT NOT NULL,
    made_us BIGINT NOT NULL, made_by TEXT NOT NULL, message BIGINT NOT NULL,
    received_us BIGINT, receipt TEXT NOT NULL, pages BIGINT NOT NULL, secrecy TEXT NOT NULL
);
CREATE INDEX police_report_alert ON police_report (alert, id);
CREATE INDEX police_report_subject ON police_report (subject_kind, subject, id);
CREATE VIEW seen_report AS SELECT c.mask AS viewer, r.* FROM police_report r CROSS JOIN clearance c WHERE c.secrecy = r.secrecy;
