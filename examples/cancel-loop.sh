#!/bin/sh
# A plain loop: drafts a cancellation for each service in a list, sends it, and prints where it stands.
# `icpctl batch` does the same at once (cancel-batch.sh); this shows how any command can be repeated.
# 普通循环：为清单中的每个服务起草注销订单并提交，然后列出各订单的状态。
# icpctl batch 一次就能办完（见 cancel-batch.sh）；这里示范怎样放心地重复执行任何命令；与批量先后执行也不会重复起草，因为 ref 相同。
#
#   sh examples/cancel-loop.sh LIST
#
# Safe to run twice, and before or after the batch, whose rows have the same refs: `--ref` makes the
# same line the same order, and what has been sent is not sent again. A line that is refused is told on stderr and the rest goes on; the exit code is then 7.
# ICPCTL names the program where it is not on the PATH.
set -u

icpctl=${ICPCTL:-icpctl}
list=${1:?"usage: cancel-loop.sh LIST"}
code=0

status_of() {
    "$icpctl" --quiet status "$1" --format tsv --fields status </dev/null | tail -n 1
}

while read -r target provider _; do
    case $target in '' | '#'*) continue ;; esac
    # One key a target: the second run finds the order that the first one made, or the batch.
    if ! id=$("$icpctl" --quiet cancel-site "$target" --provider "$provider" --ref "cancel-$target" </dev/null); then
        code=7
        continue
    fi
    if [ "$(status_of "$id")" = draft ]; then
        "$icpctl" --quiet submit "$id" --yes </dev/null >/dev/null || code=7
    fi
    printf '%s\t%s\t%s\n' "$id" "$target" "$(status_of "$id")"
done <"$list"

exit "$code"
