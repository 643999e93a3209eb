#!/usr/bin/env python3
"""Runs `vigie detect` over the labelled series in $VIGIE_SHARED_DATA/nab and scores what it tells
with the scorer that lies beside them. Without them this is skipped (exit code 77).

    nab_test.py VIGIE

Bars: the score at the one shipped default, false episodes, windows that are missed, and that
nothing looks ahead.
"""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SKIPPED = 77
SCORE_MIN = 82.0
FALSE_PER_DAY_MAX = 0.05
MISSED_MAX = 1
THRESHOLD = 0.5
PREFIX_LINES = 9001  # the first of them names the columns
PREFIX = "realTweets/"


def scorer_of(folder):
    spec = importlib.util.spec_from_file_location("score_nab", folder / "score_nab.py")
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    return module


def detect(vigie, text):
    return subprocess.run([vigie, "detect"], input=text, stdout=subprocess.PIPE, text=True,
                          check=True, timeout=60).stdout


def main():
    vigie = sys.argv[1]
    data = os.environ.get("VIGIE_SHARED_DATA", "")
    folder = pathlib.Path(data, "nab")
    if not data or not (folder / "score_nab.py").is_file():
        print("skipped: VIGIE_SHARED_DATA names no folder with nab")
        return SKIPPED
    scorer = scorer_of(folder)
    wrong = []
    with tempfile.TemporaryDirectory() as results:
        names = sorted(path.name for path in folder.glob("Twitter_volume_*.csv"))
        for name in names:
            text = (folder / name).read_text(encoding="utf-8")
            told = detect(vigie, text)
            pathlib.Path(results, name).write_text(told, encoding="utf-8")
            part = detect(vigie, "".join(text.splitlines(keepends=True)[:PREFIX_LINES]))
            if not told.startswith(part):
                wrong.append(f"{name}: what comes later changes what was said")
        windows = scorer.read_windows(folder / "combined_windows.json", PREFIX)
        points = scorer.read_windows(folder / "combined_labels.json", PREFIX)
        series = scorer.load(results, names, windows, points, folder)
        scores = scorer.evaluate(series, [THRESHOLD])
    at = f"at_{THRESHOLD:.10g}"
    score = scores["profiles"]["standard"][at]["score"]
    behaviour = scores["behaviour"][at]
    missed = behaviour["windows"] - behaviour["detected"]
    print(json.dumps({"score": round(score, 2), "missed": missed,
                      "false_per_series_day": behaviour["false_per_series_day"]}))
    if score < SCORE_MIN:
        wrong.append(f"score {score:.2f}, not {SCORE_MIN}")
    if behaviour["false_per_series_day"] > FALSE_PER_DAY_MAX:
        wrong.append(f"{behaviour['false_per_series_day']} false episodes per series-day")
    if missed > MISSED_MAX:
        wrong.append(f"{missed} labelled windows are missed")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
