#!/usr/bin/env bash
# campaigns.sh FOLDER: `noroshi campaigns --by text` beside datasketch on the same mails, in CPU-seconds.
# NOROSHI: the binary (default target/release/noroshi); PYTHON: an interpreter that has datasketch 2.0.0.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"

cpu "$NOROSHI" campaigns --json --by text "$1"
noroshi=$SPENT
cpu "$NOROSHI" dissect --jsonl "$1"
dissect=$SPENT
told=$("$PYTHON" "$here/datasketch.py" "$1" 2>/dev/null)
read_=$(sed -n 's/.*reading \([0-9.]*\) CPU-s.*/\1/p' <<<"$told")
linked=$(sed -n 's/.*verify \([0-9.]*\) CPU-s.*/\1/p' <<<"$told")

echo "$told"
echo "noroshi campaigns --by text: $noroshi CPU-s with reading; noroshi dissect alone: $dissect CPU-s"
awk -v r="$read_" -v l="$linked" -v n="$noroshi" 'BEGIN {
    printf "ratio, whole: %.1f\n", (r + l) / (n > 0 ? n : 0.01) }'
echo "linking alone is measured by \`cargo bench -p casework\`"
