#!/usr/bin/env bash
# Disks that are full, out of inodes, read-only or another user's: nothing acknowledged is lost, every
# refusal is told, and every command works again afterwards. Needs root; run.sh calls it.
set -euo pipefail
shopt -s nullglob

icpctl=${ICPCTL_BIN:?run.sh sets it}
work=$(mktemp -d)
mnt=$work/mnt
mkdir "$mnt" "$work/home"
export HOME=$work/home ICPCTL_NOW=2026-11-22T10:00:00+08:00
unset ICPCTL_STORE XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME
trap 'umount -l "$mnt" 2>/dev/null || true; chattr -R -i "$work" 2>/dev/null || true; rm -rf "$work"' EXIT

wrong=0
tried=0
fail() {
    echo "WRONG: $*"
    wrong=$((wrong + 1))
}

run() { "$icpctl" --store "$mnt/.icpctl" "$@"; }

filings() {
    printf '[{"number":"粤ICP备2021000001号","name":"示例科技有限公司","nature":"enterprise","services":['
    printf '{"number":"粤ICP备2021000001号-1","kind":"site","name":"示例","domains":["example.cn"],"accesses":["tencent"]}]}]'
}

# A store with one order.
prepare() {
    "$icpctl" init "$mnt" >/dev/null 2>&1
    filings | run adopt --from - --yes >/dev/null 2>&1
    run cancel-site example.cn --ref r >/dev/null 2>&1
}

# The digest of all records.
digest() { (cd "$mnt/.icpctl" && find orders subjects store.toml -type f -name '[!.]*' -exec sha256sum {} + | sort | sha256sum); }

# Writes until it fails; each acknowledged note must be there in the end. Then frees space, writes again.
fill() {
    local name=$1 free=$2 n code acknowledged=()
    for n in $(seq 1 400); do
        code=0
        run note ref:r "note-$n" >"$work/out" 2>"$work/err" || code=$?
        tried=$((tried + 1))
        if [ "$code" -eq 0 ]; then
            acknowledged+=("note-$n")
        else
            [ "$code" -eq 1 ] || fail "$name: exit $code: $(cat "$work/err")"
            grep -q "$mnt" "$work/err" || fail "$name: does not name the file: $(cat "$work/err")"
            [ "$n" -gt 30 ] && [ "$((n % 7))" -eq 0 ] && break
        fi
    done
    [ "$code" -ne 0 ] || fail "$name: never full"
    before=$(digest)
    # Reading works on a full disk, and changes nothing.
    for reading in "list" "show ref:r" "portfolio" "log" "status"; do
        # shellcheck disable=SC2086
        run $reading >/dev/null 2>"$work/err" || fail "$name: $reading: $(cat "$work/err")"
        tried=$((tried + 1))
    done
    [ "$(digest)" = "$before" ] || fail "$name: reading changed a record"
    $free
    run note ref:r after >/dev/null 2>"$work/err" || fail "$name: after space is back: $(cat "$work/err")"
    run doctor >/dev/null 2>"$work/err" || fail "$name: doctor: $(cat "$work/err")"
    run show ref:r --json >"$work/out" 2>/dev/null
    for n in "${acknowledged[@]}" after; do
        grep -q "\"reason\":\"$n\"" "$work/out" || fail "$name: $n was acknowledged and is lost"
    done
    [ -z "$(find "$mnt/.icpctl" -name '.*.tmp' -o -name intent.json)" ] || fail "$name: temporaries left"
    echo "$name: ${#acknowledged[@]} acknowledged, all there"
}

free_ballast() { rm -f "$mnt"/ballast*; }

mount -t tmpfs -o size=1m tmpfs "$mnt"
prepare
head -c 2M /dev/zero >"$mnt/ballast" 2>/dev/null || true
truncate -s -60k "$mnt/ballast"
fill "tmpfs, full" free_ballast
umount "$mnt"

truncate -s 8M "$work/image"
mkfs.ext4 -q -F "$work/image"
mount -o loop "$work/image" "$mnt"
prepare
head -c 20M /dev/zero >"$mnt/ballast" 2>/dev/null || true
truncate -s -60k "$mnt/ballast"
fill "ext4, full" free_ballast
umount "$mnt"

mount -t tmpfs -o nr_inodes=60 tmpfs "$mnt"
prepare
for n in $(seq 1 60); do : 2>/dev/null >"$mnt/ballast-$n" || break; done
fill "tmpfs, no inodes" free_ballast
umount "$mnt"

# A file that may not grow past a size: the write is refused halfway.
mount -t tmpfs tmpfs "$mnt"
prepare
before=$(digest)
code=0
(ulimit -f 1; run edit ref:r --set "reason=$(head -c 1500 /dev/zero | tr '\0' x)" >/dev/null 2>&1; run note ref:r "$(head -c 1500 /dev/zero | tr '\0' x)" >"$work/out" 2>"$work/err") || code=$?
tried=$((tried + 1))
[ "$code" -eq 1 ] || fail "ulimit -f: exit $code: $(cat "$work/err")"
[ "$(digest)" = "$before" ] || fail "ulimit -f: something changed"
run note ref:r after >/dev/null 2>&1 || fail "ulimit -f: afterwards"
echo "ulimit -f: refused, unchanged"

