#!/usr/bin/env python3
"""Counts the instructions of three hot paths under valgrind's callgrind, and holds them against benches/instructions.json.

    python3 benches/instructions.py            fails when one is more than a tenth dearer, or cheaper, than recorded
    python3 benches/instructions.py --write    records them anew

A count is that of `count_these_instructions` in benches/micro/main.rs, with all it calls on its own thread. It depends on the
compiler and the libraries, hardly on the machine, and not on who else uses it. What is counted is not optimised: it is what the
tests are built as, and so the gate has it built already. docs/performance.md says how to read it.
"""

import argparse
import json
import platform
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "benches" / "instructions.json"
# What each name is a count of. The binary knows the names.
CASES = {
    "request": "200 requests that are known: guarded, validated and planned, up to the first statement",
    "page": "4 pages of 50 customers, 150 attempts and their steps, written from loaded rows",
    "screening": "16 screenings against 1,000 persons",
}
TOLERANCE = 0.10


def said(*command):
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def built():
    """Builds the benchmarks, and answers where the program is."""
    # The compiler's messages go on to standard error as they come.
    messages = said("cargo", "build", "--quiet", "--locked", "--bench", "micro", "--message-format=json-render-diagnostics")
    for message in map(json.loads, messages.splitlines()):
        if message.get("executable") and message["target"]["name"] == "micro":
            return message["executable"]
    sys.exit("cargo built no benchmark named micro")


def counted(program, case):
    """The instructions of one case."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", "--toggle-collect=*count_these_instructions*", f"--callgrind-out-file={out}",
             program, "--count", case],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=600,
        )
        if run.returncode != 0:
            sys.exit(f"{case}: the run failed\n{run.stderr}")
        total = re.search(r"^(?:totals|summary): (\d+)$", out.read_text(), re.MULTILINE)
    if total is None or int(total[1]) == 0:
        sys.exit(f"{case}: nothing was counted; is count_these_instructions still called, and not inlined?")
    return int(total[1])


def compared(counts, recorded):
    """Prints a line for each case, and answers those that left their place."""
    broken = []
    for case, count in counts.items():
        before = recorded.get(case)
        if before is None:
            print(f"{case:10} {count:>13,}   not recorded")
            broken.append(f"{case} is not recorded: benches/instructions.py --write")
            continue
        change = count / before - 1
        print(f"{case:10} {count:>13,}   recorded {before:>13,}   {change:+.2%}")
        if change > TOLERANCE:
            broken.append(f"{case} takes {change:.1%} more instructions than recorded. If it is worth it, record it and say why "
                          "in the commit: benches/instructions.py --write")
        elif change < -TOLERANCE:
            broken.append(f"{case} takes {-change:.1%} fewer instructions than recorded. Record it, so that it stays so: "
                          "benches/instructions.py --write")
    return broken


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", action="store_true", help="record the counts anew")
    write = arguments.parse_args().write
    machine = platform.machine()
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if not write and record.get("taken with", {}).get("machine") != machine:
        print(f"LEFT OUT: the record is not of {machine}; another processor has other instructions")
        return
    taken_with = {
        "machine": machine,
        "compiler": said("rustc", "--version").split(" (")[0].strip(),
        "valgrind": said("valgrind", "--version").strip(),
    }
    program = built()
    with ThreadPoolExecutor(2) as two:
        counts = dict(zip(CASES, two.map(lambda case: counted(program, case), CASES)))
    broken = compared(counts, record.get("instructions", {}))
    if write:
        whole = {"taken with": taken_with, "of": CASES, "instructions": counts}
        RECORD.write_text(json.dumps(whole, indent=2) + "\n")
        print(f"recorded in {RECORD.relative_to(ROOT)}")
        return
    if broken:
        for what in ("compiler", "valgrind"):
            if record["taken with"][what] != taken_with[what]:
                broken.append(f"recorded with {record['taken with'][what]}, counted with {taken_with[what]}")
        sys.exit("\n".join(broken))


if __name__ == "__main__":
    main()
