CREATE TABLE log_head (
    merchant_id {uuid} NOT NULL PRIMARY KEY REFERENCES merchant (id),
    seq         {bigint} NOT NULL CHECK (seq >= 0)
) {hottest_table};

-- The busiest table, and append-only: it has no foreign keys. Its rows are written in the transaction of what they tell of.
CREATE TABLE event (
    merchant_id {uuid} NOT NULL,
    seq         {bigint} NOT NULL CHECK (seq > 0),
    id          {uuid} NOT NULL UNIQUE,
    type        {text} NOT NULL CHECK (type IN (
        'CUSTOMER_CREATED', 'CUSTOMER_UPDATED', 'ATTEMPT_CREATED',
        'LINK_GENERATED', 'LINK_OPENED', 'LINK_RESENT', 'LINK_EXTENDED', 'LINK_REVOKED', 'LINK_EXPIRED',
        'JOURNEY_CONSENTED', 'STEP_STATUS_CHANGED', 'ATTEMPT_STATE_CHANGED', 'HOLD_PLACED', 'HOLD_RELEASED',
        'SCREENING_COMPLETED', 'LATE_RESULT_RECORDED', 'SCREENING_MATCH_DECIDED', 'IMAGE_CAPTURED',
        'REPORT_EXPORTED', 'BRANDING_UPDATED', 'MERCHANT_CREATED', 'MERCHANT_UPDATED',
        'API_KEY_CREATED', 'API_KEY_REVOKED', 'MEMBER_CREATED', 'MEMBER_UPDATED')),
    at          {time} NOT NULL,
    actor_kind  {text} NOT NULL CHECK (actor_kind IN
        ('MEMBER', 'API_KEY', 'CUSTOMER', 'PROVIDER', 'SYSTEM', 'PLATFORM')),
    actor_id    {uuid},
    customer_id {uuid},
    attempt_id  {uuid},
    step_id     {uuid},
    subject_id  {uuid},
    "from"      {text},
    "to"        {text},
    reason_code {text},
    data        {json} NOT NULL,
    PRIMARY KEY (merchant_id, seq)
) {table};
CREATE INDEX event_attempt ON event (attempt_id, seq) WHERE attempt_id IS NOT NULL;
CREATE INDEX event_customer ON event (customer_id, seq) WHERE customer_id IS NOT NULL;
CREATE INDEX event_type ON event (merchant_id, type, seq);

CREATE TABLE idempotency (
    actor       {text} NOT NULL,
    operation   {text} NOT NULL,
    key         {text} NOT NULL,
    merchant_id {uuid} NOT NULL,
    input_hash  {bytes} NOT NULL,
    answer      {json} NOT NULL,
    created_at  {time} NOT NULL,
    PRIMARY KEY (actor, operation, key)
) {table};
CREATE INDEX idempotency_created ON idempotency (created_at);
