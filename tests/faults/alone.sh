# Makes a small crate of the commit path, src/store/{commit,commit/recovery,lock,disk,files}.rs, and its tests alone in
# target/alone, and enters it: the whole program takes a minute to build.
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
crate=target/alone
rm -rf "$crate/src" "$crate/tests"
mkdir -p "$crate/src/store/commit" "$crate/tests/storage"
for name in commit disk error files halves lock; do cp "src/store/$name.rs" "$crate/src/store/"; done
cp src/store/commit/*.rs "$crate/src/store/commit/"
# What this does not need is left out with its module.
grep -vE '^(pub )?(mod|use) (parser|words)' src/lang.rs >"$crate/src/lang.rs"
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
    mod halves;
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
