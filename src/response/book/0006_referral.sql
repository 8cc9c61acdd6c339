-- Referrals: leads that are handed to the police, what exactly was handed over, and what became of them.

CREATE TABLE referral (
    id BIGINT PRIMARY KEY, case_id BIGINT NOT NULL,
    lead BIGINT NOT NULL,              -- the first referral of the same lead; one that is the first has its own id here
    supplements BIGINT,                -- the referral that it adds to
    secrecy TEXT NOT NULL, route TEXT NOT NULL, urgency TEXT NOT NULL, -- of referral_words.def
    state TEXT NOT NULL, since_us BIGINT NOT NULL, opened_us BIGINT NOT NULL, opened_by TEXT NOT NULL,
    year BIGINT, number BIGINT, approved_us BIGINT, -- the number of the letter: given with the last approval
    title TEXT NOT NULL, authority TEXT NOT NULL, officer TEXT NOT NULL, basis TEXT NOT NULL, contact_a TEXT NOT NULL, contact_b TEXT NOT NULL,
    fact TEXT NOT NULL, analysis TEXT NOT NULL, structure TEXT NOT NULL, next_step TEXT NOT NULL, recommendation TEXT NOT NULL, confidence TEXT NOT NULL, unknowns TEXT NOT NULL,
    picture BIGINT,                    -- of case_picture: the way of the money that is shown
    round BIGINT NOT NULL, steps BIGINT NOT NULL, -- of approvals: how often they were begun, and how many this round has
    content TEXT NOT NULL,             -- SHA-256 of what this round approves
    emergency_us BIGINT, called TEXT NOT NULL, -- told by phone before the package: when, and whom
    sent_us BIGINT, package BIGINT, message BIGINT,
    received_us BIGINT, receipt TEXT NOT NULL, receiver TEXT NOT NULL,
    supplement_us BIGINT, accepted_us BIGINT, returned_us BIGINT, filed_us BIGINT, arrests_us BIGINT, solved_us BIGINT, prosecuted_us BIGINT, judged_us BIGINT, funds_us BIGINT,
    closed_us BIGINT,
    police_case_no TEXT NOT NULL, gangs BIGINT, arrested BIGINT, cards_seized BIGINT, amount_involved BIGINT, victims_helped BIGINT, -- NULL: not told
    feedback_doc TEXT NOT NULL, reward TEXT NOT NULL, lessons TEXT NOT NULL,
    feedback_us BIGINT,                -- when the authority was last heard of
    told BIGINT NOT NULL               -- which reminders were sent, as a mask
);
CREATE INDEX referral_case ON referral (case_id, id);
CREATE INDEX referral_lead ON referral (lead, id);
CREATE INDEX referral_state ON referral (state, id);
CREATE INDEX referral_sent ON referral (sent_us);
CREATE INDEX referral_police ON referral (police_case_no);
CREATE UNIQUE INDEX referral_number ON referral (year, number);
CREATE VIEW seen_referral AS SELECT c.mask AS viewer, r.* FROM referral r CROSS JOIN clearance c WHERE c.secrecy = r.secrecy;

-- Who approved what: step 1 the analyst, 2 the head of department, 3 compliance. Rounds that were returned stay.
CREATE TABLE referral_approval (
    referral BIGINT NOT NULL, round BIGINT NOT NULL, step BIGINT NOT NULL, person TEXT NOT NULL, at_us BIGINT NOT NULL, note TEXT NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (referral, round, step)
);

-- What a referral says of parties, accounts and counterparties that no event tells: each with where it is from, or why it is not known (`absent`).
CREATE TABLE referral_datum (
    referral BIGINT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL, field TEXT NOT NULL, -- of data.def
    value TEXT NOT NULL, absent TEXT NOT NULL, source TEXT NOT NULL, at_us BIGINT NOT NULL, given_by TEXT NOT NULL,
    PRIMARY KEY (referral, kind, object, field)
);
CREATE INDEX referral_datum_certificate ON referral_datum (value) WHERE field = 'certificate';

-- Whom a referral names, from its first approval on: by these others are found that name the same.
CREATE TABLE referral_named (referral BIGINT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (referral, kind, name));
CREATE INDEX referral_named_name ON referral_named (kind, name, referral);
CREATE TABLE referral_link (
    referral BIGINT NOT NULL, other BIGINT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL, at_us BIGINT NOT NULL, made_by TEXT NOT NULL,
    PRIMARY KEY (referral, other)
);
CREATE INDEX referral_link_other ON referral_link (other, referral);

-- Attachments of the case that go with it.
CREATE TABLE referral_enclosure (referral BIGINT NOT NULL, attachment BIGINT NOT NULL, title TEXT NOT NULL, at_us BIGINT NOT NULL, made_by TEXT NOT NULL, PRIMARY KEY (referral, attachment));

-- Money that the authority tells of. The same account and order of two referrals is the same money.
CREATE TABLE referral_money (
    referral BIGINT NOT NULL, kind TEXT NOT NULL, -- SEIZED, FROZEN, RETURNED
    account TEXT NOT NULL, document TEXT NOT NULL, amount BIGINT NOT NULL, at_us BIGINT NOT NULL, told_us BIGINT NOT NULL, told_by TEXT NOT NULL,
    PRIMARY KEY (referral, kind, account, document)
);
CREATE INDEX referral_money_at ON referral_money (kind, at_us);

-- What was handed over, to the byte. Nothing changes or removes one.
CREATE TABLE referral_package (
    referral BIGINT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, size BIGINT NOT NULL, sha256 TEXT NOT NULL, sm3 TEXT NOT NULL, content TEXT NOT NULL,
    persons BIGINT NOT NULL, movements BIGINT NOT NULL, -- how many are told of
    made_us BIGINT NOT NULL, made_by TEXT NOT NULL,
    PRIMARY KEY (referral, number)
);
CREATE TABLE referral_package_part (referral BIGINT NOT NULL, number BIGINT NOT NULL, part BIGINT NOT NULL, bytes BYTEA NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (referral, number, part));
