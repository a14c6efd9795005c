#!/usr/bin/env bash
# mail_search.sh FOLDER...: indexing and queries of `noroshi hunt mail` beside notmuch and mu, on one Maildir made of
# every file below FOLDER that is a mail, and the hits beside those of Python's email package.
# NOROSHI: the binary (default target/release/noroshi); WORK: where to work (default a new folder in /tmp).
# Needs the Debian packages notmuch and maildir-utils.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
NOROSHI=${NOROSHI:-$here/../../target/release/noroshi}
work=${WORK:-$(mktemp -d)}
[[ $# -gt 0 ]] || { echo "usage: $0 FOLDER..." >&2; exit 2; }
for tool in "$NOROSHI" notmuch mu python3; do
    command -v "$tool" >/dev/null || { echo "$tool is not there" >&2; exit 2; }
done

maildir=$work/maildir
if [[ ! -d $maildir ]]; then
    python3 "$here/mail_search.py" maildir "$maildir" "$@"
fi
rm -rf "$work/index" "$work/mu" "$maildir/.notmuch"
cat > "$work/notmuch.config" <<CONFIG
[database]
path=$maildir
[user]
name=x
primary_email=x@example.com
[new]
tags=
[search]
exclude_tags=
[maildir]
synchronize_flags=false
CONFIG
export NOTMUCH_CONFIG=$work/notmuch.config

# Runs a command; tells CPU-seconds, wall seconds and peak memory.
measure() {
    local name=$1; shift
    python3 "$here/mail_search.py" measure "$name" "$@"
}

echo "mails: $(find "$maildir/cur" -type f | wc -l), bytes: $(du -sb "$maildir/cur" | cut -f1); $(nproc) processors, load $(cut -d' ' -f1 /proc/loadavg)"
mu init --muhome="$work/mu" --maildir="$maildir" >/dev/null
cat "$maildir"/cur/* >/dev/null
measure 'index, mu'      mu index --muhome="$work/mu" --quiet
measure 'index, notmuch' notmuch new --quiet
measure 'index, noroshi' "$NOROSHI" hunt mail --index "$work/index" "$maildir" --jsonl
measure 'nothing new'    "$NOROSHI" hunt mail --index "$work/index" "$maildir" --jsonl
echo "size: mu $(du -sb "$work/mu" | cut -f1), notmuch $(du -sb "$maildir/.notmuch" | cut -f1), noroshi $(du -sb "$work/index" | cut -f1)"

for query in invoice '"account has been"' 日本語 エラー 配信 請求書; do
    echo "query $query"
    measure '  mu'      mu find --muhome="$work/mu" "$query"
    measure '  notmuch' notmuch search --output=files "$query"
    measure '  noroshi' "$NOROSHI" hunt mail --index "$work/index" "$query" --jsonl
done
measure 'scan, noroshi' "$NOROSHI" hunt mail "$maildir" '請求書' --jsonl
python3 "$here/mail_search.py" truth "$maildir" "$NOROSHI" "$work/index" "$work/mu"
