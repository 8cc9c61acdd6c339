-- Held payments of an account, for who has the account's number and not the customer's.

CREATE INDEX hold_account ON hold (account, id);
