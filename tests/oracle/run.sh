#!/bin/sh
# Run the contract table against the official SDKs, which install.sh installs.
set -eu
cd "$(dirname "$0")"
PYTHONPATH=../python exec .venv/bin/python oracle.py
