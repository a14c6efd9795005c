#!/usr/bin/env bash
# readers.sh FOLDER: every reader of `noroshi hunt dns` over the logs that `logs.py FOLDER` wrote: bytes per core-second,
# the share of the BIND reader's, and what was missed or false. NOROSHI: the binary; RUNS: the least of so many (5).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
NOROSHI=${NOROSHI:-$here/../../target/release/noroshi}
RUNS=${RUNS:-5}
set_file=$(mktemp)
trap 'rm -f "$set_file"' EXIT
"$NOROSHI" hunt compile --use-guarded "$folder/list.txt" -o "$set_file" >/dev/null 2>&1

# least COMMAND...: the least CPU-seconds of RUNS runs.
least() {
    for _ in $(seq "$RUNS"); do
        TIMEFORMAT='%3U %3S'
        { time "$@" >/dev/null 2>&1 || true; } 2>&1 | awk 'END { printf "%.3f\n", $1 + $2 }'
    done | sort -n | head -1
}

bind=
for format in bind unbound dnsmasq windows-dns zeek zeek-json squid combined w3c eve postfix exchange csv text; do
    log=$folder/$format.log
    [[ -f $log ]] || continue
    seconds=$(least "$NOROSHI" hunt dns --threads 1 "$log" --indicators "$set_file" --jsonl)
    bind=${bind:-$seconds}
    awk -v bytes="$(stat -c %s "$log")" -v s="$seconds" -v bind="$bind" -v format="$format" \
        'BEGIN { printf "%-12s %6.2f GB per core-second  %4.2f of BIND   ", format, bytes / 1e9 / s, bind / s }'
    "$NOROSHI" hunt dns "$log" --indicators "$set_file" --jsonl 2>/dev/null | python3 "$here/logs.py" check "$folder" "$format" || true
done
