#!/usr/bin/env python3
"""Maps Reddit submissions (NDJSON, gzip or not) to mention/1 records on standard output.

    reddit_to_mentions.py FILE...
"""
import gzip
import json
import sys


def open_any(path):
    with open(path, "rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else open(path, "rb")


def mention(post):
    counters = (("likes", "ups"), ("comments", "num_comments"))
    return {
        "id": post.get("name") or f"t3_{post['id']}",
        "platform": "reddit",
        "kind": "post",
        "title": post.get("title") or "",
        "text": post.get("selftext") or "",
        "created_at": int(post["created_utc"]) * 1_000_000,
        "url": post.get("url") or "",
        "channel": {"id": post.get("subreddit_id") or "", "name": post.get("subreddit") or ""},
        "metrics": {key: post[name] for key, name in counters
                    if isinstance(post.get(name), int) and post[name] >= 0},
        "sensitive": bool(post.get("over_18")),
    }


def lines(path):
    with open_any(path) as stream:
        for line in stream:
            yield json.dumps(mention(json.loads(line)), ensure_ascii=False,
                             separators=(",", ":")) + "\n"


def write(source, target):
    with open(target, "w", encoding="utf-8") as out:
        out.writelines(lines(source))


def main(paths):
    if not paths:
        sys.exit(__doc__)
    sys.stdout.reconfigure(encoding="utf-8")
    for path in paths:
        sys.stdout.writelines(lines(path))


if __name__ == "__main__":
    main(sys.argv[1:])
