-- Pages that may use the key: it stands in them for everybody to see, so that others must not get far with it. Null: a secret key.
alter table api_keys add column origins text[];
