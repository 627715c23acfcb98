#!/bin/sh
# Test the Node package in every other installed release of Node, then test the packed package in all of them.
set -eu
cd "$(dirname "$0")/../.."

nodes=$(command -v node)
for node in "$PWD"/tests/node-versions/node_modules/node-*/bin/node; do
    # Some releases do not exist for every platform.
    if [ -x "$node" ]; then
        echo "Node $("$node" --version)"
        "$node" --test --test-timeout=120000 tests/node/*.test.mjs
        nodes="$nodes
$node"
    fi
done
NODES="$nodes" node --test --test-timeout=120000 tests/packed/*.test.mjs
