-- The cockpit: what people write into bulletins, how many accounts branches have, and ways to rows that are counted by their moment.

-- Figures in a text are references that are filled in when it is printed.
CREATE TABLE bulletin_text (
    id BIGINT PRIMARY KEY, month TEXT NOT NULL, unit TEXT NOT NULL, part BIGINT NOT NULL, number BIGINT NOT NULL, language TEXT NOT NULL, -- ZH, EN
    title TEXT NOT NULL, text TEXT NOT NULL, at_us BIGINT NOT NULL, made_by TEXT NOT NULL,
    UNIQUE (month, unit, part, number, language)
);

-- The number of a branch's accounts at a moment, as another system gave it.
CREATE TABLE unit_size (
    branch TEXT NOT NULL, at_us BIGINT NOT NULL, accounts BIGINT NOT NULL, source TEXT NOT NULL, given_us BIGINT NOT NULL, given_by TEXT NOT NULL,
    PRIMARY KEY (branch, at_us)
);

CREATE INDEX hit_typology ON hit (typology, alert);
CREATE INDEX trace_handed_over ON trace (at_us) WHERE reason = 'handed_over';
CREATE INDEX trace_strategy ON trace (at_us) WHERE object_kind = 'strategy';
CREATE INDEX later_positive_at ON later_positive (at_us);
CREATE INDEX hold_settled ON hold (settled_us);
CREATE INDEX order_entry_list ON order_entry (list, account);
