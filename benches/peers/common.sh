# Shared by dissect.sh and campaigns.sh: runs a command and tells its CPU-seconds (user and system).
NOROSHI=${NOROSHI:-$(dirname "$0")/../../target/release/noroshi}
PYTHON=${PYTHON:-python3}

if [ $# -ne 1 ] || [ ! -d "$1" ]; then
    echo "usage: $0 FOLDER" >&2
    exit 2
fi
if [ ! -x "$NOROSHI" ]; then
    echo "$NOROSHI is not there: build it with \`cargo build --release\`, or set NOROSHI" >&2
    exit 2
fi

# cpu COMMAND...: runs it, output thrown away; sets SPENT. `noroshi` exits 1 where it found something and 3
# where a path could not be read: neither stops the measurement.
cpu() {
    TIMEFORMAT='%U %S'
    SPENT=$({ time "$@" >/dev/null 2>&1 || true; } 2>&1 | awk 'END { printf "%.2f", $1 + $2 }')
}
