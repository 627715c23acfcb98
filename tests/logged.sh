#!/usr/bin/env bash
# Runs a command with every log level on, and keeps what it prints: tests/logged.sh LOG COMMAND...
set -o pipefail
log=$1
shift
export RUST_LOG=trace
"$@" 2>&1 | tee "$log"
