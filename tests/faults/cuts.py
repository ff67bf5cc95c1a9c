#!/usr/bin/env python3
"""Power cuts under icpctl, on real file systems. Needs root; run.sh calls it.

usage: cuts.py ICPCTL CRASHDISK --fs ext4|xfs|btrfs [--cuts N] [--recordings N] [--seed N]
               [--bad no-folder-flush|no-flush|in-place] [--fails write|flush]

A recording runs one command after another on a file system over crashdisk, and marks each one that
was acknowledged. A cut is the disk as a power failure at a random point leaves it, with none, half
or all of what was not flushed. It is mounted, recovered by `doctor --fix`, and compared: the store
must be what it was after the acknowledged commands, or after those and the one in hand, byte for
byte. Anything less is a loss, anything else is damage.

--bad breaks the protocol on purpose, to show that this test would tell.

--fails makes every write, or every flush, of the disk fail from a command chosen at random on, CUTS
times. That command must say so (exit 1), and the store must then be what it was before or after it;
once the disk is sound and mounted anew, the command must succeed or find its work done.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

MEGABYTES = {"ext4": 64, "xfs": 320, "btrfs": 128}
MKFS = {
    "ext4": ["mkfs.ext4", "-q", "-F"],
    "xfs": ["mkfs.xfs", "-q", "-f"],
    "btrfs": ["mkfs.btrfs", "-q", "-f"],
}
# The journal is written once a second, not every five: more cuts fall on its edges.
MOUNT = {"ext4": ["-o", "commit=1"], "xfs": [], "btrfs": ["-o", "commit=1"]}
BAD = {
    None: [],
    # Of two flushes of a replace the second is the folder's.
    "no-folder-flush": ["-e", "inject=fsync:retval=0:when=2+2"],
    "no-flush": ["-e", "inject=fsync,syncfs:retval=0"],
    "in-place": [],
}
SUBJECTS = 4


def call(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, timeout=120, **more).stdout


def filings():
    """Subjects with two sites each, of which two thirds are adopted in the first place."""
    told = []
    for n in range(1, SUBJECTS + 1):
        number = f"粤ICP备202100000{n}号"
        sites = [
            {
                "number": f"{number}-{s}",
                "kind": "site",
                "name": "示例网站",
                "domains": [f"s{s}.d{n}.example.net"],
                "accesses": [{"provider": "tencent", "account": f"acc-{n}"}],
            }
            for s in (1, 2)
        ]
        told.append({"number": number, "name": "示例科技有限公司", "nature": "enterprise", "services": sites})
    return told


def commands(bad):
    """Creations, replacements, groups, an import, undoing and repair, one command a line."""
    if bad:
        return [f"label 粤ICP备202100000{1 + i % SUBJECTS}号 turn=v{i}" for i in range(30)]
    lines = ["adopt --from first.json", "adopt --from rest.json"]
    # One group with a flush for each file, one that is flushed with the whole file system.
    lines += ["batch apply few.csv", "undo --yes", "batch apply many.csv"]
    for n in range(1, SUBJECTS, 2):
        pair = (n, n + 1)
        lines += [f"cancel-site s1.d{one}.example.net --ref a{one}" for one in pair]
        lines += [f"submit ref:a{n} ref:a{n + 1} --yes", f"record --from events-{n}.csv"]
        for one in pair:
            lines += [
                f"record ref:a{one} sms-verified --who all",
                f"record ref:a{one} bureau-approved",
                f"label 粤ICP备202100000{one}号 customer=example",
                f"cancel-site s2.d{one}.example.net --ref b{one}",
                f"note ref:b{one} noted",
            ]
        lines += [f"submit ref:b{n} ref:b{n + 1} --yes", "undo --yes", "doctor --fix"]
    lines += [
        "access s2.d1.example.net --provider huawei --ref w",
        "submit ref:w --yes",
        "withdraw ref:w --yes",
        "notice add s2.d2.example.net --class domain-expired",
        "duty done s2.d3.example.net public-security-filing --number 粤公网安备44010602000001号",
        "abandon ref:w --yes",
        "erase ref:w --yes",
    ]
    return lines + ["import all.jsonl"]


class Recording:
    def __init__(self, icpctl, crashdisk, fs, bad, work):
        self.icpctl, self.crashdisk, self.fs, self.bad = icpctl, crashdisk, fs, bad
        self.base, self.log, self.out = (f"{work}/{name}" for name in ("base", "log", "out"))
        self.disk, self.mnt, self.home = (f"{work}/{name}" for name in ("disk", "mnt", "home"))
        for folder in (self.disk, self.mnt, self.home):
            os.mkdir(folder)
        self.states = []
        self.turn = 0
        told = filings()
        Path(self.home, "first.json").write_text(json.dumps(told[:3]))
        Path(self.home, "rest.json").write_text(json.dumps(told[3:]))
        rows = [f"{{}}{i},cancel-site,s2.d{1 + i % SUBJECTS}.example.net\n" for i in range(70)]
        for name, count in (("few", 5), ("many", 70)):
            text = "".join(row.format(name) for row in rows[:count])
            Path(self.home, f"{name}.csv").write_text("ref,kind,target\n" + text)
        for n in range(1, SUBJECTS, 2):
            events = f"order,event\nref:a{n},sms-sent\nref:a{n + 1},sms-sent\n"
            Path(self.home, f"events-{n}.csv").write_text(events)
        self.export()

    def export(self):
        """What `import` brings in: a store of another subject, made elsewhere."""
        other = dict(filings()[0], number="京ICP备2021000009号")
        other["services"] = [
            {"number": "京ICP备2021000009号-1", "kind": "site", "name": "示例网站", "domains": ["example.org"], "accesses": ["tencent"]}
        ]
        Path(self.home, "other.json").write_text(json.dumps([other]))
        store = f"{self.home}/other"
        for line in ("init", "adopt --from other.json", "cancel-site example.org --ref other"):
            self.run(line, store)
        self.run("export --reveal --format jsonl --out all.jsonl", store)

    def run(self, line, store, before=(), may_fail=False):
        """Runs a command line; the turn is its clock and its seed."""
        self.turn += 1
        env = {
            "HOME": self.home,
            "PATH": os.environ["PATH"],
            "ICPCTL_NOW": f"2026-11-22T{8 + self.turn // 60:02}:{self.turn % 60:02}:00+08:00",
            "ICPCTL_SEED": str(self.turn),
            "ICPCTL_STORE": store,
        }
        words = line.split()
        if words[0] == "init":
            words.append(store)
            store = f"{store}/.icpctl"
        done = subprocess.run([*before, self.icpctl, *words], cwd=self.home, env=env, capture_output=True, text=True)
        if done.returncode and not may_fail:
            raise RuntimeError(f"{line}: exit {done.returncode}: {done.stderr}{done.stdout}")
        return done

    def store(self):
        return f"{self.mnt}/store"

    def state(self):
        """Every record, by path; locks, temporaries and the intent apart."""
        root = Path(self.store(), ".icpctl")
        return {
            str(path.relative_to(root)): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file() and path.parent.name != "locks" and not is_leftover(path)
        }

    def format(self):
        """Makes the file system with an empty store."""
        with open(self.base, "wb") as image:
            image.truncate(MEGABYTES[self.fs] << 20)
        call(*MKFS[self.fs], self.base)
        call("mount", "-o", "loop", self.base, self.mnt)
        os.mkdir(self.store())
        self.run("init", self.store())
        if self.bad:
            self.run("adopt --from first.json", self.store())
            self.run("adopt --from rest.json", self.store())
        call("sync")
        call("umount", self.mnt)

    @contextmanager
    def served(self):
        """Mounts the file system over crashdisk; yields its marks."""
        server = subprocess.Popen([self.crashdisk, "serve", self.base, self.disk, self.log])
        loop, mark = None, None
        try:
            while not os.path.exists(f"{self.disk}/disk"):
                time.sleep(0.02)
            loop = call("losetup", "-f", "--show", f"{self.disk}/disk").decode().strip()
            call("mount", *MOUNT[self.fs], loop, self.mnt)
            mark = os.open(f"{self.disk}/mark", os.O_WRONLY)
            yield mark
        finally:
            if mark:
                os.close(mark)
            subprocess.run(["umount", self.mnt], check=False)
            if loop:
                call("losetup", "-d", loop)
            # The loop device lets go a moment after it was told to.
            for _ in range(100):
                if subprocess.run(["fusermount3", "-u", self.disk], capture_output=True).returncode == 0:
                    break
                time.sleep(0.05)
            server.wait(30)

    def record(self):
        """Runs all commands, and remembers the state after each."""
        self.format()
        with self.served() as mark:
            self.states.append(self.state())
            os.write(mark, b"begin\n")
            for line in commands(self.bad):
                self.change(line)
                os.write(mark, b"done\n")
                self.states.append(self.state())
            time.sleep(1.2)
        records, first = call(self.crashdisk, "count", self.log).split()
        self.records, self.first = int(records), int(first)

    def broken(self, fault, dice):
        """Lets the disk fail during one command; returns what became of it, and why."""
        lines = commands(None)
        turn = dice.randrange(len(lines))
        self.format()
        with self.served() as mark:
            for line in lines[:turn]:
                self.run(line, self.store() + "/.icpctl")
            before = self.state()
            os.write(mark, f"!{fault}".encode())
            # What is read is in memory: only writing meets the disk.
            told = self.run(lines[turn], self.store() + "/.icpctl", self.tracer(), may_fail=True)
            os.write(mark, b"!ok")
        where = f"{lines[turn]}: exit {told.returncode}: {told.stderr.strip()[:300]}"
        # What the disk took, and of what it did not flush none, half or all.
        records, seed, keep = call(self.crashdisk, "count", self.log).split()[0], dice.randrange(1 << 30), dice.choice((0, 50, 100))
        call(self.crashdisk, "cut", self.base, self.log, self.out, records.decode(), str(seed), str(keep))
        mounted = subprocess.run(["mount", "-o", "loop", self.out, self.mnt], capture_output=True, text=True)
        if mounted.returncode:
            return "damaged", f"{where}: {mounted.stderr}"
        try:
            turn_before = self.turn
            self.run("doctor --fix", self.store() + "/.icpctl")
            found = self.state()
            self.turn = turn_before - 1
            again = self.run(lines[turn], self.store() + "/.icpctl", may_fail=True)
            after = self.state()
            if again.returncode not in (0, 4, 5):
                return "damaged", f"{where}: again: exit {again.returncode}: {again.stderr}"
            if told.returncode == 0 and found != after:
                return "lost", f"{where}: acknowledged, and gone"
            if told.returncode not in (0, 1):
                return "damaged", f"{where}: not exit 1"
            if told.returncode == 1 and self.mnt not in told.stderr:
                return "damaged", f"{where}: names no file"
            if found not in (before, after):
                return "damaged", f"{where}: a state that never was"
            return ("untouched" if told.returncode == 0 else "fine"), ""
        except RuntimeError as error:
            return "damaged", f"{where}: {error}"
        finally:
            call("umount", self.mnt)

    def change(self, line):
        if self.bad == "in-place":
            path = next(Path(self.store(), ".icpctl/subjects").glob("*.toml"))
            path.write_text(path.read_text() + f"# {line}\n" * 50)
            return
        self.run(line, self.store() + "/.icpctl", self.tracer())

    def tracer(self):
        """The program under which a bad protocol runs."""
        return ["strace", "-f", "-qq", "-o", "/dev/null", *BAD[self.bad], "--"] if self.bad else []

    def cut(self, dice):
        """Cuts the power once; returns what became of it, and why."""
        position = dice.randrange(self.first, self.records)
        seed, keep = dice.randrange(1 << 30), dice.choice((0, 50, 100))
        marks = call(self.crashdisk, "cut", self.base, self.log, self.out, str(position), str(seed), str(keep))
        done = marks.count(b"done")
        where = f"record {position}, seed {seed}, keep {keep}, after {done} commands"
        mounted = subprocess.run(["mount", "-o", "loop", self.out, self.mnt], capture_output=True, text=True)
        if mounted.returncode:
            return "damaged", f"{where}: {mounted.stderr}"
        try:
            self.run("doctor --fix", self.store() + "/.icpctl")
            found = self.state()
            left = [str(path) for path in Path(self.store()).rglob("*") if is_leftover(path)]
            if left:
                return "damaged", f"{where}: left behind {left}"
            if found in self.states[done : done + 2]:
                return "fine", ""
            if found in self.states[:done]:
                return "lost", f"{where}: only {self.states.index(found)} are there"
            return "damaged", f"{where}: a state that never was"
        except RuntimeError as error:
            return "damaged", f"{where}: {error}"
        finally:
            call("umount", self.mnt)


def is_leftover(path):
    return path.name == "intent.json" or path.name.endswith(".tmp")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("icpctl")
    parser.add_argument("crashdisk")
    parser.add_argument("--fs", choices=MKFS, required=True)
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--recordings", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bad", choices=[name for name in BAD if name])
    parser.add_argument("--fails", choices=("write", "flush"))
    asked = parser.parse_args()
    dice, result, why, flushes = random.Random(asked.seed), Counter(), [], 0
    recordings = asked.cuts if asked.fails else asked.recordings
    for turn in range(recordings):
        work = tempfile.mkdtemp(prefix="icpctl-cuts-")
        try:
            recording = Recording(asked.icpctl, asked.crashdisk, asked.fs, asked.bad, work)
            if not asked.fails:
                recording.record()
            for _ in range(asked.cuts * (turn + 1) // recordings - asked.cuts * turn // recordings):
                outcome, reason = recording.broken(asked.fails, dice) if asked.fails else recording.cut(dice)
                result[outcome] += 1
                if reason and len(why) < 5:
                    why.append(reason)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    told = ", ".join(f"{result[name]} {name}" for name in ("fine", "untouched", "lost", "damaged"))
    what = " ".join(filter(None, (f"!{asked.fails}" if asked.fails else "", asked.bad))) or "icpctl"
    print(f"{asked.fs:5} {what:15} {sum(result.values()):5} tried: {told}", flush=True)
    for reason in why:
        print(f"      {reason.strip()}")
    wrong = result["lost"] + result["damaged"]
    sys.exit(bool(wrong) != bool(asked.bad))


main()
