#!/bin/sh
# Profile backup of docker-compose.yml: dumps the database every day and keeps the dumps of BACKUP_DAYS days. It also runs without
# containers, with PGHOST, PGUSER and so on, BACKUP_DIR, and with BACKUP_COMPRESS=6 for a pg_dump before 16, which has no zstd.
set -eu
cd "${BACKUP_DIR:-/var/lib/postgresql}"
while true; do
  name="millrace-$(date -u +%Y-%m-%dT%H%M).dump"
  # Under another name first, so that an interrupted dump is never taken for a whole one.
  if pg_dump --format=custom --compress="${BACKUP_COMPRESS:-zstd:3}" --file="$name.part"; then
    mv "$name.part" "$name"
    find . -name 'millrace-*.dump' -mtime "+$BACKUP_DAYS" -delete
    echo "wrote $name"
  else
    echo "the dump failed; trying again in an hour" >&2
    sleep 3600
    continue
  fi
  sleep 86400
done
