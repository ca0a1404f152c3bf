CREATE TABLE attempt (
    id                     {uuid} NOT NULL,
    merchant_id            {uuid} NOT NULL,
    customer_id            {uuid} NOT NULL,
    number                 {int} NOT NULL CHECK (number > 0),
    newest                 {bool} NOT NULL,
    state                  {text} NOT NULL
        CHECK (state IN ('CREATED', 'IN_PROGRESS', 'COMPLETED', 'REJECTED', 'EXPIRED')),
    mode                   {text} NOT NULL CHECK (mode IN ('SANDBOX', 'LIVE')),
    waiting_on             {text} CHECK (waiting_on IN ('CUSTOMER', 'PROVIDER', 'REVIEWER')),
    waiting_since          {time},
    needs_customer         {bool} NOT NULL,
    needs_provider         {bool} NOT NULL,
    needs_reviewer         {bool} NOT NULL,
    active_holds           {int} NOT NULL CHECK (active_holds >= 0),
    completed_steps        {int} NOT NULL CHECK (completed_steps >= 0),
    total_steps            {int} NOT NULL CHECK (total_steps > 0),
    redirect_url           {text},
    consented_at           {time},
    rejection_code         {text},
    rejection_message      {text},
    rejection_staff_note   {text},
    expiry_reason          {text} CHECK (expiry_reason IN ('NEVER_OPENED', 'ABANDONED', 'REVOKED')),
    created_at             {time} NOT NULL,
    started_at             {time},
    ended_at               {time},
    expires_at             {time},
    due_at                 {time},
    link_issued_count      {int} NOT NULL CHECK (link_issued_count >= 0),
    link_open_count        {int} NOT NULL CHECK (link_open_count >= 0),
    link_last_opened_at    {time},
    link_revoked_at        {time},
    link_expiry_recorded   {bool} NOT NULL,
    updated_at             {time} NOT NULL,
    version                {int} NOT NULL,
    PRIMARY KEY (id, merchant_id),
    UNIQUE (customer_id, number),
    FOREIGN KEY (customer_id, merchant_id) REFERENCES customer (id, merchant_id),
    CHECK (completed_steps <= total_steps),
    -- Terminal is terminal: it has an end, it is nobody's move, and no clock runs for it.
    CHECK ((state IN ('CREATED', 'IN_PROGRESS')) = (ended_at IS NULL)),
    CHECK (ended_at IS NULL OR (waiting_on IS NULL AND due_at IS NULL)),
    CHECK ((state = 'REJECTED') = (rejection_code IS NOT NULL)),
    CHECK ((state = 'EXPIRED') = (expiry_reason IS NOT NULL))
) {updated_table};
-- One newest attempt a customer, at most.
CREATE UNIQUE INDEX attempt_newest ON attempt (customer_id) WHERE newest;

-- The four sorts. A missing moment sorts last in both directions, through a sentinel that no attempt reaches: the query has to
-- spell the expression, literal included, as it stands here.
CREATE INDEX attempt_created ON attempt (merchant_id, created_at, id);
CREATE INDEX attempt_updated ON attempt (merchant_id, updated_at, id);
CREATE INDEX attempt_expires
    ON attempt (merchant_id, (coalesce(expires_at, '9999-12-31T00:00:00+00:00')), id);
CREATE INDEX attempt_waiting
    ON attempt (merchant_id, (coalesce(waiting_since, '9999-12-31T00:00:00+00:00')), id);

-- The filters, in the order of the default sort.
CREATE INDEX attempt_state ON attempt (merchant_id, state, created_at, id);
CREATE INDEX attempt_waiting_on ON attempt (merchant_id, waiting_on, created_at, id) WHERE waiting_on IS NOT NULL;
CREATE INDEX attempt_needs_provider ON attempt (merchant_id, created_at, id) WHERE needs_provider;
CREATE INDEX attempt_needs_reviewer ON attempt (merchant_id, created_at, id) WHERE needs_reviewer;
CREATE INDEX attempt_on_hold ON attempt (merchant_id, created_at, id) WHERE active_holds > 0;
CREATE INDEX attempt_ended ON attempt (merchant_id, ended_at, id) WHERE ended_at IS NOT NULL;

