#!/usr/bin/env bash
# Builds icpctl as one static file that starts fastest: no dynamic loader, yet loaded at a random
# address. Needs the C library's static files (Debian: libc6-dev). Prints where the file is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS='-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs'
cargo build --release --locked --bin icpctl --target "$target"
file=${CARGO_TARGET_DIR:-target}/$target/release/icpctl
"$file" --version >/dev/null
echo "$file"
