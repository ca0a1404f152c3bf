-- What the world publishes, the same for every merchant: no row here is anybody's.
CREATE TABLE sanction_list (
    list         {text} NOT NULL CHECK (list IN ('un', 'ofac-sdn', 'opensanctions')),
    number       {bigint} NOT NULL CHECK (number > 0),
    version      {text} NOT NULL CHECK (version <> ''),
    published_at {date},
    imported_at  {time} NOT NULL,
    sha256       {text} NOT NULL CHECK (length(sha256) = 64),
    persons      {bigint} NOT NULL CHECK (persons > 0),
    names        {bigint} NOT NULL CHECK (names >= persons),
    skipped      {bigint} NOT NULL CHECK (skipped >= 0),
    PRIMARY KEY (list, number)
) {key_table};

-- A record as it stood from one version of its list to another, both included; to this day without a last one.
CREATE TABLE sanction_person (
    list         {text} NOT NULL,
    entity_id    {text} NOT NULL CHECK (entity_id <> ''),
    first_number {bigint} NOT NULL,
    last_number  {bigint} CHECK (last_number >= first_number),
    record_hash  {text} NOT NULL CHECK (length(record_hash) = 64),
    record       {text} NOT NULL,
    PRIMARY KEY (list, entity_id, first_number),
    FOREIGN KEY (list, first_number) REFERENCES sanction_list (list, number)
) {table};
-- Of each person one record is the present one.
CREATE UNIQUE INDEX sanction_person_present ON sanction_person (list, entity_id) WHERE last_number IS NULL;
