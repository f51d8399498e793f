# kills COUNT: attempts at storing twelve BCFs, killed with all their processes at random moments, until COUNT were killed; after each
# run that gets through, every record of every sample is in the dataset once, by bcftools. Sourced by run.sh.
kills() {
  local wanted=$1 killed=0 runs=0
  make_samples "$work/kill-samples" 12
  (cd "$work/kill-samples" && ls *.bcf | sed 's/.bcf$//' > names)
  # How long an attempt takes that nobody kills.
  local began=$(date +%s%N)
  node "$here/attempt.ts" "$work/kill-dataset" "$work/kill-samples" "$work/kill-checkpoints" "$work/kill-work" > /dev/null 2> "$work/kill-err" || { cat "$work/kill-err"; return 1; }
  local whole=$((($(date +%s%N) - began) / 1000000))
  while [ $killed -lt "$wanted" ]; do
    rm -rf "$work/kill-dataset" "$work/kill-checkpoints"
    local kills_of_run=0
    while :; do
      setsid node "$here/attempt.ts" "$work/kill-dataset" "$work/kill-samples" "$work/kill-checkpoints" "$work/kill-work" > /dev/null 2> "$work/kill-err" &
      local attempt=$!
      if [ $kills_of_run -lt 6 ]; then
        sleep "$(awk -v ms="$whole" -v seed="$RANDOM" 'BEGIN { srand(seed); printf "%.3f", rand() * ms * 0.95 / 1000 }')"
        if kill -9 -- "-$attempt" 2>/dev/null; then killed=$((killed + 1)); kills_of_run=$((kills_of_run + 1)); fi
        wait $attempt 2>/dev/null && break || {
          # A create that was killed is told as half a dataset before anything is stored; here it is begun anew.
          tiledbvcf stat -u "$work/kill-dataset" > /dev/null 2>&1 || rm -rf "$work/kill-dataset"
          continue
        }
      fi
      wait $attempt || { echo "an attempt that nobody killed failed:"; cat "$work/kill-err"; return 1; }
      break
    done
    runs=$((runs + 1))
    for name in $(cat "$work/kill-samples/names"); do
      rm -rf "$work/kill-out"; mkdir "$work/kill-out"
      (cd "$work/kill-out" && tiledbvcf export -u "$work/kill-dataset" -O b -d "$work/kill-out" -s "$name" > /dev/null)
      diff <(records "$work/kill-samples/$name.bcf") <(records "$work/kill-out/$name.bcf") > "$work/kill-diff" \
        || { echo "$name is not what it was:"; head -5 "$work/kill-diff"; return 1; }
    done
  done
  echo "ok      $killed attempts killed in $runs runs: every record of 12 samples is there once"
}
