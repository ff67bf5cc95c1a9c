#!/usr/bin/env bash
# The tour: six weeks of a fictional filing agency, in one go.
# 导览：一家虚构代备机构的六个星期，一条命令走完。
#
#   bash examples/tour.sh [--lang zh|en] [--keep]
#
# Builds icpctl, works in a new temporary folder (removed at the end, unless --keep), and ends by
# checking the portfolio: the exit code is 0 only when everything came out as told.
# ICPCTL_BIN names a program that is built already.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

lang=en
case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in zh*) lang=zh ;; esac
keep=
while [ $# -gt 0 ]; do
    case $1 in
    --lang) lang=${2:?"--lang zh|en"} && shift 2 ;;
    --keep) keep=1 && shift ;;
    *) echo "usage: bash examples/tour.sh [--lang zh|en] [--keep]" >&2 && exit 2 ;;
    esac
done

# ---------------------------------------------------------------- what the tour is told with

# Narrates: Chinese, then English.
say() {
    if [ "$lang" = zh ]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi
}

# Opens an act: a number, Chinese, English.
act() {
    printf '\n=== %s. ' "$1"
    say "$2" "$3"
    printf '\n'
}

# Moves the story's clock: date and time in China Standard Time, then what the clock says to people.
at() {
    export ICPCTL_NOW="$1T$2:00+08:00"
    say "[${1#2026-} $2]" "[$1 $2]"
}

# Prints a command as it would be typed.
typed() {
    local word line="\$"
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=,@%+-]*) line+=" '$word'" ;;
        *) line+=" $word" ;;
        esac
    done
    printf '%s\n' "$line"
}

# Runs a program under the name it is typed with, expects an exit code, and leaves stdout in $out.
# What was said on stderr stands behind a bar; the note that the clock is fixed is left out.
out=
step() {
    local expected=$1 name=$2 program=$3 code=0
    shift 3
    typed $name "$@"
    $program "$@" </dev/null >"$work/out" 2>"$work/err" || code=$?
    out=$(cat "$work/out")
    if [ -n "$out" ]; then printf '%s\n' "$out" | sed 's/^\(.\)/  \1/'; fi
    sed -e '/ICPCTL_NOW/d' -e 's/^/  | /' "$work/err"
    if [ "$code" -ne "$expected" ]; then
        say "导览中断：上一条命令应以 $expected 退出，实际为 $code" \
            "the tour stops: the command above should have exited with $expected, not $code" >&2
        exit 1
    fi
    if [ "$code" -ne 0 ]; then say "  （退出码 $code）" "  (exit code $code)"; fi
    printf '\n'
}

run() { step 0 icpctl "$icpctl" "$@"; }
refused() {
    local code=$1
    shift
    step "$code" icpctl "$icpctl" "$@"
}

# ---------------------------------------------------------------- the program and its folder

icpctl=${ICPCTL_BIN:-}
if [ -z "$icpctl" ]; then
    say "正在构建 icpctl（首次需要几分钟）" "building icpctl (the first time takes some minutes)"
    cargo build --locked
    icpctl=${CARGO_TARGET_DIR:-target}/debug/icpctl
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/icpctl-tour.XXXXXX")
cleanup() { if [ -z "$keep" ]; then rm -rf "$work"; fi; }
trap cleanup EXIT

# Nothing of this machine's settings, and the same order ids in every run.
unset "${!ICPCTL_@}"
export XDG_CONFIG_HOME="$work/config" XDG_CACHE_HOME="$work/cache" XDG_DATA_HOME="$work/data"
export ICPCTL_STORE="$work/store" ICPCTL_LANG=$lang ICPCTL_SEED=1 ICPCTL_COLOR=never
export ICPCTL_NOW=2026-11-02T09:00:00+08:00

say "备案库放在临时目录 ${work}；时间由 ICPCTL_NOW 逐步固定，所以无论哪天运行，时限和工作日都一样。
下文 \$ 后是命令，缩进的是它的标准输出，“|”后是它在标准错误上说的话。" \
    "The store is in the temporary folder ${work}. ICPCTL_NOW fixes the time step by step, so that deadlines and
working days come out the same whatever day you run this.
Below, a command stands behind \$, its stdout is indented, and what it said on stderr stands behind a bar."

# ---------------------------------------------------------------- the tour

act 1 "把已有的备案收进来" "Bring in what is filed already"
at 2026-11-02 09:00
run init
say "先是几家知名机构的公开备案信息（真实数据）：" "First, public records of some well-known organisations (real data):"
run adopt --from examples/public-filings.jsonl
say "再是一家虚构代备机构替客户管理的备案：" "Then what a fictional agency looks after for its customers:"
run adopt --from examples/agency.jsonl
say "再导入一次，什么都不会变：" "Adopting the same again changes nothing:"
run adopt --from examples/agency.jsonl
say "这就是备案现状；苏州那家名下已没有服务，是“空壳主体”：" \
    "This is the portfolio. The subject in Suzhou has no service left: an empty shell:"
run portfolio

