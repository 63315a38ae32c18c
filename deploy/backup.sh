#!/bin/sh
# Profile backup of docker-compose.yml: dumps the database every day and keeps the dumps of BACKUP_DAYS days.
set -eu
cd /var/lib/postgresql
while true; do
  name="millrace-$(date -u +%Y-%m-%dT%H%M).dump"
  # Under another name first, so that an interrupted dump is never taken for a whole one.
  if pg_dump --format=custom --compress=zstd:3 --file="$name.part"; then
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
