#!/usr/bin/env bash
# Runs fuzz targets one after the other, each for a number of CPU-seconds, and keeps what they found.
#
#   fuzz/run.sh [-t SECONDS] [-j JOBS] [-c CORPUS] [-b] [TARGET...]
#
#   -t  CPU-seconds for each target (600)
#   -j  targets at a time (1)
#   -c  where the corpus, what was found and the results lie (fuzz/corpus, which git ignores)
#   -b  do not build, run what was built
#
# Needs a nightly compiler and cargo-fuzz (`cargo install cargo-fuzz`), and Linux: it reads the CPU time in /proc.
# Without a TARGET all of them run. The first corpus of a target is fuzz/seeds/TARGET; fuzz/seed.py adds real files.
# In CORPUS: TARGET/ (grows), found/ (inputs that crashed, hung or took too much memory), log/TARGET, and results.tsv,
# a line a run: target, CPU-seconds, executions, edges, features, corpus files, peak MB, found.
# SANITIZER=address looks for memory faults in dependencies as well, at half the speed.
set -euo pipefail
# Ending it ends what it started.
trap 'trap - TERM; kill 0' INT TERM

here=$(cd "$(dirname "$0")" && pwd)
seconds=600 jobs=1 corpus=$here/corpus build=yes
while getopts t:j:c:bh option; do
  case $option in
    t) seconds=$OPTARG ;;
    j) jobs=$OPTARG ;;
    c) corpus=$OPTARG ;;
    b) build=no ;;
    *) sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 2 ;;
  esac
done
shift $((OPTIND - 1))

# An input may take this long by the clock (more than the 10 seconds of a worker: the runs wait for everybody else), and
# this much memory.
timeout=60 memory=1024
# Bytes of an input; longer seeds are cut.
longest=65536
# After this many finds a target is left alone: mend first.
most_finds=20

if [ $# -eq 0 ]; then
  set -- $(cd "$here/fuzz_targets" && ls -- *.rs | sed 's/\.rs$//')
fi
sanitizer=${SANITIZER:-none}
triple=$(rustc +nightly -vV | sed -n 's/^host: //p')
mkdir -p "$corpus/found" "$corpus/log"
corpus=$(cd "$corpus" && pwd)
if [ $build = yes ]; then
  (cd "$here" && cargo +nightly fuzz build --fuzz-dir . --target-dir target -s "$sanitizer")
fi

# CPU-seconds that a process has used; nothing once it is gone.
used() {
  awk -v hertz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) / hertz) }' "/proc/$1/stat" 2>/dev/null
}

one() {
  local target=$1 spent=0 runs=0 finds=0 log=$corpus/log/$1 now pid
  local before; before=$(find "$corpus/found" -name "$target-*" | wc -l)
  mkdir -p "$corpus/$target"
  : > "$log"
  while [ "$spent" -lt "$seconds" ] && [ "$finds" -lt "$most_finds" ]; do
    nice -n 19 "$here/target/$triple/release/$target" "$corpus/$target" $([ -d "$here/seeds/$target" ] && echo "$here/seeds/$target") \
      -timeout=$timeout -report_slow_units=$timeout -rss_limit_mb=$memory -max_len=$longest -print_final_stats=1 -use_value_profile=1 \
      -artifact_prefix="$corpus/found/$target-" > "$log.part" 2>&1 &
    pid=$! now=0
    while last=$(used $pid) && [ -n "$last" ]; do
      now=$last
      # The signal lets it print its figures.
      [ $((spent + now)) -ge "$seconds" ] && { kill -USR1 $pid 2>/dev/null || true; }
      sleep 2
    done
    wait $pid || true
    spent=$((spent + now + 1))
    runs=$((runs + $(sed -n 's/^stat::number_of_executed_units: *//p' "$log.part" | tail -1 | grep . || echo 0)))
    cat "$log.part" >> "$log"
    finds=$(($(find "$corpus/found" -name "$target-*" | wc -l) - before))
  done
  rm -f "$log.part"
  local state; state=$(grep -o 'cov: .*' "$log" | tail -1 || true)
  local field='s/.*%s: \([0-9]*\).*/\1/p'
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$target" "$spent" "$runs" \
    "$(sed -n "${field/\%s/cov}" <<< "$state")" "$(sed -n "${field/\%s/ft}" <<< "$state")" \
    "$(find "$corpus/$target" -type f | wc -l)" \
    "$(sed -n 's/^stat::peak_rss_mb: *//p' "$log" | sort -n | tail -1)" "$finds" | tee -a "$corpus/results.tsv"
}

for target; do
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || true; done
  one "$target" &
done
wait
