#!/usr/bin/env python3
"""Measures how the cost of a delivery grows, and draws it: with the number of subscribers, with the
rate, with the size of events. Wants gnuplot."""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))
import servers  # noqa: E402

SWEEPS = {
    "subscribers": (
        "subscribers, 64 events in flight",
        [10, 30, 100, 300, 1000, 3000, 10000],
        lambda n: ["--subs", str(n), "--window", "64", "--src-count", "4", "--conc", "256"],
    ),
    "rate": (
        "events/s, 1,000 subscribers",
        [50, 100, 200, 500, 1000, 2000, 4000],
        lambda rate: ["--subs", "1000", "--rate", str(rate)],
    ),
    "size": (
        "bytes of an event, 100 subscribers, 64 in flight",
        [100, 250, 500, 1000, 2000, 4000, 8000, 16000],
        lambda size: ["--subs", "100", "--window", "64", "--size", str(size)],
    ),
}

GNUPLOT = """
set terminal svg size 640,400 font "sans-serif,13" background "white"
set output "{out}"
set logscale xy
set grid
set key outside top center horizontal
set xlabel "{label}"
set ylabel "server CPU, ns per delivery"
plot "{data}" using 1:2 with linespoints lw 2 title "floor (epoll, send)", \\
     "{data}" using 1:3 with linespoints lw 2 title "thump"
"""


def measure(arguments, server, load):
    with servers.Running(server, arguments.port, arguments.out / "plot.log") as running:
        time.sleep(0.2)
        command = ["taskset", "-c", "1", str(arguments.bin / "fanload"), "--label", server.name]
        command += server.subscribe + server.publish + load
        command += ["--secs", str(arguments.secs), "--pid", ",".join(map(str, running.ids()))]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    result = json.loads(done.stdout)
    if "error" in result:
        raise RuntimeError(f"{server.name}: {result['error']}")
    return result["cpu_ns_per_delivery"]


def sweep(arguments, name):
    label, places, load = SWEEPS[name]
    lines = []
    for place in places:
        pair = [
            servers.floor(arguments.bin, arguments.port, "batch"),
            servers.thump(arguments.bin, arguments.port),
        ]
        try:
            costs = [measure(arguments, server, load(place)) for server in pair]
        except (RuntimeError, ValueError) as wrong:
            print(f"{name} {place}: {wrong}", file=sys.stderr)
            continue
        lines.append(f"{place} {costs[0]:.1f} {costs[1]:.1f}")
        print(name, lines[-1], flush=True)
    data = arguments.out / f"{name}.dat"
    data.write_text("\n".join(lines) + "\n")
    picture = arguments.out / f"{name}.svg"
    script = GNUPLOT.format(out=picture, label=label, data=data)
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    print(picture)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="directory of the programs")
    parser.add_argument("--out", type=Path, required=True, help="directory of the pictures")
    parser.add_argument("--secs", type=float, default=2)
    parser.add_argument("--port", type=int, default=19400)
    parser.add_argument("only", nargs="*", help="none: all")
    arguments = parser.parse_args()
    if not shutil.which("gnuplot"):
        parser.error("gnuplot is not installed (Debian: gnuplot-nox)")
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.only or SWEEPS:
        sweep(arguments, name)


if __name__ == "__main__":
    main()
