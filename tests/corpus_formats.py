"""Decodes real payloads with `vigie decode --mapping auto` and compares what comes out with what
a plain reader of the same files finds (corpus_posts.py, corpus_threads.py): every post, its id byte
by byte, its time to the microsecond, its hashtags. VIGIE_SHARED_DATA names the folder with
`formats`; without it this is skipped (exit code 77).

usage: corpus_formats.py VIGIE [FOLDER ...]
"""
import collections
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import corpus_posts
import corpus_threads

EXTRACTORS = corpus_threads.EXTRACTORS | corpus_posts.EXTRACTORS
SKIPPED = 77
MAPPED_MIN = 0.995
# No mapping can make up when a post was written. They are listed, and not asked for.
UNUSABLE = {"no time"}
SUFFIXES = {".json", ".ndjson", ".jsonl", ".sse"}


def events(text):
    """Of server-sent events what a web socket would have sent."""
    for block in re.split(r"\n\n+", text):
        fields = dict(re.findall(r"^(event|data): ?(.*)$", block, re.M))
        if "event" in fields:
            yield {"event": fields["event"], "payload": fields.get("data", "null")}


def documents(path):
    """The JSON documents of a file, arrays taken apart, and how many of its lines are none."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".sse":
        return list(events(text)), 0
    try:
        found, broken = [json.loads(text, parse_float=Decimal)], 0
    except json.JSONDecodeError:
        found, broken = [], 0
        for line in filter(str.strip, text.split("\n")):
            try:
                found.append(json.loads(line, parse_float=Decimal))
            except json.JSONDecodeError:
                broken += 1
    return [it for one in found for it in (one if isinstance(one, list) else [one])], broken


def key_of(mention):
    op = mention.get("op", "upsert")
    if op != "upsert":
        return (mention.get("id"), op)
    post_id = re.sub(r"^[0-9a-f]{32}$", corpus_posts.FINGERPRINT, mention["id"])
    return (post_id, corpus_threads.rfc3339(mention["created_at"]),
            tuple(mention.get("hashtags", [])))


def decode(vigie, path):
    """What comes out, the lines of refusals, and by which mapping how many posts were mapped."""
    run = subprocess.run([vigie, "decode", "--mapping", "auto", path], capture_output=True,
                         text=True, check=False)
    if run.returncode < 0:
        raise SystemExit(f"{path}: vigie was ended by signal {-run.returncode}")
    mentions = [json.loads(line) for line in run.stdout.splitlines()]
    told = [line for line in run.stderr.splitlines() if ": rejected: " in line]
    refusals = [line.split(": ", 1)[1] for line in told]
    told = subprocess.run([vigie, "decode", "--mapping", "auto", "--explain", path],
                          capture_output=True, text=True, check=False).stdout
    mapped = re.findall(r"^✓ .*: mapped\n(?:  (?!by ).*\n)*?  by (\S+)", told, re.M)
    return mentions, refusals, collections.Counter(mapped)


def compare(expected, mentions):
    """Posts that did not come out as expected, and those that came out and should not have."""
    got = [key_of(mention) for mention in mentions]
    if expected and all(len(post) == 2 and isinstance(post[1], int) for post in expected):
        # The reader of this folder compares ids and times of posts alone.
        got = [key[:2] for key in got if len(key) == 3]
    missing = collections.Counter(expected)
    missing.subtract(got)
    return +missing, -missing


def check_folder(vigie, folder, totals, lines):
    extract = EXTRACTORS[folder.name]
    counts = collections.Counter()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES):
        if path.parent.name in ("lexicons", "atproto_interop", "twitter_text_conformance"):
            continue
        found, broken = documents(path)
        expected, unplaced = [], []
        for document in found:
            if isinstance(document, dict):
                one = extract(document)
                expected += one.posts
                unplaced += one.unplaced
        mentions, refusals, by = decode(vigie, path)
        totals["by"].update(by)
        missing, extra = compare(expected, mentions)
        unusable = sum(why in UNUSABLE for _, why in unplaced)
        counts["posts"] += len(expected) + len(unplaced) - unusable
        counts["unusable"] += unusable
        counts["mapped"] += len(expected) - missing.total()
        counts["wrong"] += extra.total()
        name = path.relative_to(folder.parent)
        for reason, number in collections.Counter(why for _, why in unplaced).items():
            lines.append(f"{name}: {number} not mapped: {reason}")
        lines += [f"{name}: missing {post} {refusals[:1]}" for post in missing]
        lines += [f"{name}: unexpected {post}" for post in extra]
        if broken:
            lines.append(f"{name}: {broken} lines are no JSON; {len(refusals)} refused")
    return counts


def main():
    data = os.environ.get("VIGIE_SHARED_DATA", "")
    formats = Path(data) / "formats"
    if not data or not formats.is_dir():
        print("skipped: VIGIE_SHARED_DATA names no folder with formats")
        return SKIPPED
    totals, lines = {"by": collections.Counter()}, []
    whole = collections.Counter()
    for name in sys.argv[2:] or sorted(EXTRACTORS):
        counts = check_folder(sys.argv[1], formats / name, totals, lines)
        whole += counts
        print(f"{name}: {counts['posts']} posts, {counts['mapped']} mapped exactly, "
              f"{counts['wrong']} unexpected; {counts['unusable']} more without id or time")
    print("\n".join(lines))
    print("posts by preset:", ", ".join(f"{k} {v}" for k, v in sorted(totals["by"].items())))
    share = whole["mapped"] / max(whole["posts"], 1)
    print(f"in all {whole['posts']} posts, {whole['mapped']} mapped exactly ({share:.2%}), "
          f"{whole['wrong']} unexpected; {whole['unusable']} more without id or time")
    return 0 if share >= MAPPED_MIN and whole["wrong"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
