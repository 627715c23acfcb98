#!/bin/sh
# Runs every fuzz target for so many seconds, from the committed corpus on: fuzz/run.sh SECONDS
#
# On the pinned toolchain: the coverage that libFuzzer needs is a stable option of the compiler, and sanitizers, which are
# not, have nothing to find in safe Rust.
set -eu
cd "$(dirname "$0")/.."
seconds=$1
for target in fuzz/fuzz_targets/*.rs; do
    name=$(basename "$target" .rs)
    # What is found goes into the first folder, and out of the way; the committed one stays as it is.
    mkdir -p "target/fuzz-corpus/$name"
    cargo fuzz run --sanitizer none --target-dir target/fuzz "$name" "target/fuzz-corpus/$name" "fuzz/corpus/$name" \
        -- -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 2>&1 | tee "target/fuzz-corpus/$name.log" | grep -E 'panicked|stat::|ERROR|DONE|Test unit' || true
    grep -q DONE "target/fuzz-corpus/$name.log" || { tail -n 40 "target/fuzz-corpus/$name.log"; exit 1; }
done
