-- Cases: movements of money and what parties share, gangs that are proposed of them, and the files of investigations.

-- One row for each movement of money, by the sequence of its event in the journal. Places (OWN, BANK, WALLET, CASH, MERCHANT) say where each side is: a number of
-- another bank is another account than the same number here.
CREATE TABLE movement (
    sequence BIGINT PRIMARY KEY, time_us BIGINT NOT NULL, event_id TEXT NOT NULL,
    payer_place TEXT NOT NULL, payer TEXT NOT NULL, payee_place TEXT NOT NULL, payee TEXT NOT NULL, amount BIGINT NOT NULL, -- fen
    kind TEXT NOT NULL, channel TEXT NOT NULL,
    bank TEXT NOT NULL,                -- code of the other bank or institution
    payer_customer TEXT NOT NULL, payee_customer TEXT NOT NULL, ip TEXT NOT NULL, device TEXT NOT NULL,
    state TEXT NOT NULL                -- WAITING, DONE, FAILED, REVERSED
);
CREATE INDEX movement_payer ON movement (payer, time_us);
CREATE INDEX movement_payee ON movement (payee, time_us);
CREATE INDEX movement_event ON movement (event_id);

-- What a party was seen with: `times` counts events.
CREATE TABLE bond (
    kind TEXT NOT NULL, thing TEXT NOT NULL, party_kind TEXT NOT NULL, party TEXT NOT NULL, -- party_kind: ACCOUNT, CUSTOMER
    first_us BIGINT NOT NULL, last_us BIGINT NOT NULL, times BIGINT NOT NULL,
    PRIMARY KEY (kind, thing, party_kind, party)
);
CREATE INDEX bond_party ON bond (party, party_kind);

-- How accounts came to be, for looking back.
CREATE TABLE opening (
    account TEXT PRIMARY KEY, customer TEXT NOT NULL, opened_us BIGINT NOT NULL, sequence BIGINT NOT NULL, branch TEXT NOT NULL, channel TEXT NOT NULL,
    operator TEXT NOT NULL, authoriser TEXT NOT NULL, agent TEXT NOT NULL, purpose TEXT NOT NULL
);
CREATE INDEX opening_customer ON opening (customer);
CREATE INDEX opening_operator ON opening (operator, opened_us);
CREATE INDEX opening_agent ON opening (agent, opened_us);

-- Things and accounts that everybody meets: named by people, besides those that are found by their degree.
CREATE TABLE gang_hub (
    kind TEXT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL, until_us BIGINT NOT NULL, added_us BIGINT NOT NULL, added_by TEXT NOT NULL,
    PRIMARY KEY (kind, name)
);

