#!/bin/sh
# Install nginx and openssl from Debian, unless they are installed. The tests start their own nginx and never use the service.
set -eu

has_both() {
    PATH="$PATH:/usr/sbin" command -v nginx >/dev/null && command -v openssl >/dev/null
}

has_both && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update --quiet >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends nginx openssl >/dev/null
fi
has_both || {
    echo "tests/faults needs nginx and openssl; on Debian, as root: apt-get update && apt-get install nginx openssl" >&2
    exit 1
}
