CREATE TABLE customer (
    id            {uuid} NOT NULL,
    merchant_id   {uuid} NOT NULL REFERENCES merchant (id),
    reference     {text},
    name          {text} NOT NULL,
    name_key      {text} NOT NULL,
    email         {text},
    phone         {text},
    date_of_birth {date},
    country       {text},
    created_at    {time} NOT NULL,
    updated_at    {time} NOT NULL,
    version       {int} NOT NULL,
    PRIMARY KEY (id, merchant_id),
    UNIQUE (merchant_id, reference)
) {table};
CREATE INDEX customer_created ON customer (merchant_id, created_at, id);
CREATE INDEX customer_updated ON customer (merchant_id, updated_at, id);
CREATE INDEX customer_name ON customer (merchant_id, name_key, id);

CREATE TABLE search_token (
    merchant_id {uuid} NOT NULL,
    token       {text} NOT NULL,
    customer_id {uuid} NOT NULL,
    PRIMARY KEY (merchant_id, token, customer_id),
    FOREIGN KEY (customer_id, merchant_id) REFERENCES customer (id, merchant_id)
) {key_table};
CREATE INDEX search_token_customer ON search_token (customer_id);
