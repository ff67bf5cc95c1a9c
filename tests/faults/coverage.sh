#!/usr/bin/env bash
# Which lines of the commit path the fault tests of tests/storage run: a table of
# src/store/{commit,lock,disk,files}.rs, and each line that none of them runs.
#
#   bash tests/faults/coverage.sh
#
# rustup component add llvm-tools.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/alone.sh"
tools=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin
rm -rf profiles
# Debug, since what is inlined or folded away is counted nowhere.
export RUSTFLAGS="-C instrument-coverage" CARGO_PROFILE_TEST_OPT_LEVEL=0 LLVM_PROFILE_FILE="$PWD/profiles/%p-%m.profraw"
mapfile -t objects < <(
    cargo test --quiet --no-run --message-format=json | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | sed '2,$s/^/--object=/'
)
cargo test --quiet
"$tools/llvm-profdata" merge --sparse profiles/*.profraw -o profiles/all.profdata
sources=(src/store/commit.rs src/store/commit/recovery.rs src/store/lock.rs src/store/disk.rs src/store/files.rs)
"$tools/llvm-cov" report "${objects[@]}" --instr-profile=profiles/all.profdata --sources "${sources[@]}" | cut -c1-200
echo "lines that no test runs:"
"$tools/llvm-cov" show "${objects[@]}" --instr-profile=profiles/all.profdata --show-instantiations=false --sources "${sources[@]}" |
    grep -E '^/|^src|^ *[0-9]+\| *0\|' || true
