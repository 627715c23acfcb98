#!/bin/sh
# Run every fuzz target for this number of seconds, starting from the committed corpus: fuzz/run.sh SECONDS
#
# The pinned toolchain is enough: coverage for libFuzzer is a stable option of the compiler. Sanitizers are not stable, and
# they find nothing in safe Rust.
set -eu
cd "$(dirname "$0")/.."
seconds=$1
for target in fuzz/fuzz_targets/*.rs; do
    name=$(basename "$target" .rs)
    # New inputs go into the first folder. The committed corpus does not change.
    mkdir -p "target/fuzz-corpus/$name"
    cargo fuzz run --sanitizer none --target-dir target/fuzz "$name" "target/fuzz-corpus/$name" "fuzz/corpus/$name" \
        -- -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 2>&1 | tee "target/fuzz-corpus/$name.log" | grep -E 'panicked|stat::|ERROR|DONE|Test unit' || true
    grep -q DONE "target/fuzz-corpus/$name.log" || { tail -n 40 "target/fuzz-corpus/$name.log"; exit 1; }
done
