#!/usr/bin/env bash
# msg.sh FOLDER: `noroshi dissect` beside extract-msg on the .msg files below FOLDER, in CPU-seconds.
# NOROSHI: the binary (default target/release/noroshi); PYTHON: an interpreter that has extract-msg 0.57.
# READ_ALL: the example of the crate forensics (`cargo build --release -p forensics --example read_all`), to
# measure the reading alone; where it is set, the ratio is that of the reading.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
NOROSHI=${NOROSHI:-${READ_ALL:-$here/../../target/release/noroshi}}
. "$here/common.sh"

told=$("$PYTHON" "$here/extract_msg_peer.py" "$1" 2>/dev/null)
peer=$(sed -n 's/.*; \([0-9.]*\) CPU-s.*/\1/p' <<<"$told")
echo "$told"
if [ -n "${READ_ALL:-}" ]; then
    line=$("$READ_ALL" "$1" | sed -n 1p)
    echo "forensics: $line"
    ours=$(sed -n 's/.* \([0-9.]*\) CPU-s.*/\1/p' <<<"$line")
else
    cpu "$NOROSHI" dissect --jsonl "$1"
    ours=$SPENT
    echo "noroshi dissect: $ours CPU-s, start and output included"
fi
awk -v peer="$peer" -v ours="$ours" 'BEGIN { printf "ratio: %.1f\n", peer / (ours > 0 ? ours : 0.01) }'
