#!/usr/bin/env bash
# Compiles and lints with the Bicep CLI where there is one, and scans what it compiled with checkov where that is.
# The source itself is never given to checkov: it skips what it cannot read and says that all is well.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
if command -v bicep >/dev/null; then
  lint() { bicep lint "$1"; }
  build() { bicep build "$1" --outfile "$2"; }
elif command -v az >/dev/null && az bicep version >/dev/null 2>&1; then
  lint() { az bicep lint --file "$1"; }
  build() { az bicep build --file "$1" --outfile "$2"; }
else
  echo "The Bicep CLI is not here: infra/ is checked by tests/infra alone."
  exit 0
fi
compiled=$(mktemp -d)
trap 'rm -rf "$compiled"' EXIT
lint main.bicep
build main.bicep "$compiled/main.json"
if command -v checkov >/dev/null; then
  checkov --quiet --compact --framework arm --file "$compiled/main.json"
fi
