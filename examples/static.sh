#!/usr/bin/env bash
# Builds icpctl as one static file that starts fastest: no dynamic loader, yet loaded at a random
# address. Needs the C library's static files (Debian: libc6-dev). Prints where the file is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --locked --bin icpctl --target "$target"
echo "${CARGO_TARGET_DIR:-target}/$target/release/icpctl"
