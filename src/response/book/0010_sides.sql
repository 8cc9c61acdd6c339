-- Alerts about who is paid, or about a machine, of which the events are other people's.

-- Whose crime it is that stands in an alert about somebody or something else: he may report it later. Empty where the alert is about himself.
ALTER TABLE alert_event ADD COLUMN customer TEXT NOT NULL DEFAULT '';
CREATE INDEX alert_event_customer ON alert_event (customer) WHERE customer <> '';
