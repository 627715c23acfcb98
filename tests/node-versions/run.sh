#!/bin/sh
# Runs the tests of the Node package in every other release of Node that is installed here, then those of the packed
# package in all of them.
set -eu
cd "$(dirname "$0")/../.."

nodes=$(command -v node)
for node in "$PWD"/tests/node-versions/node_modules/node-*/bin/node; do
    # There are none for some platforms.
    if [ -x "$node" ]; then
        echo "Node $("$node" --version)"
        "$node" --test --test-timeout=120000 tests/node/*.test.mjs
        nodes="$nodes
$node"
    fi
done
NODES="$nodes" node --test --test-timeout=120000 tests/packed/*.test.mjs
