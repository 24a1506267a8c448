#!/usr/bin/env bash
# A PostgreSQL for tests: Debian's package, in a temporary folder, on loopback and a free port, by an unprivileged user.
#   source eng/test-postgres.sh; start_postgres && …; stop_postgres      sets ORRERY_TEST_POSTGRES
#   eng/test-postgres.sh COMMAND …                                       runs a command with one

postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

has_postgres() { [[ -x "$(postgres_bin)/initdb" ]]; }

# PostgreSQL refuses to run as root.
as_postgres() {
  if [[ "$(id -u)" == 0 ]]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start_postgres() {
  has_postgres || return 1
  local bin port attempt
  bin="$(postgres_bin)"
  postgres_folder="$(mktemp -d "${TMPDIR:-/tmp}/orrery-postgres-XXXXXX")"
  head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$postgres_folder/password"
  [[ "$(id -u)" == 0 ]] && chown -R postgres "$postgres_folder"
  chmod 700 "$postgres_folder"
  as_postgres "$bin/initdb" --pgdata "$postgres_folder/data" --encoding UTF8 --locale C.UTF-8 --auth scram-sha-256 --username postgres \
    --pwfile "$postgres_folder/password" --no-sync >"$postgres_folder/initdb.log" 2>&1 || { cat "$postgres_folder/initdb.log"; return 1; }
  # What is lost with the machine is made again: no flush to disk. Killed processes of ours lose nothing by that.
  for attempt in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 20000))
    if as_postgres "$bin/pg_ctl" start --silent --wait --pgdata "$postgres_folder/data" --log "$postgres_folder/postgres.log" --options \
      "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB -c max_wal_size=512MB"; then
      export ORRERY_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Database=postgres;Username=postgres;Password=$(cat "$postgres_folder/password")"
      return 0
    fi
  done >/dev/null 2>&1
  tail -5 "$postgres_folder/postgres.log"
  return 1
}

stop_postgres() {
  [[ -n "${postgres_folder:-}" ]] || return 0
  as_postgres "$(postgres_bin)/pg_ctl" stop --silent --mode immediate --pgdata "$postgres_folder/data" >/dev/null 2>&1
  rm -rf "$postgres_folder"
  unset postgres_folder ORRERY_TEST_POSTGRES
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  trap stop_postgres EXIT
  start_postgres || { echo "PostgreSQL could not be started; is the package postgresql installed?" >&2; exit 1; }
  "$@"
fi
