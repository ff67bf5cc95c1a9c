#!/bin/sh
# Says to a pipeline whether a site may go live, by the exit code.
# 用退出码告诉流水线：网站能否上线。
#
#   sh examples/ci/check-filing.sh order ORDER…              is every order approved?
#   sh examples/ci/check-filing.sh filed TARGET [PROVIDER]   is it filed (and accessed there)?
#   sh examples/ci/check-filing.sh wait ORDER…               the same as order, but wait for it
#
#   0 approved, or filed · 8 still on its way · 9 rejected, expired, lapsed, purged or abandoned · 4 neither
#
# ICPCTL names the program where it is not on the PATH; ICPCTL_STORE names the store, and
# WAIT_FOR how long to wait (30m).
set -eu

icpctl=${ICPCTL:-icpctl}
question=${1:?"usage: check-filing.sh order|filed|wait …"}
shift

# Nobody is there to be asked.
export ICPCTL_NO_INPUT=1

case $question in
order)
    exec "$icpctl" status --exit-status "$@"
    ;;
filed)
    target=${1:?"check-filing.sh filed TARGET [PROVIDER]"}
    exec "$icpctl" portfolio "$target" --exit-status ${2:+--provider "$2"}
    ;;
wait)
    exec "$icpctl" wait "$@" --timeout "${WAIT_FOR:-30m}"
    ;;
*)
    echo "check-filing.sh: order, filed or wait, not $question" >&2
    exit 2
    ;;
esac
