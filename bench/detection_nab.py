#!/usr/bin/env python3
"""The tables of bench/detection.md that come from the labelled series in $VIGIE_SHARED_DATA/nab:
the score of each series, of series that were changed, leave-one-out, and how much each number of
the detector matters.

    detection_nab.py build/release/bench/detector_sweep

Scores are those of the scorer that lies beside the series, at the one shipped threshold.
"""
import importlib.util
import os
import pathlib
import random
import re
import subprocess
import sys

FACTORS = (0.5, 0.7, 0.85, 1.2, 1.4, 2.0)
# How the series are changed: what should not matter, or little.
CHANGED = (
    ("as they are", ""),
    ("7 hours later", "shift_hours=7"),
    ("13 hours earlier", "shift_hours=-13"),
    ("3 days later", "shift_hours=72"),
    ("2 days and 5 hours earlier", "shift_hours=-53"),
    ("9 weeks later", "shift_hours=1512"),
    ("values x 0.2", "scale=0.2"),
    ("values x 0.5", "scale=0.5"),
    ("values x 5", "scale=5"),
    ("from row 100 on", "skip=100"),
    ("from row 288 on", "skip=288"),
    ("from row 500 on", "skip=500"),
)
CANDIDATES = 300
FALSE_PER_DAY_MAX = 0.05
BEST = 10
CANDIDATE_SPREAD = 0.4  # one sigma, as a logarithm, from the shipped numbers
TUNING = pathlib.Path(__file__).parent.parent / "engine/analysis/detection/tuning.h"


def shipped_numbers():
    found = re.findall(r"^  double (\w+) = ([\d.e-]+);", TUNING.read_text(encoding="utf-8"), re.M)
    return {name: float(value) for name, value in found}


class Bench:
    def __init__(self, sweep, folder):
        spec = importlib.util.spec_from_file_location("score_nab", folder / "score_nab.py")
        self.scorer = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.scorer)
        self.sweep = sweep
        self.paths = sorted(folder.glob("Twitter_volume_*.csv"))
        self.names = [path.stem.split("_")[-1] for path in self.paths]
        windows = self.scorer.read_windows(folder / "combined_windows.json", "realTweets/")
        self.series = []
        for path in self.paths:
            lines = path.read_text(encoding="utf-8").splitlines()[1:]
            times = [self.scorer.when(line.split(",")[0]) for line in lines]
            spans = [tuple(map(self.scorer.when, span)) for span in windows[path.name]]
            self.series.append(self.scorer.Series(path.stem, times, [0.0] * len(times), spans))

    def run(self, settings):
        """Of each line of settings what score() says of each series."""
        done = subprocess.run([self.sweep, *map(str, self.paths)], input="\n".join(settings) + "\n",
                              stdout=subprocess.PIPE, text=True, check=True)
        lines = done.stdout.split("\n")
        count = len(self.series)
        return [[self.score(series, lines[i * count + j]) for j, series in enumerate(self.series)]
                for i in range(len(settings))]

    def score(self, series, line):
        """(raw score, windows, windows found, false episodes, days)"""
        rows = [int(word) for word in line.split() if int(word) >= series.first]
        series.scores = [0.0] * len(series.times)
        for row in rows:
            series.scores[row] = 1.0
        raw, _ = self.scorer.raw_at([series], self.scorer.PROFILES["standard"], 0.5)
        told = self.scorer.behaviour([series], 0.5, 60.0)
        return raw, len(series.live), told["detected"], told["false_episodes"], series.days


def total(scores):
    """(normalised score, windows missed, false episodes per series-day)"""
    raw, windows, found, false, days = (sum(column) for column in zip(*scores))
    return 100 * (raw + windows) / (2 * windows), windows - found, false / days


def print_series(bench):
    print("| series | score | windows found | false episodes a day |\n|---|---|---|---|")
    scores = bench.run([""])[0]
    for name, score in zip(bench.names, scores):
        value, _, false = total([score])
        print(f"| {name} | {value:.1f} | {score[2]} of {score[1]} | {false:.3f} |")
    value, missed, false = total(scores)
    windows = sum(score[1] for score in scores)
    print(f"| **all** | **{value:.1f}** | {windows - missed} of {windows} | {false:.3f} |\n")


def print_changed(bench):
    print("| the five series | score | missed | false episodes a day |\n|---|---|---|---|")
    for (name, _), scores in zip(CHANGED, bench.run([line for _, line in CHANGED])):
        value, missed, false = total(scores)
        print(f"| {name} | {value:.1f} | {missed} | {false:.3f} |")
    print()


def print_sensitivity(bench, shipped):
    settings = [f"{name}={value * factor!r}" for name, value in shipped.items()
                for factor in FACTORS]
    scores = iter([total(one) for one in bench.run(settings)])
    head = " | ".join(f"x {factor}" for factor in FACTORS)
    print(f"| number | shipped | {head} |\n|---|---|" + "---|" * len(FACTORS))
    for name, value in shipped.items():
        row = [f"{one[0]:.1f}" for one in (next(scores) for _ in FACTORS)]
        print(f"| `{name}` | {value:g} | " + " | ".join(row) + " |")
    print()


def candidates(shipped, count, spread):
    generator = random.Random(1)
    return [" ".join(f"{name}={value * generator.lognormvariate(0, spread)!r}"
                     for name, value in shipped.items()) for _ in range(count)]


def print_jitter(bench, shipped):
    """All numbers off at once."""
    print("| all numbers off at once by | mean | worst tenth | best |\n|---|---|---|---|")
    for spread in (0.05, 0.1, 0.2):
        scores = sorted(total(one)[0] for one in bench.run(candidates(shipped, 100, spread)))
        print(f"| {spread:.0%} | {sum(scores) / len(scores):.1f} | {scores[len(scores) // 10]:.1f} "
              f"| {scores[-1]:.1f} |")
    print()


def print_leave_one_out(bench, shipped):
    """Numbers chosen on four series, out of some made by chance, and scored on the fifth: the mean
    of the few that were best, because one of them says little."""
    scores = bench.run(candidates(shipped, CANDIDATES, CANDIDATE_SPREAD))
    own = bench.run([""])[0]
    print("| left out | score of the four | score of the one | shipped there |\n|---|---|---|---|")
    raw = windows = 0
    for left, name in enumerate(bench.names):
        def others(one, left=left):
            value, _, false = total(one[:left] + one[left + 1:])
            return value - 1000 * max(false - FALSE_PER_DAY_MAX, 0)
        best = sorted(scores, key=others, reverse=True)[:BEST]
        four = sum(total(one[:left] + one[left + 1:])[0] for one in best) / BEST
        one = sum(total([one[left]])[0] for one in best) / BEST
        raw += sum(one[left][0] for one in best) / BEST
        windows += best[0][left][1]
        print(f"| {name} | {four:.1f} | {one:.1f} | {total([own[left]])[0]:.1f} |")
    value = 100 * (raw + windows) / (2 * windows)
    print(f"| **all, each left out** | | **{value:.1f}** | {total(own)[0]:.1f} |\n")


def main():
    folder = pathlib.Path(os.environ.get("VIGIE_SHARED_DATA", ""), "nab")
    if not (folder / "score_nab.py").is_file():
        sys.exit("VIGIE_SHARED_DATA names no folder with nab")
    sys.dont_write_bytecode = True
    bench = Bench(sys.argv[1], folder)
    shipped = shipped_numbers()
    print_series(bench)
    print_changed(bench)
    print_leave_one_out(bench, shipped)
    print_jitter(bench, shipped)
    print_sensitivity(bench, shipped)


if __name__ == "__main__":
    main()
