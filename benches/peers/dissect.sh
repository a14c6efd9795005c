#!/usr/bin/env bash
# dissect.sh FOLDER: `noroshi dissect` beside eml_parser on the same mails, in CPU-seconds.
# NOROSHI: the binary (default target/release/noroshi); PYTHON: an interpreter that has eml_parser 4.4.0.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"

cpu "$NOROSHI" dissect --jsonl "$1"
noroshi=$SPENT
told=$("$PYTHON" "$here/eml_parser.py" "$1" 2>/dev/null)
peer=$(sed -n 's/.*; \([0-9.]*\) CPU-s.*/\1/p' <<<"$told")

echo "$told"
echo "noroshi dissect: $noroshi CPU-s, start and output included"
awk -v peer="$peer" -v noroshi="$noroshi" 'BEGIN { printf "ratio: %.1f\n", peer / (noroshi > 0 ? noroshi : 0.01) }'
