#!/usr/bin/env bash
# Plays every shipped scenario many times with a release build: each must end as expected, every time, in under ten
# seconds. Takes a number of times (20) and names or numbers of scenarios (all).
set -euo pipefail
cd "$(dirname "$0")/.."

times="${1:-20}"
[ $# = 0 ] || shift
KLAMM="${KLAMM:-.build/release/klamm}"
if [ ! -x "$KLAMM" ]; then swift build -c release --product klamm; fi

if [ $# -gt 0 ]; then names=("$@"); else mapfile -t names < <("$KLAMM" scenario list --json | grep -oE '"name" ?: ?"[^"]+"' | cut -d '"' -f 4); fi
[ "${#names[@]}" -gt 0 ] || { echo "no scenarios are shipped"; exit 1; }

failed=()
for name in "${names[@]}"; do
    output="$("$KLAMM" scenario run --quiet --repeat "$times" "$name")" || { failed+=("$name"); printf '%s\n' "$output"; continue; }
    last="$(tail -n 1 <<<"$output")"
    printf '%-36s %s\n' "$name" "$last"
    longest="$(sed -E 's/.* ([0-9.]+) s\.?$/\1/' <<<"$last")"
    awk -v longest="$longest" 'BEGIN { exit !(longest < 10) }' || failed+=("$name (too slow)")
done
if [ "${#failed[@]}" -gt 0 ]; then printf 'NOT AS EXPECTED: %s\n' "${failed[*]}"; exit 1; fi
echo "all ${#names[@]} as expected, $times times each"