-- The workers, over every merchant.
CREATE INDEX attempt_due ON attempt (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX attempt_link_expiry ON attempt (expires_at)
    WHERE ended_at IS NULL AND due_at IS NULL AND link_revoked_at IS NULL;

CREATE TABLE step (
    id                {uuid} NOT NULL PRIMARY KEY,
    merchant_id       {uuid} NOT NULL,
    attempt_id        {uuid} NOT NULL,
    kind              {text} NOT NULL CHECK (kind IN
        ('DIGILOCKER_AADHAAR', 'PAN', 'BANK_PENNY_DROP', 'SELFIE', 'SIGNATURE', 'SANCTION_SCREENING')),
    position          {int} NOT NULL CHECK (position > 0),
    status            {text} NOT NULL CHECK (status IN
        ('NOT_STARTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'REQUIRES_ACTION')),
    waiting_on        {text} CHECK (waiting_on IN ('CUSTOMER', 'PROVIDER', 'REVIEWER')),
    reason_code       {text},
    reason_message    {text},
    reason_staff_note {text},
    tries             {int} NOT NULL CHECK (tries >= 0),
    max_tries         {int} NOT NULL CHECK (max_tries > 0),
    provider          {text},
    started_at        {time},
    ended_at          {time},
    deadline_at       {time},
    updated_at        {time} NOT NULL,
    version           {int} NOT NULL,
    UNIQUE (attempt_id, kind),
    UNIQUE (attempt_id, position),
    FOREIGN KEY (attempt_id, merchant_id) REFERENCES attempt (id, merchant_id),
    CHECK (status NOT IN ('FAILED', 'REQUIRES_ACTION') OR reason_code IS NOT NULL)
) {updated_table};
CREATE INDEX step_status ON step (merchant_id, kind, status, attempt_id);
CREATE INDEX step_deadline ON step (deadline_at) WHERE deadline_at IS NOT NULL;

CREATE TABLE hold (
    id                {uuid} NOT NULL PRIMARY KEY,
    merchant_id       {uuid} NOT NULL,
    attempt_id        {uuid} NOT NULL,
    reason_code       {text} NOT NULL,
    reason_message    {text} NOT NULL,
    reason_staff_note {text},
    release_note      {text},
    placed_by_kind    {text} NOT NULL CHECK (placed_by_kind IN
        ('MEMBER', 'API_KEY', 'CUSTOMER', 'PROVIDER', 'SYSTEM', 'PLATFORM')),
    placed_by_id      {uuid},
    placed_at         {time} NOT NULL,
    released_by_kind  {text} CHECK (released_by_kind IN
        ('MEMBER', 'API_KEY', 'CUSTOMER', 'PROVIDER', 'SYSTEM', 'PLATFORM')),
    released_by_id    {uuid},
    released_at       {time},
    FOREIGN KEY (attempt_id, merchant_id) REFERENCES attempt (id, merchant_id),
    CHECK ((released_at IS NULL) = (released_by_kind IS NULL))
) {table};
CREATE INDEX hold_placed ON hold (attempt_id, placed_at, id);

CREATE TABLE link (
    id          {uuid} NOT NULL PRIMARY KEY,
    merchant_id {uuid} NOT NULL,
    attempt_id  {uuid} NOT NULL,
    token_hash  {bytes} NOT NULL UNIQUE,
    issued_at   {time} NOT NULL,
    replaced_at {time},
    FOREIGN KEY (attempt_id, merchant_id) REFERENCES attempt (id, merchant_id)
) {table};
CREATE INDEX link_issued ON link (attempt_id, issued_at, id);
