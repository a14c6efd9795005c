#!/usr/bin/env bash
# linking.sh FOLDER: linking alone (signing, indexing, verifying) beside datasketch on the same bodies, in
# mails per CPU-second. The mails are dissected once, and both read the bodies of the dissections.
# NOROSHI: the binary (default target/release/noroshi); LINKING: the example campaigns_of_facts of casework (default
# target/release/examples/campaigns_of_facts; cargo build --release -p casework --example campaigns_of_facts); PYTHON:
# an interpreter that has datasketch 2.0.0; TIMES: runs of ours, of which the median counts (default 9).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"
LINKING=${LINKING:-$here/../../target/release/examples/campaigns_of_facts}

facts=$(mktemp)
trap 'rm -f "$facts"' EXIT
"$NOROSHI" dissect --jsonl "$1" >"$facts" 2>/dev/null || true

speed() { sed -n 's/.*[:=] \([0-9]*\) mails per CPU-second.*/\1/p' <<<"$1"; }
peer=$("$PYTHON" "$here/datasketch.py" --facts "$facts" 2>/dev/null)
echo "$peer"
for kinds in text all; do
    ours=$("$LINKING" "$kinds" "${TIMES:-9}" <"$facts" 2>&1 >/dev/null)
    echo "noroshi, --by $kinds: $ours"
    awk -v o="$(speed "$ours")" -v p="$(speed "$peer")" -v k="$kinds" \
        'BEGIN { printf "ratio, linking alone, by %s: %.1f\n", k, o / (p > 0 ? p : 1) }'
done
