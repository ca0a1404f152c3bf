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
