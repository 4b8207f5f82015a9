# SPDX-License-Identifier: Apache-2.0
"""Runs PoolBenchmark and mpi4py.futures in turn and prints medians and ratios as a Markdown table."""
import json
import os
import statistics
import subprocess
import sys

WORKERS, TASKS, ROUND_TRIPS, ITEMS, MEGABYTES = 2, 40_000, 2_000, 200_000, 32
FIGURES = [
    ("roundTripMicroseconds", "round trip, µs", False),
    ("submitsPerSecond", "tasks submitted and answered per second", True),
    ("itemsPerSecond", "map items per second", True),
    ("echoMegabytesPerSecond", "echo of 32 MB, MB/s", True),
]


def run(command):
    """Runs a program and returns the JSON object on its last line."""
    finished = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return json.loads(finished.stdout.strip().splitlines()[-1])


def main():
    runs = int(sys.argv[1])
    root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
    mpirun = ["mpirun", *root, "--oversubscribe", "--bind-to", "none"]
    ours = [
        ".build/release/PoolBenchmark", "--tasks", str(TASKS), "--round-trips", str(ROUND_TRIPS),
        "--items", str(ITEMS), "--megabytes", str(MEGABYTES),
    ]
    peer = ["/usr/bin/python3", "-m", "mpi4py.futures", "Peers/mpi4py_pool.py"]
    figures = [str(n) for n in (TASKS, ROUND_TRIPS, ITEMS, MEGABYTES)]
    compare(runs, f"{WORKERS} workers that the program starts", {
        "this pool": [*ours, "--workers", str(WORKERS)],
        "mpi4py.futures, spawned": [
            *mpirun, "-n", "1", "/usr/bin/python3", "Peers/mpi4py_pool.py", str(WORKERS), *figures,
        ],
        "mpi4py.futures, static": [*mpirun, "-n", str(WORKERS + 1), *peer, str(WORKERS), *figures],
    })
    compare(runs, "2 ranks that mpirun starts, of which one is the worker", {
        "this pool": [*mpirun, "-n", "2", *ours],
        "mpi4py.futures": [*mpirun, "-n", "2", *peer, "1", *figures],
    })


def compare(runs, title, programs):
    """Runs the programs in turn and prints the table of their medians."""
    results = {name: [] for name in programs}
    for turn in range(runs):
        for name, command in programs.items():
            try:
                results[name].append(run(command))
            except subprocess.TimeoutExpired:
                print(f"{name}: no end within 300 s in run {turn + 1}", file=sys.stderr)
    medians = {
        name: {key: statistics.median(result[key] for result in rows) for key, _, _ in FIGURES}
        for name, rows in results.items()
    }
    ours = medians.pop("this pool")
    print(f"\nMedians of {runs} runs in turn, {title}, {os.cpu_count()} processors.\n")
    print("| figure | this pool | " + " | ".join(f"{name} | ratio" for name in medians) + " |")
    print("|---|---:|" + "---:|---:|" * len(medians))
    for key, label, _ in FIGURES:
        cells = [f"{ours[key]:,.0f}"]
        for peer in medians.values():
            cells += [f"{peer[key]:,.0f}", f"{ours[key] / peer[key]:.2f}"]
        print(f"| {label} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
