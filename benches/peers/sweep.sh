#!/usr/bin/env bash
# sweep.sh FOLDER LIST...: `noroshi hunt dns` beside ripgrep -F -f over the same logs and lists, in CPU-seconds, each
# with everything from reading the lists on. NOROSHI: the binary; RUNS: how often each runs, the least counts (3).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
logs=$1
shift
set -- "$logs" "$@"
NOROSHI=${NOROSHI:-$here/../../target/release/noroshi}
RUNS=${RUNS:-3}
lists=("${@:2}")
all=$(mktemp)
trap 'rm -f "$all"' EXIT
cat "${lists[@]}" >"$all"

# least COMMAND...: the least CPU-seconds of RUNS runs.
least() {
    for _ in $(seq "$RUNS"); do
        TIMEFORMAT='%U %S'
        { time "$@" >/dev/null 2>&1 || true; } 2>&1 | awk 'END { printf "%.3f\n", $1 + $2 }'
    done | sort -n | head -1
}

bytes=$(cat "$logs" | wc -c)
rg=$(RUNS=1 least rg -F -f "$all" "$logs")
told=$(least "$NOROSHI" hunt dns --threads 1 "$logs" --indicators "${lists[@]}" --jsonl)
text=$(least "$NOROSHI" hunt dns --threads 1 --format text "$logs" --indicators "${lists[@]}" --jsonl)
awk -v bytes="$bytes" -v rg="$rg" -v told="$told" -v text="$text" 'BEGIN {
    printf "ripgrep -F -f       %8.3f CPU-s\n", rg
    printf "noroshi             %8.3f CPU-s  ratio %.1f  %.2f GB per core-second\n", told, rg / told, bytes / 1e9 / told
    printf "noroshi, as text    %8.3f CPU-s  ratio %.1f  %.2f GB per core-second\n", text, rg / text, bytes / 1e9 / text
}'
