-- When a question that may be sent once only went out: whoever finds it set asks nobody again.
ALTER TABLE check_run ADD COLUMN sent_at {time};
-- When its outcome was heard, in time or late.
ALTER TABLE check_run ADD COLUMN answered_at {time};
-- Runs that ended before this have been heard, as far as anybody can tell.
UPDATE check_run SET answered_at = ended_at WHERE ended_at IS NOT NULL;

-- Whether the check itself passed and nobody of the team has moved the step since: then the names alone decide. Of what is there
-- already nobody can tell.
ALTER TABLE step_result ADD COLUMN passed {bool} NOT NULL DEFAULT FALSE;
-- Whether no other try has begun since.
ALTER TABLE step_result ADD COLUMN of_last_try {bool} NOT NULL DEFAULT TRUE;

-- A callback that was believed, by its digest: the same one again changes nothing. Nobody's; the cleaner removes it.
CREATE TABLE callback (
    id {bytes} NOT NULL PRIMARY KEY,
    at {time} NOT NULL
) {key_table};
CREATE INDEX callback_at ON callback (at);
