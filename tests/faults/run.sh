#!/usr/bin/env bash
# Crash safety at full length: what needs root, a real file system, or more time than `cargo test` has.
#
#   sudo bash tests/faults/run.sh [disks | cuts | fails | calls | writers | all] [CUTS]
#
# disks    a full disk, no inodes left, a read-only store, another user's store
# cuts     power cuts on ext4, xfs and btrfs, CUTS (1000) on each, and the bad protocols that must fail
# fails    a disk that begins to fail its writes or its flushes, CUTS (60) times each on the same three
# calls    every system call of every write command, killed before it and failed with seven errnos
# writers  eight processes with 250 writes each, some of them killed
#
# Debian: apt-get install strace fuse3 e2fsprogs xfsprogs btrfs-progs python3. In a container:
# --privileged, with /dev/fuse and /dev/loop-control. ICPCTL_BIN names a program that is built already;
# the static one of examples/static.sh is four times as quick. ICPCTL_FAULTS=2/5 takes the second fifth of
# the calls, ICPCTL_PLAYS=erase,sync those commands alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

what=${1:-all}
case $what in disks | cuts | fails | calls | writers | all) ;; *) sed -n '2,15s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;; esac
wants() { [ "$what" = all ] || [ "$what" = "$1" ]; }

if { wants disks || wants cuts || wants fails; } && [ "$(id -u)" -ne 0 ]; then
    echo "run.sh: mounting takes root" >&2
    exit 2
fi

if [ -z "${ICPCTL_BIN:-}" ]; then
    cargo build --locked
    ICPCTL_BIN=$PWD/target/debug/icpctl
fi
export ICPCTL_BIN
failed=0

if wants disks; then
    echo "=== disks"
    bash tests/faults/disks.sh || failed=1
fi

if wants cuts || wants fails; then
    cargo build --release --locked --quiet --manifest-path tests/faults/crashdisk/Cargo.toml --target-dir target/crashdisk
    crashdisk=target/crashdisk/release/crashdisk
    # Images in memory: what is tested is the order of writes, not the speed of a disk.
    if [ -d /dev/shm ]; then export TMPDIR=/dev/shm; fi
fi

if wants cuts; then
    echo "=== power cuts"
    for fs in ext4 xfs btrfs; do
        python3 tests/faults/cuts.py "$ICPCTL_BIN" "$crashdisk" --fs $fs --cuts "${2:-1000}" || failed=1
        for bad in no-folder-flush no-flush in-place; do
            python3 tests/faults/cuts.py "$ICPCTL_BIN" "$crashdisk" --fs $fs --cuts 60 --recordings 1 --bad $bad || failed=1
        done
    done
fi

if wants fails; then
    echo "=== failing disks"
    for fs in ext4 xfs btrfs; do
        for fault in write flush; do
            python3 tests/faults/cuts.py "$ICPCTL_BIN" "$crashdisk" --fs $fs --cuts "${2:-60}" --fails $fault || failed=1
        done
    done
    python3 tests/faults/cuts.py "$ICPCTL_BIN" "$crashdisk" --fs ext4 --cuts 30 --fails flush --bad no-flush || failed=1
fi

if wants calls; then
    echo "=== system calls"
    ICPCTL_FAULTS=${ICPCTL_FAULTS:-all} cargo test --locked faults::sweep -- --ignored --nocapture || failed=1
fi

if wants writers; then
    echo "=== writers"
    cargo test --locked faults::writers -- --include-ignored --nocapture || failed=1
fi

exit $failed
