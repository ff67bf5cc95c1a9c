#!/usr/bin/env bash
# Mutation tests of the commit path: each function and operator of src/store/{commit,lock,disk,files}.rs
# is broken in turn, and tests/storage must notice.
#
#   bash tests/faults/mutants.sh [ARGUMENTS OF cargo mutants, such as -f src/store/lock.rs]
#
# cargo install --locked cargo-mutants.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/alone.sh"
exec cargo mutants --baseline=run --timeout 60 --colors=never "$@"