act 2 "逐个注销：客户甲关掉两个站" "Cancel one by one: customer 甲 gives up two sites"
say "起草什么都不发送，只打印订单号，并说明后果：" \
    "Drafting sends nothing: it prints the order's id, and says what will follow:"
run cancel-site docs.example.com --provider tencent --reason 并入商城
docs=$out
say "提交前先看会发生什么（-n 不写入任何东西）：" "Before it is submitted, see what would happen (-n writes nothing):"
run submit "$docs" --dry-run
say "在腾讯云控制台提交之后，告诉 icpctl：" "Once it has been submitted in Tencent Cloud's console, tell icpctl:"
run submit "$docs" --yes
say "同一主体同一时间只能有一个在办订单，所以第二个站可以起草，但还不能提交：" \
    "A subject may have one order on its way at a time: the second site can be drafted, but not submitted yet:"
run cancel-site help.example.com --provider tencent --reason 并入商城
help=$out
refused 5 submit "$help" --yes
at 2026-11-02 09:06
say "核验短信到了负责人手机，24 小时的期限从此算起：" \
    "The verification SMS reaches the responsible person; its 24 hours run from here:"
run record "$docs" sms-sent
at 2026-11-02 10:30
run record "$docs" sms-verified
say "已经到了管局，注销就撤不回来了：" "Now it lies with the bureau, and a cancellation cannot be withdrawn any more:"
refused 5 withdraw "$docs" --yes
run status
at 2026-11-05 15:00
say "管局通过，订单和备案现状同时更新：" "The bureau approves: the order and the portfolio change together:"
run record "$docs" bureau-approved
say "主体空出来了，第二个站可以提交：" "The subject is free again, so the second site can go:"
run submit "$help" --yes
run record "$help" sms-sent
at 2026-11-05 15:20
run record "$help" sms-verified
at 2026-11-10 11:00
run record "$help" bureau-approved

act 3 "批量注销：客户己的三家公司，用一个 shell 循环" \
    "Cancel in a loop: three companies of customer 己, with a shell script"
at 2026-11-11 09:00
export ICPCTL="$icpctl" # what the script calls
say "脚本对清单里的每一行：起草、提交、打印状态：" "For each line of a list, the script drafts an order, sends it and prints where it stands:"
step 0 "sh examples/cancel-loop.sh" "sh examples/cancel-loop.sh" examples/cancel-loop.txt
loop=$out
say "再跑一遍也不会重复：--ref 认得每一行，订单号不变：" "Running it again does nothing twice: --ref knows each line, and the ids are the same:"
step 0 "sh examples/cancel-loop.sh" "sh examples/cancel-loop.sh" examples/cancel-loop.txt
if [ "$out" != "$loop" ]; then
    say "第二遍的订单号不同" "the second run named other orders" >&2
    exit 1
fi
{ read -r tea _ && read -r toys _ && read -r books _; } <<<"$loop"
at 2026-11-11 09:10
run record "$tea" "$toys" "$books" sms-sent
at 2026-11-11 11:00
say "三位负责人，两位回了短信：" "Of the three persons, two answer:"
run record "$tea" "$toys" sms-verified
at 2026-11-12 09:10
say "24 小时到了，第三位没有回。没人告诉 icpctl，它按时钟推定订单已退回（标为“推定”，不写入）：" \
    "The 24 hours are over and the third did not. Nobody has told icpctl: by the clock it presumes that the order lapsed, and writes nothing:"
run show "$books"
say "控制台也这么说，记下来。注销没有办成，备案继续有效：" \
    "The console says so too: record it. The cancellation came to nothing, and the filing stays valid:"
run record "$books" sms-expired
run portfolio old-books.example.com
at 2026-11-16 16:00
run record "$tea" "$toys" bureau-approved

act 4 "注销主体：客户丙不再做网站" "Cancel a subject: customer 丙 is done with the web"
at 2026-11-17 09:00
run cancel-subject 沪ICP备2021000003号 --provider tencent
subject=$out
say "主体一注销，备案号再也回不来，所以光有 --yes 不够，必须写出备案号：" \
    "A cancelled subject's number never comes back, so --yes alone is not enough: the number must be spelt out:"
refused 2 submit "$subject" --yes
run submit "$subject" --yes --confirm 沪ICP备2021000003号
run record "$subject" sms-sent
at 2026-11-17 09:30
run record "$subject" sms-verified
at 2026-11-19 10:00
run record "$subject" bureau-approved

act 5 "接入与取消接入：客户乙从腾讯云搬到华为云" \
    "Access: customer 乙 moves from Tencent Cloud to Huawei Cloud"
at 2026-11-19 11:00
say "给开放接口增加华为云接入（从资料文件起草）：" "Add Huawei Cloud to one service, from a dossier:"
run access --from examples/dossiers/access.toml
access=$out
run submit "$access" --yes
at 2026-11-20 14:00
say "接入商初审通过，转交管局，短信核验，管局通过：" "The provider accepts and forwards it, the SMS is answered, the bureau approves:"
run record "$access" accepted
at 2026-11-23 10:00
run record "$access" forwarded
run record "$access" sms-sent
at 2026-11-23 10:15
run record "$access" sms-verified
at 2026-11-26 17:00
run record "$access" bureau-approved
say "云文档在两家都有接入，现在取消腾讯云那一家；这不需要短信：" \
    "The other service is accessed at both: end the access at Tencent Cloud. No SMS for that:"
