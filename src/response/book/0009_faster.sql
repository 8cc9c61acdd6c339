-- What is asked at every closure, and when the desk begins, without reading all that there ever was.

-- Closures by strategies, numbered: how many of one there were in a span is the difference of two numbers. `at_us` never goes back, whatever the clock does.
CREATE TABLE closing (strategy TEXT NOT NULL, number BIGINT NOT NULL, at_us BIGINT NOT NULL, alert BIGINT NOT NULL, PRIMARY KEY (strategy, number));
CREATE INDEX closing_at ON closing (strategy, at_us, number);
INSERT INTO closing (strategy, number, at_us, alert)
    SELECT strategy, ROW_NUMBER() OVER (PARTITION BY strategy ORDER BY ended_us, id), ended_us, alert FROM run WHERE is_shadow = 0 AND outcome = 'CLOSED';

-- Payments of which the end is not known yet: few of many.
CREATE INDEX alert_event_waited ON alert_event (event_us) WHERE is_request = 1 AND outcome = '';
-- Second looks of a span, for figures.
CREATE INDEX sample_closed ON sample (closed_us);
-- Messages that are due, whoever they are for; and whether an earlier one of the same object and endpoint still waits, among those that wait alone.
CREATE INDEX message_due ON message (next_us, id) WHERE state = 'WAITING';
CREATE INDEX message_before ON message (object_kind, object, endpoint, id) WHERE state = 'WAITING';

-- Up to which moment the escalations of an alert were carried out, so that one that was put off or comes late is neither left out nor done twice.
CREATE TABLE escalated (alert BIGINT PRIMARY KEY, upto_us BIGINT NOT NULL);

-- What strategies would have done with an alert, when it is closed once more.
CREATE INDEX agreement_alert ON agreement (alert);
