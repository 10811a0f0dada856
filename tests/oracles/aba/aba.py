"""Balanced groups by assignment (ABA), flat and hierarchical, to hold GroupFormer against.

From the published description, with SciPy's solver of assignments: Baumann, Goldschmidt, Hochbaum
and Yang, arXiv 2601.06351, 2026. People are sorted by their distance from the mean, farthest first.
The first K are one group each; every further batch of K goes to the groups so that the sum of squared
distances to their running means is largest. With many groups, one level after another: 20,10 makes
20 parts, and 10 groups of each.

Run on demand, from the root of the repository, on the data that the program has:

    python3 -m venv venv
    venv/bin/pip install numpy scipy
    cargo run --release --example balance -- --learners 10000 --data learners.csv
    venv/bin/python tests/oracles/aba/aba.py learners.csv 2000 50,40

Prints for each list of levels the share of the differences that lies between the groups, the mean
over all columns but `person`, and the seconds without reading. A single level of 2,000 groups takes
about half a minute.
"""

import csv
import sys
import time

import numpy as np
from scipy.optimize import linear_sum_assignment


def read(path):
    """The columns but `person`, of mean 0 and variance 1; a column of equal values stays 0."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    keep = [at for at, name in enumerate(rows[0]) if name != "person"]
    x = np.array([[float(row[at]) for at in keep] for row in rows[1:]])
    x -= x.mean(axis=0)
    sd = x.std(axis=0)
    return x / np.where(sd > 0, sd, 1.0)


def divide(x, groups):
    """The group of each row."""
    far = ((x - x.mean(axis=0)) ** 2).sum(axis=1)
    order = np.argsort(-far, kind="stable")
    group = np.empty(len(x), dtype=np.int64)
    first = order[:groups]
    group[first] = np.arange(len(first))
    centre = x[first].copy()
    size = np.ones(groups)
    for start in range(groups, len(x), groups):
        batch = order[start : start + groups]
        y = x[batch]
        # |y - c|^2 without |y|^2, which is the same in every group.
        gain = (centre**2).sum(axis=1) - 2.0 * y @ centre.T
        rows, to = linear_sum_assignment(gain, maximize=True)
        group[batch[rows]] = to
        size[to] += 1
        centre[to] += (y[rows] - centre[to]) / size[to, None]
    return group


def hierarchical(x, levels):
    """Parts of parts: the first level divides all, each further one every part."""
    group = np.zeros(len(x), dtype=np.int64)
    parts = 1
    for count in levels:
        order = np.argsort(group, kind="stable")
        ends = np.cumsum(np.bincount(group, minlength=parts))
        for part, members in enumerate(np.split(order, ends[:-1])):
            group[members] = part * count + divide(x[members], count)
        parts *= count
    return group


def between(x, group):
    """Sum of squares between groups over all, the mean over the columns that are not constant."""
    size = np.bincount(group)
    used = size > 0
    shares = []
    for y in x.T:
        if (y**2).sum() > 0:
            sums = np.bincount(group, weights=y)
            shares.append((sums[used] ** 2 / size[used]).sum() / (y**2).sum())
    return float(np.mean(shares))


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: aba.py learners.csv LEVELS [LEVELS ...], such as 200 20,10")
    x = read(sys.argv[1])
    print(f"{len(x)} people, {x.shape[1]} columns")
    for text in sys.argv[2:]:
        levels = [int(count) for count in text.split(",")]
        start = time.process_time()
        group = hierarchical(x, levels)
        seconds = time.process_time() - start
        sizes = np.bincount(group, minlength=int(np.prod(levels)))
        print(f"levels {text}: between {between(x, group):.5f}, sizes {sizes.min()} to {sizes.max()}, {seconds:.2f} s")


if __name__ == "__main__":
    main()