run cancel-access --from examples/dossiers/cancel-access.toml
leave=$out
run submit "$leave" --yes
at 2026-11-30 10:00
run record "$leave" bureau-approved

act 6 "变更备案：商城改名" "Change: the shop gets a new name"
at 2026-11-30 10:30
run change --from examples/dossiers/change.toml
change=$out
run submit "$change" --yes
at 2026-12-01 15:00
run record "$change" accepted
run record "$change" forwarded
run record "$change" sms-sent
at 2026-12-01 15:30
run record "$change" sms-verified
at 2026-12-07 09:30
run record "$change" bureau-approved

act 7 "首次备案：新客户庚，先被驳回，再通过" "A first filing: new customer 庚, rejected once, then approved"
at 2026-12-07 10:00
run new --from examples/dossiers/new.toml
new=$out
run submit "$new" --yes
at 2026-12-08 11:00
run record "$new" rejected --reason 通信地址未写到门牌号
say "被驳回的订单改好再交，订单号不变：" "A rejected order is corrected and goes again, under the same id:"
run edit "$new" --set subject.mailing_address=示例路9号2号楼1层101室
run submit "$new" --yes
at 2026-12-09 16:00
run record "$new" accepted
run record "$new" forwarded
run record "$new" sms-sent
at 2026-12-09 16:30
say "首次备案，主体负责人和网站负责人都要回短信：" "For a first filing both the subject's and the site's person must answer:"
run record "$new" sms-verified --who subject
run status
run record "$new" sms-verified --who service
at 2026-12-16 14:00
say "管局通过，并给出备案号：" "The bureau approves, and gives the numbers:"
run record "$new" bureau-approved --number 粤ICP备2026000009号 --number 粤ICP备2026000009号-1
say "给新主体标上客户，以后按客户查看：" "Label the new subject with its customer, to find it by:"
run label 粤ICP备2026000009号 customer=庚

act 8 "结果" "What came of it"
say "订单都办完了，只剩通过之后的事项。全部订单，和最后的备案现状：" "No order is waiting; what is left are the duties after approval. All orders, and the portfolio at the end:"
run status
run list --all
run portfolio --by customer
run doctor

# ---------------------------------------------------------------- is it right?

# One line a subject: number, services, providers of each access, names. Public records first.
expected='京ICP备10046444号	京ICP备10046444号-9	generic	小米科技
京ICP备16020626号	京ICP备16020626号-8;京ICP备16020626号-14	generic;generic	奇安信;天府杯
京ICP证030173号	京ICP证030173号-1	generic	百度
沪ICP备13002172号	沪ICP备13002172号-3	generic	哔哩哔哩
粤B2-20090059	粤B2-20090059-5	tencent	腾讯网
蜀ICP备19011193号	蜀ICP备19011193号-6	generic	七淘
京ICP备2021000004号	京ICP备2021000004号-1A;京ICP备2021000004号-2X	tencent;wechat	示例记账;示例点餐
京ICP备2021000008号	京ICP备2021000008号-1;京ICP备2021000008号-2	tencent;tencent	示例图书官网;示例图书旧站
沪ICP备2021000007号	沪ICP备2021000007号-1	tencent	示例玩具官网
浙ICP备2021000002号	浙ICP备2021000002号-1;浙ICP备2021000002号-2	huawei;tencent;huawei	示例云文档;示例开放接口
粤ICP备2021000001号	粤ICP备2021000001号-1	tencent	示例优选商城
粤ICP备2021000006号	粤ICP备2021000006号-1	tencent	示例茶叶官网
粤ICP备2026000009号	粤ICP备2026000009号-1	tencent	示例花卉商城
苏ICP备2021000005号			'

"$icpctl" --quiet portfolio --format tsv \
    --fields number,services.number,services.accesses.provider,services.name >"$work/portfolio.tsv"
tail -n +2 "$work/portfolio.tsv" | LC_ALL=C sort >"$work/actual"
printf '%s\n' "$expected" | LC_ALL=C sort >"$work/expected"
if ! diff "$work/expected" "$work/actual"; then
    say "检查未通过：备案现状与预期不符（< 为预期，> 为实际）" \
        "the check failed: the portfolio is not as expected (< expected, > actual)" >&2
    exit 1
fi
say "检查通过：备案现状与预期完全一致：甲注销两个站、商城改名；己两个旧站注销、一个因短信超时保留；
丙的主体注销；乙增加华为云、退出腾讯云一处；庚首次备案获号。" \
    "checked: the portfolio is exactly as expected. 甲 cancelled two sites and renamed the shop; of 己's old sites two are
cancelled and one stayed, its SMS unanswered; 丙's subject is gone; 乙 gained Huawei Cloud and left Tencent Cloud with one
service; 庚 has its first numbers."
if [ -n "$keep" ]; then say "备案库保留在 $work/store" "the store is kept in $work/store"; else say "临时目录已删除" "the temporary folder is removed"; fi