# Read-only: reading works, writing is told, nothing changes.
refused() {
    local name=$1 code line before
    shift
    before=$(digest)
    for line in "list" "show ref:r" "portfolio" "log" "status" "doctor"; do
        code=0
        # shellcheck disable=SC2086
        "$@" "$icpctl" --store "$mnt/.icpctl" $line >/dev/null 2>"$work/err" || code=$?
        tried=$((tried + 1))
        [ "$code" -eq 0 ] || fail "$name: $line: exit $code: $(cat "$work/err")"
    done
    for line in "note ref:r x" "submit ref:r --yes" "label example.cn a=1" "undo --yes"; do
        code=0
        # shellcheck disable=SC2086
        "$@" "$icpctl" --store "$mnt/.icpctl" $line >/dev/null 2>"$work/err" || code=$?
        tried=$((tried + 1))
        [ "$code" -eq 1 ] || fail "$name: $line: exit $code: $(cat "$work/err")"
        grep -q "$mnt" "$work/err" || fail "$name: $line does not name the file: $(cat "$work/err")"
    done
    [ "$(digest)" = "$before" ] || fail "$name: something changed"
    echo "$name: read, and every write refused"
}
mount -o remount,ro "$mnt"
refused "read-only" env
mount -o remount,rw "$mnt"

# Another user, who may read but not write.
chmod -R a+rX "$mnt" "$work"
refused "another user's, readable" setpriv --reuid 65534 --regid 65534 --clear-groups

# Another user, who may do nothing.
chmod -R go-rwx "$mnt/.icpctl"
for line in "list" "note ref:r x"; do
    code=0
    # shellcheck disable=SC2086
    setpriv --reuid 65534 --regid 65534 --clear-groups "$icpctl" --store "$mnt/.icpctl" $line >/dev/null 2>"$work/err" || code=$?
    tried=$((tried + 1))
    [ "$code" -eq 1 ] || fail "another user's, private: $line: exit $code: $(cat "$work/err")"
    grep -q "$mnt" "$work/err" || fail "another user's, private: $line does not name the file"
done
echo "another user's, private: every command refused"

run doctor --fix >/dev/null 2>"$work/err" || fail "doctor --fix in the end: $(cat "$work/err")"
umount "$mnt"

# A folder that is gone, and a file that may not be replaced.
code=0
run list >/dev/null 2>"$work/err" || code=$?
[ "$code" -eq 4 ] || [ "$code" -eq 1 ] || fail "missing store: exit $code: $(cat "$work/err")"
tried=$((tried + 1))
truncate -s 0 "$work/image" && truncate -s 8M "$work/image"
mkfs.ext4 -q -F "$work/image"
mount -o loop "$work/image" "$mnt"
prepare
order=("$mnt"/.icpctl/orders/*/*.toml)
chattr +i "${order[0]}"
code=0
run note ref:r x >/dev/null 2>"$work/err" || code=$?
tried=$((tried + 1))
[ "$code" -eq 1 ] || fail "immutable: exit $code: $(cat "$work/err")"
grep -q "$(basename "${order[0]}")" "$work/err" || fail "immutable: does not name the file: $(cat "$work/err")"
chattr -i "${order[0]}"
run note ref:r x >/dev/null 2>&1 || fail "no longer immutable"
[ -z "$(find "$mnt/.icpctl" -name '.*.tmp')" ] || fail "immutable: temporaries left"
echo "immutable file: refused, then written"
umount "$mnt"

# What was erased, on the disk itself: the file system does not overwrite, and `erase` says so.
truncate -s 0 "$work/image" && truncate -s 8M "$work/image"
mkfs.ext4 -q -F "$work/image"
mount -o loop "$work/image" "$mnt"
prepare
canary=canary-$$-erased
run note ref:r "$canary" >/dev/null 2>&1
run abandon ref:r --yes >/dev/null 2>&1
sync -f "$mnt"
grep -qr "$canary" "$mnt" || fail "erase: the canary is not there"
run erase ref:r --yes >/dev/null 2>"$work/err" || fail "erase: $(cat "$work/err")"
grep -q "has not overwritten" "$work/err" || fail "erase: does not say what it cannot reach: $(cat "$work/err")"
if grep -qr "$canary" "$mnt" "$work/home"; then fail "erase: still in a file"; fi
tried=$((tried + 3))
umount "$mnt"
echo "erased: in no file; $(grep -aoc "$canary" "$work/image" || true) line(s) of the raw image still hold it, as erase says"

echo "$tried commands tried, $wrong wrong"
[ "$wrong" -eq 0 ]
