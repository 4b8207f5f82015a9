# SPDX-License-Identifier: Apache-2.0
"""The figures of PoolBenchmark for mpi4py.futures: prints one JSON object."""
import json
import sys
import time

from mpi4py.futures import MPIPoolExecutor


def increment(i):
    return i + 1


def echo(data):
    return data


def main():
    workers, tasks, round_trips, items, megabytes = (int(word) for word in sys.argv[1:6])
    import array

    with MPIPoolExecutor(max_workers=workers) as pool:
        for _ in range(200):
            pool.submit(increment, 1).result()
        times = []
        for i in range(round_trips):
            start = time.perf_counter()
            assert pool.submit(increment, i).result() == i + 1
            times.append(time.perf_counter() - start)
        figures = {"roundTripMicroseconds": sorted(times)[len(times) // 2] * 1e6}

        start = time.perf_counter()
        futures = [pool.submit(increment, i) for i in range(tasks)]
        assert sum(future.result() for future in futures) == tasks * (tasks + 1) // 2
        figures["submitsPerSecond"] = tasks / (time.perf_counter() - start)

        start = time.perf_counter()
        assert sum(pool.map(increment, range(items), chunksize=500)) == items * (items + 1) // 2
        figures["itemsPerSecond"] = items / (time.perf_counter() - start)

        data = array.array("d", [1.0]) * (megabytes << 17)
        rates = []
        for _ in range(5):
            start = time.perf_counter()
            assert len(pool.submit(echo, data).result()) == len(data)
            rates.append(megabytes / (time.perf_counter() - start))
        figures["echoMegabytesPerSecond"] = sorted(rates)[2]
    print(json.dumps(figures, sort_keys=True))


if __name__ == "__main__":
    main()
