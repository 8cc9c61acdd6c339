-- What people keep for themselves: drafts of models, views of lists. Nobody sees another's, and no trace is kept of it.
CREATE TABLE kept (
    person TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    version BIGINT NOT NULL, -- grows with each change, also over one that was dropped and kept anew
    text TEXT NOT NULL, bytes BIGINT NOT NULL, kept_us BIGINT NOT NULL,
    PRIMARY KEY (person, kind, name)
);
