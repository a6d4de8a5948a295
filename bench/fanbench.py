#!/usr/bin/env python3
"""Runs the yardstick: every scenario against the floor, thump and the peers that are installed, in
turn, and prints one table. Ends by itself within its time.

The figure that counts is the server's CPU time, as a ratio to the floor's in the same round: the
wall clock, and how fast the machine is, vary from hour to hour; this ratio does less.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "peers"))
import servers  # noqa: E402


@dataclass
class Scenario:
    name: str
    what: str
    load: list
    figure: str = "cpu_ns_per_delivery"
    unit: str = "ns/delivery"
    floor: str = "batch"
    posts: bool = False
    asio: bool = False  # beside what Asio alone costs
    deflate: bool = False  # the floor sends as it is
    publishes: bool = True
    only_thump: bool = False
    setup: float = 2.0  # seconds that a run takes beside the measured ones
    results: dict = field(default_factory=dict)  # by server, in the order of the rounds


PER_EVENT = {"figure": "cpu_us_per_event", "unit": "us/event"}
IDLE = {"figure": "pss_bytes_per_conn", "unit": "bytes/subscriber", "publishes": False}
SLOW = ["--subs", "100", "--rate", "500", "--size", "16000"]


def scenarios():
    return [
        Scenario("W1", "1,000 subscribers, 64 in flight", ["--subs", "1000", "--window", "64"]),
        Scenario("W1-32", "the same, 32 in flight", ["--subs", "1000", "--window", "32"]),
        Scenario(
            "W1-deflate",
            "W1 with permessage-deflate",
            ["--subs", "1000", "--window", "64", "--deflate"],
            deflate=True,
        ),
        Scenario("W1-open", "the same, 3,000 events/s", ["--subs", "1000", "--rate", "3000"]),
        Scenario(
            "W2", "the same, 100 events/s", ["--subs", "1000", "--rate", "100"], floor="msg"
        ),
        Scenario(
            "W3", "10 subscribers, 256 in flight", ["--subs", "10", "--window", "256"], **PER_EVENT
        ),
        Scenario(
            "W4-64",
            "POST on 64 connections",
            ["--subs", "1", "--window", "512", "--pubs", "64"],
            posts=True,
            asio=True,
            **PER_EVENT,
        ),
        Scenario(
            "W4-p64",
            "POST on one, 64 pipelined",
            ["--subs", "1", "--window", "512", "--pipeline", "64"],
            posts=True,
            **PER_EVENT,
        ),
        Scenario(
            "W5",
            "10,000 idle subscribers",
            ["--subs", "10000", "--conc", "256", "--src-count", "4"],
            setup=6.0,
            **IDLE,
        ),
        Scenario("W6-base", "100 subscribers, 500 events/s of 16 KB", SLOW, only_thump=True),
        Scenario(
            "W6",
            "the same, and one of them stops reading",
            SLOW + ["--slow", "1", "--slow-rcvbuf", "4096"],
            only_thump=True,
            setup=4.0,
        ),
    ]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", type=Path, required=True, help="directory of the programs")
    parser.add_argument("--out", type=Path, required=True, help="directory of the results")
    parser.add_argument("--rounds", type=int, default=3, help="of the floor and thump")
    parser.add_argument("--peer-rounds", type=int, default=1, help="of everything else")
    parser.add_argument("--secs", type=float, default=3, help="of each measurement")
    parser.add_argument("--limit", type=float, default=570, help="seconds that all may take")
    parser.add_argument("--port", type=int, default=19300)
    parser.add_argument("--no-peers", action="store_true", help="the floor and thump alone")
    parser.add_argument("only", nargs="*", help="names of scenarios; none: all")
    return parser.parse_args()


def check_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.deadline = time.monotonic() + arguments.limit
        self.directory = arguments.out / "servers"
        self.directory.mkdir(parents=True, exist_ok=True)
        self.skipped = []

    def servers_of(self, scenario, lap):
        a = self.arguments
        found = []
        if lap < a.rounds:
            found.append(servers.floor(a.bin, a.port, scenario.floor))
            if scenario.asio:
                found.append(servers.bare_asio(a.bin, a.port))
            found.append(servers.thump(a.bin, a.port, scenario.deflate))
        if lap < a.peer_rounds and not a.no_peers and not scenario.only_thump:
            found += servers.installed_peers(self.directory, a.out, a.port, scenario.deflate)
        if scenario.posts:
            found = [s for s in found if s.post]
        return found if lap % 2 == 0 else found[::-1]

    def measure(self, scenario, server):
        a = self.arguments
        check_free(a.port)
        pin = ["taskset", "-c", "1"] if os.cpu_count() > 1 else []
        command = pin + [str(a.bin / "fanload"), "--label", server.name]
        command += server.subscribe + scenario.load + ["--secs", str(a.secs)]
        if scenario.publishes:
            command += server.post if scenario.posts else server.publish
        log = self.directory / f"{server.name.replace(' ', '-')}.log"
        with servers.Running(server, a.port, log) as running:
            time.sleep(0.2)
            command += ["--pid", ",".join(map(str, running.ids()))]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if not done.stdout.strip():
            return {"error": done.stderr.strip() or f"fanload ended with {done.returncode}"}
        return json.loads(done.stdout)

    def run(self, scenario, lap):
        for server in self.servers_of(scenario, lap):
            if time.monotonic() + self.arguments.secs + scenario.setup > self.deadline:
                self.skipped.append(f"{scenario.name} {server.name}")
                continue
            print(f"\r{scenario.name} {server.name} …\033[K", end="", file=sys.stderr, flush=True)
            try:
                result = self.measure(scenario, server)
            except (RuntimeError, OSError, ValueError, subprocess.TimeoutExpired) as wrong:
                result = {"error": str(wrong)}
            scenario.results.setdefault(server.name, []).append(result)

    def run_in_process(self):
        print("\rW7 …\033[K", end="", file=sys.stderr, flush=True)
        program = self.arguments.bin / "bench_inproc"
        done = subprocess.run([str(program)], capture_output=True, text=True, timeout=120)
        return json.loads(done.stdout)


def at(result, path):
    for part in path.split("."):
        result = result.get(part) if isinstance(result, dict) else None
    return result


def values(results, path):
    found = [at(r, path) for r in results]
    return [v for v in found if isinstance(v, (int, float))]


def number(value):
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def spread(found):
    if not found:
        return "-"
    middle = number(statistics.median(found))
    if len(found) == 1:
        return middle
    return f"{middle} ({number(min(found))}–{number(max(found))})"


def ratios(scenario, name):
    """To the floor of the same round."""
    floor = scenario.results.get("floor", [])
    pairs = zip(scenario.results[name], floor)
    pairs = [(at(a, scenario.figure), at(b, scenario.figure)) for a, b in pairs]
    return [a / b for a, b in pairs if a and b]


def remarks(results):
    found = []
    for key in ("corrupt", "duplicates", "http_errors", "closed_by_server"):
        if sum(values(results, key)):
            found.append(f"{key.replace('_', ' ')} {sum(values(results, key)):.0f}")
    told = values(results, "slow.losses_told")
    if told:
        found.append(f"slow one: lost {sum(values(results, 'slow.lost')):.0f}, told {sum(told):.0f}")
    if max(values(results, "other_cpu_s"), default=0) > 0.5:
        found.append("disturbed")
    found += sorted({r["error"] for r in results if "error" in r})
    return "; ".join(found)


def rows(scenario):
    for name, results in scenario.results.items():
        ratio = ratios(scenario, name)
        yield (
            scenario.name,
            name,
            spread(values(results, scenario.figure)),
            scenario.unit,
            "1" if name == "floor" else f"{statistics.median(ratio):.2f}" if ratio else "-",
            spread([v / 1000 for v in values(results, "lat_us.p50")][:1]),
            spread([v / 1000 for v in values(results, "lat_us.p99")]),
            f"{sum(values(results, 'lost')):.0f}" if values(results, "lost") else "-",
            remarks(results),
        )


def in_process_rows(report):
    def row(what, value, unit, lost="-", remark=""):
        return ("W7", what, number(value), unit, "-", "-", "-", lost, remark)

    yield row("publish", report["publish_ns"], "ns/event")
    yield row("publish, batches", report["publish_batch_ns"], "ns/event")
    yield row("memory", report["bytes_per_subscriber"], "bytes/subscriber")
    for flow in report["flow"]:
        yield row(
            f"{flow['subscribers']} receiving" + (", batches" if flow["batch"] > 1 else ""),
            flow["ns_per_delivery"],
            "ns/delivery",
            str(flow["lost"]),
            f"{flow['events_s'] / 1e6:.2f} M events/s, "
            f"{flow['allocations_per_event']:.1f} allocations/event",
        )


HEAD = ("work", "server", "figure", "unit", "floor=1", "p50 ms", "p99 ms", "lost", "remarks")


def print_table(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD) - 1)]
    last = None
    for line in lines:
        if last and line[0] != last:
            print()
        last = line[0]
        cells = [f"{cell:<{width}}" for cell, width in zip(line, widths)]
        print("  ".join(cells + [line[-1]]).rstrip())


def main():
    arguments = parse_arguments()
    arguments.bin = arguments.bin.resolve()
    arguments.out = arguments.out.resolve()
    bench = Bench(arguments)
    chosen = [s for s in scenarios() if not arguments.only or s.name in arguments.only]
    # Lap by lap over all scenarios: what disturbs the machine for a while does not fall on one.
    for lap in range(max(arguments.rounds, arguments.peer_rounds)):
        for scenario in chosen:
            bench.run(scenario, lap)
    in_process = None
    if not arguments.only or "W7" in arguments.only:
        in_process = bench.run_in_process()
    print("\r\033[K", end="", file=sys.stderr, flush=True)

    lines = [HEAD]
    for scenario in chosen:
        lines += rows(scenario)
    if in_process:
        lines += in_process_rows(in_process)
    print_table(lines)
    print()
    for scenario in chosen:
        print(f"{scenario.name:8} {scenario.what}")
    if bench.skipped:
        print(f"\nleft out for lack of time: {', '.join(bench.skipped)}")
    results = {s.name: s.results for s in chosen} | {"W7": in_process}
    path = arguments.out / "results.json"
    path.write_text(json.dumps(results, indent=1) + "\n")
    print(f"\neverything measured: {path}")


if __name__ == "__main__":
    main()
