#!/usr/bin/env bash
# with_broker.sh COMMAND...: runs a command with VIGIE_TEST_BROKERS set to a real broker. Uses the
# one that runs in $VIGIE_BROKER_DIR; else starts one for this command alone and stops it.
# Exit code: that of the command; 77 when the broker's jars are missing.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${VIGIE_BROKER_DIR:-}
if [[ -z $folder || ! -f $folder/address ]]; then
  build=${VIGIE_BUILD:-$here/../../build}
  mkdir -p "$build"
  folder=$(mktemp -d "$build/broker.XXXXXX")
  trap '"$here/broker.sh" stop "$folder"; rm -rf "$folder"' EXIT
  trap 'exit 130' INT TERM
fi
VIGIE_TEST_BROKERS=$("$here/broker.sh" start "$folder")
export VIGIE_TEST_BROKERS
"$@"
