#!/usr/bin/env bash
# demo.sh NOROSHI: starts the demo as a newcomer would, measures it, walks its pages in a browser, takes a new
# mail from upload to a STIX bundle by the command line, and checks that a second start changes nothing.
set -euo pipefail
noroshi=$(realpath "${1:?usage: demo.sh NOROSHI}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
hub=
stop() { [[ -n $hub ]] && kill "$hub" 2>/dev/null && wait "$hub" 2>/dev/null; hub=; }
trap 'stop; rm -rf "$work"' EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }
credentials=$work/demo/demo-credentials.json
field() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$credentials" "$1"; }
token() { field "[t['token'] for t in d['tokens'] if t['user']=='$1'][0]"; }

start() {
  # A port of its own, asked of the system, so that two runs do not meet.
  port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
  url=http://127.0.0.1:$port
  local from; from=$(date +%s%N)
  "$noroshi" serve --demo --data "$work/demo" --listen "127.0.0.1:$port" >"$work/out" 2>&1 &
  hub=$!
  until curl -sf -o /dev/null "$url/"; do
    kill -0 "$hub" 2>/dev/null || { cat "$work/out"; fail 'the hub stopped'; }
    (( $(date +%s%N) - from < 30000000000 )) || fail 'no page within 30 seconds'
    sleep 0.05
  done
  echo "page ready after $(( ($(date +%s%N) - from) / 1000000 )) ms"
}

start
echo "resident: $(awk '/VmRSS/{print $2}' "/proc/$hub/status") kB"
[[ $(stat -c %a "$credentials") == 600 ]] || fail 'the credentials can be read by others'

# Every list of the demo has something in it.
analyst=$(token analyst)
for list in campaigns threads warnings reuses floods; do
  curl -sf -H "Authorization: Bearer $analyst" "$url/api/v1/$list" >"$work/list.json"
  python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); sys.exit(not (d.get("items") or d.get("sources")))' "$work/list.json" || fail "the demo has no $list"
done
curl -sf -H "Authorization: Bearer $analyst" "$url/api/v1/threads" | python3 -c 'import json,sys; sys.exit(not any(t["waits"] for t in json.load(sys.stdin)["items"]))' || fail 'no desk waits in the demo'

# A mail by the command line: submit, wait for its dissection, read the released advisory as STIX.
member=$(token mitaho)
curl -sf -H "Authorization: Bearer $member" -H 'Content-Type: message/rfc822' --data-binary @"$here/../fixtures/mail/demo/new-arrival.eml" \
  "$url/api/v1/submissions?name=new-arrival.eml" >"$work/receipt.json"
id=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["submissions"][0]["id"])' "$work/receipt.json")
for _ in $(seq 100); do
  state=$(curl -sf -H "Authorization: Bearer $member" "$url/api/v1/submissions/$id" | python3 -c 'import json,sys; print(json.load(sys.stdin)["state"])')
  [[ $state == dissected ]] && break
  sleep 0.1
done
[[ $state == dissected ]] || fail "the submission is still $state"
advisory=$(curl -sf -H "Authorization: Bearer $member" "$url/api/v1/advisories" | python3 -c 'import json,sys; a=json.load(sys.stdin)["items"][0]; print(a["id"], a["number"])')
curl -sf -H "Authorization: Bearer $member" "$url/api/v1/advisories/${advisory% *}/stix" >"$work/api.json"
"$noroshi" export --format stix --advisory "${advisory#* }" --data "$work/demo" --output "$work/cli.json"
cmp "$work/api.json" "$work/cli.json" || fail 'page and command line give different bundles'
if [[ -n ${NOROSHI_PEERS:-} ]]; then
  "$NOROSHI_PEERS/stix2_validator" "$work/api.json" | tee "$work/stix.txt" | tail -n 3
  grep -q 'STIX JSON: Valid' "$work/stix.txt" || fail 'stix2-validator does not accept the bundle'
fi
curl -sf -H "Authorization: Bearer $member" "$url/api/v1/advisories/${advisory% *}/rpz" >"$work/rpz.zone"
named-checkzone -q rpz.noroshi.internal "$work/rpz.zone" || fail 'BIND does not load the zone'

(cd "$here/browser" && node audit.mjs "$url" "$credentials" "$work/shots")
(cd "$here/browser" && node walk.mjs "$url" "$credentials" "$here/../fixtures/mail/targeted/asks-for-archiver.eml" "$work/shots")
(cd "$here/browser" && node xss.mjs "$url" "$credentials")

before=$(curl -sf -H "Authorization: Bearer $(token analyst)" "$url/api/v1/submissions?limit=200" | sha256sum)
stop
start
after=$(curl -sf -H "Authorization: Bearer $(token analyst)" "$url/api/v1/submissions?limit=200" | sha256sum)
[[ $before == "$after" ]] || fail 'a second start changed the demo'
stop
echo 'demo: 1 passed, 0 failed'