CREATE TABLE gang (
    id BIGINT PRIMARY KEY, seed_kind TEXT NOT NULL, seed TEXT NOT NULL, secrecy TEXT NOT NULL,
    state TEXT NOT NULL,               -- PROPOSED, CONFIRMED, DISMISSED, REPLACED
    accounts BIGINT NOT NULL, holders BIGINT NOT NULL, strength DOUBLE PRECISION NOT NULL, -- 0 to 1: share of its members' bonds that stays among them
    amount BIGINT NOT NULL,            -- fen that its members paid each other
    from_us BIGINT NOT NULL, until_us BIGINT NOT NULL, -- what was looked at
    found_us BIGINT NOT NULL, times BIGINT NOT NULL, -- how often it was found
    grown_from BIGINT,                 -- a gang that was decided on, and has new accounts
    skipped TEXT NOT NULL,             -- JSON: hubs that were left out, and bounds that were reached
    case_id BIGINT, decided_us BIGINT, decided_by TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE INDEX gang_state ON gang (state, found_us, id);
CREATE INDEX gang_case ON gang (case_id);
CREATE VIEW seen_gang AS SELECT c.mask AS viewer, g.* FROM gang g CROSS JOIN clearance c WHERE c.secrecy = g.secrecy;

CREATE TABLE gang_member (
    gang BIGINT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, part TEXT NOT NULL, -- MEMBER, PAYER, HOUSEHOLD
    strength DOUBLE PRECISION NOT NULL, nearness DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (gang, kind, name)
);
CREATE INDEX gang_member_name ON gang_member (kind, name, gang);
-- The strongest first.
CREATE TABLE gang_bond (
    gang BIGINT NOT NULL, number BIGINT NOT NULL, kind TEXT NOT NULL, from_kind TEXT NOT NULL, from_name TEXT NOT NULL, to_kind TEXT NOT NULL, to_name TEXT NOT NULL,
    times BIGINT NOT NULL, amount BIGINT NOT NULL, weight DOUBLE PRECISION NOT NULL, first_us BIGINT NOT NULL, last_us BIGINT NOT NULL,
    PRIMARY KEY (gang, number)
);

CREATE TABLE case_file (
    id BIGINT PRIMARY KEY, number TEXT NOT NULL UNIQUE, title TEXT NOT NULL, type TEXT NOT NULL, level TEXT NOT NULL, source TEXT NOT NULL,
    secrecy TEXT NOT NULL, state TEXT NOT NULL, opened_us BIGINT NOT NULL, opened_by TEXT NOT NULL,
    owner TEXT NOT NULL, team TEXT NOT NULL, branch TEXT NOT NULL, summary TEXT NOT NULL,
    modus TEXT NOT NULL,               -- codes of typologies, with blanks around each
    police_case_no TEXT NOT NULL, decision TEXT NOT NULL, decided_us BIGINT, decided_by TEXT NOT NULL, lessons TEXT NOT NULL,
    since_us BIGINT NOT NULL,          -- when it came into its state
    closed_us BIGINT, reopened BIGINT NOT NULL
);
CREATE INDEX case_file_opened ON case_file (opened_us, id);
CREATE INDEX case_file_state ON case_file (state, opened_us, id);
CREATE INDEX case_file_owner ON case_file (owner, state);
CREATE INDEX case_file_police ON case_file (police_case_no);
CREATE VIEW seen_case AS SELECT c.mask AS viewer, f.* FROM case_file f CROSS JOIN clearance c WHERE c.secrecy = f.secrecy;

CREATE TABLE case_subject (
    case_id BIGINT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, confidence BIGINT NOT NULL, -- in percent
    evidence TEXT NOT NULL, origin TEXT NOT NULL, -- ALERT, GANG, FLOW, PERSON
    added_us BIGINT NOT NULL, added_by TEXT NOT NULL, changed_us BIGINT NOT NULL,
    PRIMARY KEY (case_id, kind, name)
);
CREATE INDEX case_subject_name ON case_subject (kind, name, case_id);

CREATE TABLE case_alert (case_id BIGINT NOT NULL, alert BIGINT PRIMARY KEY, joined_us BIGINT NOT NULL, joined_by TEXT NOT NULL);
CREATE INDEX case_alert_case ON case_alert (case_id, alert);

-- Copies that stay as they were, whatever becomes of what they were made of. The columns beside `bytes` are what sums are made of; the hash of the list covers them.
CREATE TABLE case_transaction (
    case_id BIGINT NOT NULL, number BIGINT NOT NULL, sequence BIGINT NOT NULL, form TEXT NOT NULL, -- EVENT: as it came in; ROW: the row of `movement`
    part TEXT NOT NULL,                -- SOURCE, INVOLVED, CONTEXT
    time_us BIGINT NOT NULL, event_id TEXT NOT NULL, payer_place TEXT NOT NULL, payer TEXT NOT NULL, payee_place TEXT NOT NULL, payee TEXT NOT NULL,
    amount BIGINT NOT NULL, state TEXT NOT NULL, payer_customer TEXT NOT NULL, payee_customer TEXT NOT NULL,
    bytes BYTEA NOT NULL, sha256 TEXT NOT NULL, added_us BIGINT NOT NULL, added_by TEXT NOT NULL,
    PRIMARY KEY (case_id, number)
);
CREATE UNIQUE INDEX case_transaction_sequence ON case_transaction (case_id, sequence);
-- After each freezing: the hash of the list from number 1 to `items`.
CREATE TABLE case_freeze (
    case_id BIGINT NOT NULL, items BIGINT NOT NULL, sha256 TEXT NOT NULL, at_us BIGINT NOT NULL, made_by TEXT NOT NULL,
    PRIMARY KEY (case_id, items)
);

CREATE TABLE case_attachment (
    id BIGINT PRIMARY KEY, case_id BIGINT NOT NULL, name TEXT NOT NULL, media TEXT NOT NULL, size BIGINT NOT NULL, sha256 TEXT NOT NULL, about TEXT NOT NULL,
    uploaded_us BIGINT NOT NULL, uploaded_by TEXT NOT NULL, withdrawn_us BIGINT, withdrawn_by TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE INDEX case_attachment_case ON case_attachment (case_id, id);
CREATE TABLE case_attachment_bytes (attachment BIGINT PRIMARY KEY, bytes BYTEA NOT NULL);

CREATE TABLE case_note (
    case_id BIGINT NOT NULL, number BIGINT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at_us BIGINT NOT NULL, made_by TEXT NOT NULL,
    PRIMARY KEY (case_id, number)
);
CREATE TABLE case_contact (
    case_id BIGINT NOT NULL, number BIGINT NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL, organisation TEXT NOT NULL, reach TEXT NOT NULL, note TEXT NOT NULL,
    added_us BIGINT NOT NULL, added_by TEXT NOT NULL,
    PRIMARY KEY (case_id, number)
);
-- Both ways in one row: `low` is the smaller id.
CREATE TABLE case_relation (
    low BIGINT NOT NULL, high BIGINT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL, at_us BIGINT NOT NULL, made_by TEXT NOT NULL,
    PRIMARY KEY (low, high)
);
CREATE INDEX case_relation_high ON case_relation (high, low);
-- What other rooms keep of it, by their numbers. Reports of suspicious transactions belong to cases of secrecy AML alone.
CREATE TABLE case_reference (
    case_id BIGINT NOT NULL, kind TEXT NOT NULL, reference TEXT NOT NULL, at_us BIGINT NOT NULL, made_by TEXT NOT NULL,
    PRIMARY KEY (case_id, kind, reference)
);
CREATE INDEX case_reference_number ON case_reference (kind, reference);
-- Amounts that no row of this bank gives, with the document that does.
CREATE TABLE case_entry (
    case_id BIGINT NOT NULL, number BIGINT NOT NULL, kind TEXT NOT NULL, amount BIGINT NOT NULL, document TEXT NOT NULL, at_us BIGINT NOT NULL, made_by TEXT NOT NULL,
    PRIMARY KEY (case_id, number)
);
CREATE TABLE case_gap (
    case_id BIGINT NOT NULL, number BIGINT NOT NULL, text TEXT NOT NULL, model TEXT NOT NULL, state TEXT NOT NULL, -- OPEN, DONE, REFUSED
    at_us BIGINT NOT NULL, made_by TEXT NOT NULL, settled_us BIGINT, settled_by TEXT NOT NULL,
    PRIMARY KEY (case_id, number)
);
CREATE INDEX case_gap_state ON case_gap (state, at_us);
-- Pictures of the ways of money, as they were when they were made.
CREATE TABLE case_picture (
    case_id BIGINT NOT NULL, number BIGINT NOT NULL, made_us BIGINT NOT NULL, made_by TEXT NOT NULL, json TEXT NOT NULL, sha256 TEXT NOT NULL,
    traced BIGINT NOT NULL, still_here BIGINT NOT NULL, outside BIGINT NOT NULL, not_followed BIGINT NOT NULL,
    PRIMARY KEY (case_id, number)
);
-- What looking back at an account found.
CREATE TABLE case_look_back (
    case_id BIGINT NOT NULL, account TEXT NOT NULL, conclusion TEXT NOT NULL, unit TEXT NOT NULL, person TEXT NOT NULL, measures TEXT NOT NULL,
    at_us BIGINT NOT NULL, made_by TEXT NOT NULL,
    PRIMARY KEY (case_id, account)
);

-- Alerts of an account, for looking back at it.
CREATE INDEX alert_account ON alert (account, opened_us);
