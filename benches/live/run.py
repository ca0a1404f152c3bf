#!/usr/bin/env python3
"""Subscribers beside peers, in one run: how late, how many lost, what CPU and memory each costs.

    python3 benches/live/run.py --wsload PATH/wsload
    python3 benches/live/run.py --wsload PATH/wsload --database sqlite:/tmp/live.db \\
        --database postgres://kyc:kyc@127.0.0.1/kyc --pgpid PID \\
        --peer "PATH/mercurius.json=node PATH/mercurius.js"

It talks to loopback only, is bounded in count and time, and stops what it started. Each figure is the median of the rounds; the
servers take turns within a round, each on a fresh process. Read the ratios: the figures themselves move with the machine.
"""
import argparse, statistics, tempfile

import rig

# Subscription, subscribers, updates, milliseconds between them, transport. S1: all on one attempt; S2: each on its own (with one
# alone, it is the change's own price).
WORKS = {
    "S1-1000": ("S1", 1_000, 100, 100, "ws"),
    "S1-5000": ("S1", 5_000, 20, 500, "ws"),
    "S2-1000": ("S2", 1_000, 100, 20, "ws"),
    "S2-1": ("S2", 1, 100, 20, "ws"),
    "SSE-1000": ("S1", 1_000, 50, 100, "sse"),
}
COLUMNS = (
    "work", "server", "ready", "delivered/expected", "p50 ms", "p99 ms", "max ms", "p99 ratio", "server CPU µs/delivery",
    "CPU ratio", "PG CPU ms/update", "KB/subscriber", "peak RSS MB",
)


def median(runs, *path):
    def value(run):
        for key in path:
            run = run[key]
        return run

    return statistics.median(value(run) for run in runs)


def row(work, name, runs, ours):
    def ratio(*path):
        comparable = ours and median(ours, "delivered") and median(runs, "delivered") and median(runs, *path)
        return f"{median(ours, *path) / median(runs, *path):.2f}" if comparable else "–"

    delivered, expected = (sum(run[key] for run in runs) for key in ("delivered", "expected"))
    pg = sum(run["pg_cpu_s"] for run in runs) / max(1, sum(run["updates"] for run in runs))
    return (
        work, name, f"{min(run['ready'] for run in runs)}", f"{delivered}/{expected}",
        *(f"{median(runs, 'from_request_ms', p):.1f}" for p in ("p50", "p99", "max")), ratio("from_request_ms", "p99"),
        f"{median(runs, 'server_cpu_s_per_1000_deliveries') * 1e3:.1f}", ratio("server_cpu_s_per_1000_deliveries"),
        f"{pg * 1e3:.2f}", f"{median(runs, 'rss_per_sub_kb'):.1f}", f"{median(runs, 'peak_rss_mb'):.0f}",
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    rig.arguments(parser)
    parser.add_argument("--peer", action="append", default=[], metavar="DIALECT[=COMMAND]", help="without COMMAND it runs already")
    parser.add_argument("--works", default=",".join(WORKS), help="some of " + ", ".join(WORKS))
    options = parser.parse_args()
    works = [(name, WORKS[name]) for name in options.works.split(",")]
    rig.raise_open_files()
    peers, runs = [rig.Peer(text) for text in options.peer], {}
    with tempfile.TemporaryDirectory() as folder:
        ours = [rig.KycStack(options, folder, database) for database in options.database or [None]]
        # The peers are on PostgreSQL too.
        reference = next((server for server in ours if server.on_postgres), ours[0])
        servers = [*ours, *peers]
        for turn in range(options.rounds):
            for work, shape in works:
                for server in servers:
                    with server:
                        figures = rig.load(options, server, turn, *shape)
                    if figures:
                        runs.setdefault((work, server.name), []).append(figures)
    print("| " + " | ".join(COLUMNS) + " |\n" + "|---" * len(COLUMNS) + "|")
    for work, _ in works:
        for server in servers:
            if found := runs.get((work, server.name)):
                to = None if server in ours else runs.get((work, reference.name))
                print("| " + " | ".join(row(work, server.name, found, to)) + " |")
    print(f"\nRatios are the figure of {reference.name} divided by the peer's. kyc-stack's `expected` counts what changed in its database.")


if __name__ == "__main__":
    main()
