#!/bin/sh
# Profile backup of docker-compose.yml: dumps the database every day and keeps the dumps of BACKUP_DAYS days. It also runs without
# containers, with PGHOST, PGUSER and so on, BACKUP_DIR, and with BACKUP_COMPRESS=6 for a pg_dump before 16, which has no zstd.
set -eu
cd "${BACKUP_DIR:-/var/lib/postgresql}"

# In the background, because a shell handles signals only between commands; as process 1 it ignores those without a handler.
run() {
  "$@" &
  child=$!
  wait "$child"
}
trap 'kill "${child:-}" 2>/dev/null; exit 0' TERM INT

rm -f millrace-*.dump.part
while true; do
  started=$(date +%s)
  name="millrace-$(date -u +%Y-%m-%dT%H%M).dump"
  # Under another name first, so that an interrupted dump is never taken for a whole one.
  if run pg_dump --format=custom --compress="${BACKUP_COMPRESS:-zstd:3}" --file="$name.part"; then
    mv "$name.part" "$name"
    # A little less than the days, so that today's dump replaces the oldest.
    find . -name 'millrace-*.dump' -mmin "+$((BACKUP_DAYS * 1440 - 60))" -delete
    echo "wrote $name"
    # From start to start, however long the dump took.
    run sleep "$((86400 - ($(date +%s) - started) % 86400))"
  else
    echo "the dump failed; trying again in an hour" >&2
    run sleep 3600
  fi
done
