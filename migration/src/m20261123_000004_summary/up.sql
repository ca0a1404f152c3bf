-- Three bits a kind: which status its step has, 0 when there is none.
ALTER TABLE attempt ADD COLUMN step_statuses {int} NOT NULL DEFAULT 0;

DROP INDEX attempt_created;
UPDATE attempt SET step_statuses = (
    SELECT coalesce(sum(
        CASE kind WHEN 'DIGILOCKER_AADHAAR' THEN 1 WHEN 'PAN' THEN 8 WHEN 'BANK_PENNY_DROP' THEN 64
            WHEN 'SELFIE' THEN 512 WHEN 'SIGNATURE' THEN 4096 WHEN 'SANCTION_SCREENING' THEN 32768 END
        * CASE status WHEN 'NOT_STARTED' THEN 1 WHEN 'IN_PROGRESS' THEN 2 WHEN 'COMPLETED' THEN 3
            WHEN 'FAILED' THEN 4 WHEN 'REQUIRES_ACTION' THEN 5 END), 0)
    FROM step WHERE step.attempt_id = attempt.id);

-- PostgreSQL writes both tables anew for these, after the update, whose old versions are gone then.
ALTER TABLE attempt ADD COLUMN seconds {bigint} {attempt_seconds};
ALTER TABLE step ADD COLUMN seconds {bigint} {step_seconds};

-- The order of creation, and behind it whatever a summary counts: read from here alone.
CREATE INDEX attempt_created ON attempt (merchant_id, created_at, id{behind}state, due_at, step_statuses);
-- What is COMPLETED, from the shortest on.
CREATE INDEX attempt_seconds ON attempt (merchant_id, seconds, created_at) WHERE seconds IS NOT NULL;
CREATE INDEX step_seconds ON step (merchant_id, kind, seconds, attempt_id) WHERE seconds IS NOT NULL;
