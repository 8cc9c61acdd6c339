-- Alerts, what they rest on, and what is done about them.

CREATE TABLE alert (
    id BIGINT PRIMARY KEY,             -- sequence of the decision that opened it * 16 + number within that decision
    subject_kind TEXT NOT NULL, subject TEXT NOT NULL, typology_group TEXT NOT NULL,
    secrecy TEXT NOT NULL, skill TEXT NOT NULL,
    state TEXT NOT NULL, is_open BIGINT NOT NULL, is_waiting BIGINT NOT NULL, -- for somebody to take it
    severity BIGINT NOT NULL, severity_first BIGINT NOT NULL, severity_most BIGINT NOT NULL, severity_last BIGINT NOT NULL, score BIGINT NOT NULL, action TEXT NOT NULL,
    amount BIGINT NOT NULL, amount_sum BIGINT NOT NULL, -- fen; the largest payment, and all of them
    hits BIGINT NOT NULL, events BIGINT NOT NULL,
    lead BIGINT NOT NULL,              -- sequence of the event that stands for it: the newest of the highest severity
    branch TEXT NOT NULL, channel TEXT NOT NULL, segment TEXT NOT NULL, customer TEXT NOT NULL, account TEXT NOT NULL, payee TEXT NOT NULL DEFAULT '',
    is_company BIGINT NOT NULL, is_elder BIGINT NOT NULL DEFAULT 0, is_late BIGINT NOT NULL, is_degraded BIGINT NOT NULL,
    money_here BIGINT NOT NULL,        -- the payment has not left: it is held, or was refused
    marks TEXT NOT NULL,               -- POLICE_ORDER, APPEAL, COMPLAINT, MEDIA, LEGAL; with blanks around each
    opened_us BIGINT NOT NULL, hit_us BIGINT NOT NULL, -- moments of the first and the newest hit
    queued_us BIGINT, acted_us BIGINT, decide_us BIGINT, -- when it came to people, when somebody first acted, by when it has to be decided
    urgent_us BIGINT,                  -- since when it is as grave as it is, with people
    rank DOUBLE PRECISION NOT NULL,    -- order in a queue, the larger the sooner; does not change as time goes by
    owner TEXT NOT NULL, level BIGINT NOT NULL, -- who works on it; 0 analyst, 1 shift leader, 2 duty director
    code TEXT NOT NULL, decided_us BIGINT, decided_by TEXT NOT NULL, note TEXT NOT NULL,
    approval TEXT NOT NULL,            -- four eyes: '', ASKED, GIVEN
    approved_by TEXT NOT NULL DEFAULT '',
    clear_days BIGINT NOT NULL DEFAULT 0, is_weak BIGINT NOT NULL DEFAULT 0, -- of a decision that waits for an approval
    closed_us BIGINT, is_automatic BIGINT NOT NULL, strategy TEXT NOT NULL, strategy_hash TEXT NOT NULL,
    reopened BIGINT NOT NULL,
    case_id BIGINT
);
-- At most one open alert of a subject and group.
CREATE UNIQUE INDEX alert_open ON alert (subject_kind, subject, typology_group) WHERE is_open = 1;
CREATE INDEX alert_queue ON alert (is_waiting, skill, rank DESC, id);
CREATE INDEX alert_owner ON alert (owner, is_open, rank DESC, id);
CREATE INDEX alert_subject ON alert (subject_kind, subject, opened_us);
CREATE INDEX alert_opened ON alert (opened_us, id);
CREATE INDEX alert_closed ON alert (closed_us, id);
CREATE INDEX alert_strategy ON alert (strategy, closed_us);
CREATE INDEX alert_customer ON alert (customer, opened_us);

-- Events that alerts rest on, as they came, and what was decided on them.
CREATE TABLE evidence (
    sequence BIGINT PRIMARY KEY, event_id TEXT NOT NULL, event_us BIGINT NOT NULL, decided_us BIGINT NOT NULL,
    event TEXT NOT NULL, decision TEXT NOT NULL
);
CREATE INDEX evidence_event ON evidence (event_id);

-- `outcome` is what became of the payment: '', SUCCESS, FAIL, EXPIRED, CANCELLED.
CREATE TABLE alert_event (
    alert BIGINT NOT NULL, sequence BIGINT NOT NULL, event_id TEXT NOT NULL, event_us BIGINT NOT NULL, amount BIGINT NOT NULL, payee TEXT NOT NULL,
    action TEXT NOT NULL, is_request BIGINT NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (alert, sequence)
);
CREATE INDEX alert_event_id ON alert_event (event_id);
CREATE INDEX alert_event_sequence ON alert_event (sequence);

