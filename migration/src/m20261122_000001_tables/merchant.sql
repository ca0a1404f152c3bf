-- Primary keys that other tables point at are (id, merchant_id): one index answers `id = ?`, and carries the foreign keys
-- (…_id, merchant_id) that keep a row and its parent in one merchant.

CREATE TABLE merchant (
    id                  {uuid} NOT NULL PRIMARY KEY,
    name                {text} NOT NULL,
    slug                {text} NOT NULL UNIQUE,
    mode                {text} NOT NULL CHECK (mode IN ('SANDBOX', 'LIVE')),
    time_zone           {text} NOT NULL,
    journey             {json} NOT NULL,
    link_validity_hours {int} NOT NULL CHECK (link_validity_hours > 0),
    redirect_origins    {json} NOT NULL,
    display_name        {text} NOT NULL,
    primary_color       {text} NOT NULL,
    background_color    {text} NOT NULL,
    surface_color       {text} NOT NULL,
    text_color          {text} NOT NULL,
    corner_radius       {int} NOT NULL CHECK (corner_radius >= 0),
    support_email       {text},
    support_url         {text},
    branding_updated_at {time} NOT NULL,
    created_at          {time} NOT NULL
) {table};

CREATE TABLE member (
    id                        {uuid} NOT NULL,
    merchant_id               {uuid} NOT NULL REFERENCES merchant (id),
    email                     {text} NOT NULL,
    name                      {text} NOT NULL,
    role                      {text} NOT NULL CHECK (role IN ('ADMIN', 'REVIEWER', 'AGENT', 'VIEWER')),
    password_hash             {text},
    password_token_hash       {bytes} UNIQUE,
    password_token_expires_at {time},
    created_at                {time} NOT NULL,
    last_seen_at              {time},
    disabled_at               {time},
    PRIMARY KEY (id, merchant_id),
    UNIQUE (merchant_id, email)
) {table};

CREATE TABLE api_key (
    id           {uuid} NOT NULL PRIMARY KEY,
    merchant_id  {uuid} NOT NULL REFERENCES merchant (id),
    name         {text} NOT NULL,
    role         {text} NOT NULL CHECK (role IN ('ADMIN', 'REVIEWER', 'AGENT', 'VIEWER')),
    prefix       {text} NOT NULL,
    secret_hash  {bytes} NOT NULL UNIQUE,
    created_at   {time} NOT NULL,
    last_used_at {time},
    revoked_at   {time}
) {table};
CREATE INDEX api_key_created ON api_key (merchant_id, created_at, id);

CREATE TABLE session (
    id           {uuid} NOT NULL PRIMARY KEY,
    merchant_id  {uuid} NOT NULL,
    member_id    {uuid} NOT NULL,
    token_hash   {bytes} NOT NULL UNIQUE,
    created_at   {time} NOT NULL,
    last_seen_at {time} NOT NULL,
    expires_at   {time} NOT NULL,
    FOREIGN KEY (member_id, merchant_id) REFERENCES member (id, merchant_id)
) {table};
CREATE INDEX session_member ON session (member_id);
CREATE INDEX session_expires ON session (expires_at);
