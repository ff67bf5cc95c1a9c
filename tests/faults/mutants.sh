#!/usr/bin/env bash
# Mutation tests of the commit path: each function and operator of src/store/{commit,lock,disk,files}.rs
# is broken in turn, and tests/storage must notice.
#
#   bash tests/faults/mutants.sh [ARGUMENTS OF cargo mutants, such as -f src/store/lock.rs]
#
# cargo install --locked cargo-mutants. A small crate of those files and their tests alone is made in
# target/mutants, since the whole program takes a minute to build, and there are hundreds of mutants.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

crate=target/mutants/store
rm -rf "$crate/src" "$crate/tests"
mkdir -p "$crate/src/store" "$crate/tests/storage"
for name in commit disk error files lock; do cp "src/store/$name.rs" "$crate/src/store/"; done
# What this does not need is left out with its module.
grep -v '^pub mod parser;' src/lang.rs >"$crate/src/lang.rs"
cp Cargo.lock rust-toolchain.toml "$crate/" 2>/dev/null || true
for name in calls crash disk locks memory power recovery; do cp "tests/storage/$name.rs" "$crate/tests/storage/"; done
grep -v '^mod \(near\|place\|roll\);' tests/storage.rs | sed 's/^pub(crate) //' >"$crate/tests/storage.rs"
echo 'mod storage;' >"$crate/tests/main.rs"
cat >"$crate/src/lib.rs" <<'RUST'
//! The commit path alone.
pub mod lang;
pub mod store {
    //! The commit path alone.
    pub mod commit;
    pub mod disk;
    mod error;
    pub mod files;
    pub mod lock;
    pub use commit::{Change, Digest, GITIGNORE, Recovery};
    pub use disk::Disk;
    pub use error::{Action, StorageError};
    pub use files::{Entry, Files, Kind, RECORD_LIMIT, Stat, StorePath};
    pub use lock::{Holder, LockKey, RecordLock, StoreLock};
}
RUST
{
    printf '[package]\nname = "icpctl"\nversion = "0.0.0"\nedition = "2024"\nautotests = false\n\n[[test]]\nname = "all"\npath = "tests/main.rs"\n\n[workspace]\n\n[dependencies]\n'
    grep -E '^(chrono|serde|serde_json|sha2|thiserror|toml|rustix|tempfile) = ' Cargo.toml | awk '!seen[$1]++'
    # The tests take longer than the build.
    printf '\n[profile.test]\nopt-level = 1\ndebug = 0\n'
} >"$crate/Cargo.toml"
cd "$crate"
exec cargo mutants --baseline=run --timeout 60 --colors=never "$@"