CREATE TABLE hit (
    alert BIGINT NOT NULL, sequence BIGINT NOT NULL, model TEXT NOT NULL, version BIGINT NOT NULL,
    family TEXT NOT NULL, typology TEXT NOT NULL, mode TEXT NOT NULL, severity BIGINT NOT NULL, score BIGINT NOT NULL, asks TEXT NOT NULL,
    evidence BIGINT NOT NULL,          -- set of classes of evidence, as the pack's catalogue numbers them
    lists TEXT NOT NULL,               -- sources of lists that it rests on: POLICE, SANCTION, PUNISHED; with blanks around each
    saw TEXT NOT NULL,                 -- JSON
    PRIMARY KEY (alert, sequence, model)
);
CREATE INDEX hit_model ON hit (model, alert);

-- When a model in a version was first seen to decide.
CREATE TABLE model_age (model TEXT NOT NULL, version BIGINT NOT NULL, since_us BIGINT NOT NULL, PRIMARY KEY (model, version));

-- A strategy at work on an alert.
CREATE TABLE run (
    id BIGINT PRIMARY KEY, alert BIGINT NOT NULL, strategy TEXT NOT NULL, strategy_hash TEXT NOT NULL,
    is_shadow BIGINT NOT NULL, life BIGINT NOT NULL, -- the alert's `reopened`
    subject_kind TEXT NOT NULL, subject TEXT NOT NULL, payee TEXT NOT NULL, -- the alert's, as they were when it began
    lead BIGINT NOT NULL, upto BIGINT NOT NULL, -- the event that stood for the alert when it began, and the last one there was
    state TEXT NOT NULL,               -- ASKING, WAITING, ASKING_AGAIN, DONE
    began_us BIGINT NOT NULL, waits_us BIGINT, until_us BIGINT, hits_before BIGINT NOT NULL, ended_us BIGINT,
    answered BIGINT NOT NULL, answered_again BIGINT NOT NULL, acted BIGINT NOT NULL,
    outcome TEXT NOT NULL,             -- CLOSED, HUMAN, STAYS, LOWERED, FORBIDDEN, LIMITED, OVERTAKEN
    code TEXT NOT NULL,                -- with which it closed, or would have
    branch TEXT NOT NULL,              -- that was taken: D-ESCAL#elder
    reason TEXT NOT NULL               -- the limit that forbade it, or why it was overtaken
);
CREATE INDEX run_alert ON run (alert, id);
CREATE INDEX run_strategy ON run (strategy, ended_us);
CREATE INDEX run_subject ON run (subject_kind, subject, strategy, ended_us);
CREATE INDEX run_state ON run (state, strategy);

-- In what state each text of a strategy is: SHADOW until it has earned its way, ACTIVE, and SHADOW again when a breaker opens.
CREATE TABLE strategy_state (
    strategy TEXT NOT NULL, strategy_hash TEXT NOT NULL, version BIGINT NOT NULL, state TEXT NOT NULL,
    since_us BIGINT NOT NULL, changed_by TEXT NOT NULL, reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL, first_us BIGINT NOT NULL,
    PRIMARY KEY (strategy, strategy_hash)
);
-- What a strategy in the shadow would have done, beside what people did.
CREATE TABLE agreement (
    run BIGINT PRIMARY KEY, strategy TEXT NOT NULL, strategy_hash TEXT NOT NULL, alert BIGINT NOT NULL, severity BIGINT NOT NULL,
    proposed TEXT NOT NULL, decided TEXT NOT NULL, agrees BIGINT NOT NULL, is_missed BIGINT NOT NULL, at_us BIGINT NOT NULL
);
CREATE INDEX agreement_strategy ON agreement (strategy, strategy_hash, at_us);

-- Second looks. `second` is made without knowing `first`.
CREATE TABLE sample (
    alert BIGINT NOT NULL, kind TEXT NOT NULL, -- AUTOMATIC, MANUAL_FALSE, MANUAL_TRUE
    closure BIGINT NOT NULL,           -- the alert's `reopened` when it was drawn: each closing may be drawn once
    strategy TEXT NOT NULL, strategy_hash TEXT NOT NULL, analyst TEXT NOT NULL,
    why TEXT NOT NULL,                 -- RANDOM, AMOUNT, WEEKLY
    drawn_us BIGINT NOT NULL, closed_us BIGINT NOT NULL,
    first TEXT NOT NULL, owner TEXT NOT NULL, second TEXT NOT NULL, second_us BIGINT, note TEXT NOT NULL,
    overturned BIGINT,                 -- NULL: not looked at
    PRIMARY KEY (alert, kind, closure)
);
CREATE INDEX sample_open ON sample (second, drawn_us, alert);
CREATE INDEX sample_strategy ON sample (strategy, closed_us);
CREATE INDEX sample_analyst ON sample (analyst, closed_us);

