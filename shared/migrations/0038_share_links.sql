-- Addresses of a site's dashboard for people without a key. Whoever knows the slug may read, within the filters, until the link ends.
create table share_links (
  site_id       text collate "C" not null,
  id            uuid not null,
  -- 128 random bits.
  slug          text collate "C" not null,
  name          text,
  -- As queries have them; added to each question that is asked through the link. Null: none.
  filters       jsonb,
  -- `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`; null: no password is needed.
  password_hash text,
  expires_at    timestamptz,
  revoked_at    timestamptz,
  created_at    timestamptz not null default now(),
  primary key (site_id, id)
);
-- Not unique, as no index is without the site: slugs are random.
create index share_links_slug on share_links (slug);
