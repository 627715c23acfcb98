#!/bin/sh
# Runs the contract table against the official SDKs; install.sh has installed them.
set -eu
cd "$(dirname "$0")"
PYTHONPATH=../python exec .venv/bin/python oracle.py
