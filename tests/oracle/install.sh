#!/bin/sh
# Install the official SDKs into separate environments in this folder, unless they are installed.
set -eu
cd "$(dirname "$0")"

if ! cmp -s requirements.txt .venv/installed-requirements.txt; then
    rm -rf .venv
    "${PYTHON:-python3}" -m venv .venv
    .venv/bin/python -m pip install --quiet --no-deps --requirement requirements.txt
    cp requirements.txt .venv/installed-requirements.txt
fi

if ! cmp -s node/package-lock.json node/node_modules/installed-package-lock.json; then
    (cd node && npm ci --no-audit --no-fund)
    cp node/package-lock.json node/node_modules/installed-package-lock.json
fi
