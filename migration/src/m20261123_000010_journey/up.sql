-- A browser in which a customer walks their journey.
CREATE TABLE link_session (
    id           {uuid} NOT NULL PRIMARY KEY,
    merchant_id  {uuid} NOT NULL,
    attempt_id   {uuid} NOT NULL,
    link_id      {uuid} NOT NULL REFERENCES link (id),
    token_hash   {bytes} NOT NULL UNIQUE,
    nonce_hash   {bytes} NOT NULL,
    created_at   {time} NOT NULL,
    last_seen_at {time} NOT NULL,
    ended_at     {time},
    FOREIGN KEY (attempt_id, merchant_id) REFERENCES attempt (id, merchant_id)
) {table};
-- The newest browser wins: one session of an attempt that has not ended, at most.
CREATE UNIQUE INDEX link_session_open ON link_session (attempt_id) WHERE ended_at IS NULL;
CREATE INDEX link_session_attempt ON link_session (attempt_id);
-- The cleaner, over every merchant.
CREATE INDEX link_session_created ON link_session (created_at);

-- A run of a check: what a provider is to be asked, and when next. One that has not ended is open; a step has one open run at
-- most. `ask` and `ask_hash` may hold a PAN or an account number, and go as soon as nobody needs them.
CREATE TABLE check_run (
    id          {uuid} NOT NULL PRIMARY KEY,
    merchant_id {uuid} NOT NULL,
    attempt_id  {uuid} NOT NULL,
    step_id     {uuid} NOT NULL REFERENCES step (id),
    ask         {json},
    ask_hash    {bytes},
    reference   {text},
    found       {json},
    asked       {int} NOT NULL CHECK (asked >= 0),
    due_at      {time},
    created_at  {time} NOT NULL,
    ended_at    {time},
    FOREIGN KEY (attempt_id, merchant_id) REFERENCES attempt (id, merchant_id),
    CHECK ((ended_at IS NULL) = (due_at IS NOT NULL)),
    CHECK (ended_at IS NULL OR (ask IS NULL AND ask_hash IS NULL AND found IS NULL))
) {updated_table};
CREATE UNIQUE INDEX check_run_open ON check_run (step_id) WHERE ended_at IS NULL;
CREATE INDEX check_run_attempt ON check_run (attempt_id);
-- A provider's answer names its own reference.
CREATE INDEX check_run_reference ON check_run (reference) WHERE reference IS NOT NULL;
-- The worker, over every merchant, each merchant's oldest first.
CREATE INDEX check_run_due ON check_run (merchant_id, due_at, id) WHERE due_at IS NOT NULL;

-- What the check of a step found, masked; the newest only.
CREATE TABLE step_result (
    step_id     {uuid} NOT NULL PRIMARY KEY REFERENCES step (id),
    merchant_id {uuid} NOT NULL,
    attempt_id  {uuid} NOT NULL,
    found       {json},
    name_match  {int} CHECK (name_match BETWEEN 0 AND 100),
    image       {text},
    width       {int} CHECK (width > 0),
    height      {int} CHECK (height > 0),
    at          {time} NOT NULL,
    FOREIGN KEY (attempt_id, merchant_id) REFERENCES attempt (id, merchant_id),
    CHECK ((image IS NULL) = (width IS NULL)),
    CHECK ((image IS NULL) = (height IS NULL)),
    CHECK ((found IS NULL) <> (image IS NULL))
) {table};
CREATE INDEX step_result_attempt ON step_result (attempt_id);