-- Fraud that a customer reported and no alert had told of, and payments without a hit that were drawn.
CREATE TABLE missed (
    id BIGINT PRIMARY KEY,             -- sequence of the decision
    kind TEXT NOT NULL,                -- REPORT, SAMPLE
    event_id TEXT NOT NULL, customer TEXT NOT NULL, account TEXT NOT NULL, branch TEXT NOT NULL, report TEXT NOT NULL, amount BIGINT NOT NULL, said_us BIGINT NOT NULL,
    state TEXT NOT NULL,               -- OPEN, TAKEN, CLOSED
    owner TEXT NOT NULL, finding TEXT NOT NULL, model TEXT NOT NULL, note TEXT NOT NULL, closed_us BIGINT, closed_by TEXT NOT NULL
);
CREATE INDEX missed_state ON missed (state, id);
CREATE INDEX missed_customer ON missed (customer, said_us);
CREATE INDEX missed_said ON missed (said_us);

-- What was closed as no fraud and turned out to be one.
CREATE TABLE later_positive (
    alert BIGINT NOT NULL, closure BIGINT NOT NULL, strategy TEXT NOT NULL, strategy_hash TEXT NOT NULL, analyst TEXT NOT NULL, code TEXT NOT NULL, severity BIGINT NOT NULL,
    source TEXT NOT NULL, closed_us BIGINT NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (alert, closure)
);
CREATE INDEX later_positive_strategy ON later_positive (strategy, at_us);

-- What became of alerts and events, for lists, profiles and training. It counts once it is mature.
CREATE TABLE label (
    id BIGINT PRIMARY KEY, alert BIGINT, event_id TEXT NOT NULL, subject_kind TEXT NOT NULL, subject TEXT NOT NULL, typology_group TEXT NOT NULL,
    code TEXT NOT NULL, label TEXT NOT NULL, weight DOUBLE PRECISION NOT NULL, secrecy TEXT NOT NULL,
    source TEXT NOT NULL,              -- DISPOSITION, QA, VICTIM_REPORT, POLICE_LIST, APPEAL
    at_us BIGINT NOT NULL, matures_us BIGINT NOT NULL, replaced_by BIGINT
);
CREATE INDEX label_alert ON label (alert, id);
CREATE INDEX label_event ON label (event_id);
CREATE INDEX label_subject ON label (subject_kind, subject, at_us);
CREATE INDEX label_at ON label (at_us, id);

-- When something last happened to a subject that strategies ask for: its number was changed.
CREATE TABLE happened (kind TEXT NOT NULL, subject TEXT NOT NULL, at_us BIGINT NOT NULL, PRIMARY KEY (kind, subject));

-- What people have found to be in order: the subject and, for payments, the other side.
CREATE TABLE cleared (
    subject_kind TEXT NOT NULL, subject TEXT NOT NULL, counterparty TEXT NOT NULL, typology TEXT NOT NULL,
    amount BIGINT NOT NULL, alert BIGINT NOT NULL, since_us BIGINT NOT NULL, until_us BIGINT NOT NULL, is_ended BIGINT NOT NULL,
    PRIMARY KEY (subject_kind, subject, counterparty, typology)
);

-- Who is on duty, for what.
CREATE TABLE desk (
    person TEXT PRIMARY KEY, skills TEXT NOT NULL, -- with blanks around each
    level BIGINT NOT NULL, domains BIGINT NOT NULL, -- what secrecy is opened to him: a mask of `clearance`
    branch TEXT NOT NULL, on_duty BIGINT NOT NULL, changed_us BIGINT NOT NULL, changed_by TEXT NOT NULL
);
CREATE VIEW seen_alert AS SELECT c.mask AS viewer, a.* FROM alert a CROSS JOIN clearance c WHERE c.secrecy = a.secrecy;
CREATE VIEW seen_label AS SELECT c.mask AS viewer, l.* FROM label l CROSS JOIN clearance c WHERE c.secrecy = l.secrecy;
