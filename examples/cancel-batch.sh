#!/bin/sh
# Cancels every service of a batch file: checks it, says what all rows do together, and sends the orders.
# 批量注销：先检查批量文件，写明合计影响，再起草并提交各行的订单。
#
#   sh examples/cancel-batch.sh BATCH
#
# Nothing is done unless every row passes the check (exit 3 otherwise). Safe to run twice, and after a
# kill at any moment: a row is done once by its `ref`. What stands on stdout is one line a row.
# 任何一行通不过检查，就什么都不做（退出码 3）。可以重复执行，中途被杀掉也能接着办：同一 ref 只办一次。标准输出每行一份订单。
# ICPCTL names the program where it is not on the PATH.
set -eu

icpctl=${ICPCTL:-icpctl}
batch=${1:?"usage: cancel-batch.sh BATCH"}
plan=$(mktemp)
trap 'rm -f "$plan"' EXIT

"$icpctl" --quiet batch check "$batch" >&2
"$icpctl" --quiet batch plan "$batch" --out "$plan" >&2
# What moves between the plan and this is told (exit 6), not overrun.
"$icpctl" --quiet batch apply "$plan" --submit --yes --format tsv --fields ref,order,outcome
