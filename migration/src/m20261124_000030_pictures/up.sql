-- Pictures in the store that no row names: on their way to being named, or replaced (`going`). The row is written before the
-- picture is, and goes in the transaction that names it: whatever is left behind by whoever died on the way is in here.
CREATE TABLE unnamed_picture (
    key         {text} NOT NULL PRIMARY KEY,
    merchant_id {uuid} NOT NULL REFERENCES merchant (id),
    since       {time} NOT NULL,
    going       {bool} NOT NULL
) {updated_table};
-- The cleaner, over every merchant.
CREATE INDEX unnamed_picture_since ON unnamed_picture (since);

-- What every replica signs with. Made by the first that needs it; one whose row is removed is made anew at the next start.
CREATE TABLE secret (
    name  {text} NOT NULL PRIMARY KEY,
    value {bytes} NOT NULL
) {key_table};

-- Where the logo is stored.
ALTER TABLE merchant ADD COLUMN logo {text};
