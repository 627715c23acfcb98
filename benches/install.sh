#!/bin/sh
# Install the peers into their own environment in this folder, unless they are installed. Also install the wheel that
# `make wheel` has built.
set -eu
cd "$(dirname "$0")"

if ! cmp -s requirements.txt .venv/installed-requirements.txt; then
    rm -rf .venv
    "${PYTHON:-python3}" -m venv .venv
    .venv/bin/python -m pip install --quiet --no-deps --requirement requirements.txt
    cp requirements.txt .venv/installed-requirements.txt
fi
.venv/bin/python -m pip install --quiet --no-deps --force-reinstall ../target/wheels/*.whl

if ! cmp -s package-lock.json node_modules/installed-package-lock.json; then
    npm ci --no-audit --no-fund
    cp package-lock.json node_modules/installed-package-lock.json
fi
