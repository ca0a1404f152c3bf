ALTER TABLE step ADD COLUMN check_due_at {time};

-- Screenings that are open already have not run: they are due since they were created. (COMPLETED and FAILED ones are a
-- reviewer's or an outside system's word, and what waits on a reviewer waits on.)
UPDATE step SET check_due_at = updated_at
WHERE kind = 'SANCTION_SCREENING' AND status IN ('NOT_STARTED', 'IN_PROGRESS')
    AND attempt_id IN (SELECT id FROM attempt WHERE state IN ('CREATED', 'IN_PROGRESS'));

-- The worker, over every merchant, each merchant's oldest first.
CREATE INDEX step_check_due ON step (merchant_id, check_due_at, id) WHERE check_due_at IS NOT NULL;

CREATE TABLE screening (
    id            {uuid} NOT NULL PRIMARY KEY,
    merchant_id   {uuid} NOT NULL,
    attempt_id    {uuid} NOT NULL,
    step_id       {uuid} NOT NULL REFERENCES step (id),
    newest        {bool} NOT NULL,
    screened_at   {time} NOT NULL,
    threshold     {real} NOT NULL CHECK (threshold >= 0 AND threshold <= 1),
    engine        {int} NOT NULL CHECK (engine > 0),
    inputs_hash   {text} NOT NULL,
    identity_hash {text} NOT NULL,
    lists         {json} NOT NULL,
    FOREIGN KEY (attempt_id, merchant_id) REFERENCES attempt (id, merchant_id)
) {table};
-- One newest run a step, at most.
CREATE UNIQUE INDEX screening_newest ON screening (step_id) WHERE newest;
CREATE INDEX screening_attempt ON screening (attempt_id);

-- Foreign keys to the parent only. One to the customer would lock their row after the attempt's, while a change of their name
-- takes them the other way round: a deadlock.
CREATE TABLE screening_match (
    id                 {uuid} NOT NULL PRIMARY KEY,
    merchant_id        {uuid} NOT NULL,
    customer_id        {uuid} NOT NULL,
    attempt_id         {uuid} NOT NULL,
    step_id            {uuid} NOT NULL,
    screening_id       {uuid} NOT NULL REFERENCES screening (id),
    position           {int} NOT NULL CHECK (position > 0),
    list               {text} NOT NULL,
    entity_id          {text} NOT NULL,
    record_hash        {text} NOT NULL,
    listed_name        {text} NOT NULL,
    score              {real} NOT NULL CHECK (score >= 0 AND score <= 1),
    explanation        {json} NOT NULL,
    listed_names       {json} NOT NULL,
    listed_birth_dates {json} NOT NULL,
    listed_countries   {json} NOT NULL,
    programs           {json} NOT NULL,
    identity_hash      {text} NOT NULL,
    decision           {text} NOT NULL CHECK (decision IN ('PENDING', 'CONFIRMED', 'CLEARED')),
    note               {text},
    decided_by_kind    {text} CHECK (decided_by_kind IN
        ('MEMBER', 'API_KEY', 'CUSTOMER', 'PROVIDER', 'SYSTEM', 'PLATFORM')),
    decided_by_id      {uuid},
    decided_at         {time},
    UNIQUE (screening_id, position),
    CHECK ((decision = 'PENDING') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by_kind IS NULL)),
    CHECK ((decided_at IS NULL) = (note IS NULL))
) {table};
CREATE INDEX screening_match_attempt ON screening_match (attempt_id);
-- What was decided about a customer before.
CREATE INDEX screening_match_decided ON screening_match (customer_id, identity_hash, decided_at)
    WHERE decision <> 'PENDING';
