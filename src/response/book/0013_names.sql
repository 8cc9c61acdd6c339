-- What customers are called and which certificate they have, as hashes: the last that the bank's own events told. Orders of authorities are compared with it.

CREATE TABLE named (
    customer TEXT PRIMARY KEY, name_hash TEXT NOT NULL, certificate_hash TEXT NOT NULL, -- empty: never told
    told_us BIGINT NOT NULL -- the time of the event
);
