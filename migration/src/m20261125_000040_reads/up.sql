-- What lists tell attempts by, in one number: how an attempt has ended, or who has to move it. Nobody writes it.
ALTER TABLE attempt ADD COLUMN class {int} {class};

-- Each has the attempts of a class in the order of a sort, the missing ones last.
CREATE INDEX attempt_class_created ON attempt (merchant_id, class, created_at, id);
CREATE INDEX attempt_class_updated ON attempt (merchant_id, class, updated_at, id);
CREATE INDEX attempt_class_expires
    ON attempt (merchant_id, class, coalesce(expires_at, '9999-12-31T00:00:00+00:00'), id);
CREATE INDEX attempt_class_waiting
    ON attempt (merchant_id, class, coalesce(waiting_since, '9999-12-31T00:00:00+00:00'), id);

-- In their place.
DROP INDEX attempt_waiting_on;
DROP INDEX attempt_needs_provider;
DROP INDEX attempt_needs_reviewer;
DROP INDEX attempt_on_hold;
DROP INDEX attempt_expires;
DROP INDEX attempt_waiting;
