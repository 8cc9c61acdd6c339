-- What is asked of one alert at every hit that joins it, without reading all that its strategies ever did, or all tasks and runs that there ever were.

CREATE INDEX run_of_alert ON run (alert, strategy, id);
DROP INDEX run_alert; -- the one above begins with the same
CREATE INDEX run_going ON run (alert, id) WHERE state <> 'DONE';
CREATE INDEX run_taken ON run (alert, branch) WHERE branch <> '';
CREATE INDEX task_of_alert ON task (alert, state, id);
DROP INDEX task_alert;
-- What strategies have closed or lowered of one subject: few of many runs.
CREATE INDEX run_repeated ON run (subject_kind, subject, strategy, ended_us) WHERE outcome IN ('CLOSED', 'LOWERED') AND is_shadow = 0;
