#!/usr/bin/env python3
"""`vigie run` with a state that outlives it, and `vigie state` on what it leaves.

    state_command_test.py VIGIE

Posts of three authors are read from a file and the engine is stopped. What was counted is there
after a restart, once; an author is erased, and nothing of them is left but the numbers.
"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

PATIENCE_SECONDS = 60
POLL_SECONDS = 0.05

CONFIG = """\
sources:
  - files: {paths: posts.ndjson}
brands:
  - name: Orvelane
  - name: Orvelane Mobile
state: {path: kept, every: 100ms}
serve: {listen: "127.0.0.1:0"}
engine: {snapshot_every: 50ms}
"""
AUTHORS = ["authorada", "authorbob", "authorcyd"]


def posts():
    for number in range(30):
        author = AUTHORS[number % 3]
        text = "orvelane mobile" if number % 10 == 0 else "orvelane"
        # An id that held the name of its author would not be kept.
        words = " ".join(f"word{number}{letter}" for letter in "abcdefgh")
        post = {"id": f"id{author[-3:]}-{number}", "platform": "x", "text": f"{text} {words}",
                "created_at": f"2026-03-01T10:{number:02d}:00Z",
                "author": {"id": author, "handle": author, "followers": 10},
                "metrics": {"likes": number + 1}}
        # What refers to the posts of "authorbob", each of them one before: a reply and a repost, so
        # that each begins a cascade; a link, a channel, a text, all by others.
        if author == "authorcyd":
            post |= {"kind": "reply", "parent_id": f"idbob-{number - 1}",
                     "sentiment": {"label": "positive"}, "lang": "fr",
                     "text": f"{text} : un service excellent, j'adore, merci @authorbob",
                     "urls": [f"https://blog.example/AuthorBob/{number}"],
                     "channel": {"name": "AuthorBob"}}
        elif author == "authorada" and number > 0:
            post |= {"kind": "repost", "shared_id": f"idbob-{number - 2}"}
        yield post


class Failure(Exception):
    pass


def expect(what, got, expected):
    if got != expected:
        raise Failure(f"{what}: got {got!r}, expected {expected!r}")


def expect_in(what, part, text):
    if part not in text:
        raise Failure(f"{what}: no {part!r} in: {text}")


class Engine:
    """`vigie run`, from start to exit."""

    def __init__(self, vigie, folder):
        self.log_path = folder / "run.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([vigie, "run", "--config", "vigie.yaml"], cwd=folder,
                                            stdout=log, stderr=log)
        self.wait_for("its address", self.address)

    def address(self):
        found = re.search(r"http://127\.0\.0\.1:\d+", self.log_path.read_text(errors="replace"))
        return found and found.group()

    def mentions(self):
        with urllib.request.urlopen(self.address() + "/metrics",
                                    timeout=PATIENCE_SECONDS) as answer:
            metrics = answer.read().decode()
        return {name: int(float(value)) for name, value in
                re.findall(r'^vigie_brand_mentions_total\{brand="([^"]*)"\} (\S+)$', metrics, re.M)}

    def wait_for(self, what, check):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not check():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise Failure(f"waited for {what}; log:\n{self.log_path.read_text()}")
            time.sleep(POLL_SECONDS)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        expect("exit code", self.process.wait(PATIENCE_SECONDS), 0)


def state(vigie, folder, *arguments, code=0):
    done = subprocess.run([vigie, "state", *arguments], cwd=folder, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=PATIENCE_SECONDS)
    expect(f"exit code of state {' '.join(arguments)}: {done.stdout}", done.returncode, code)
    return done.stdout


COUNTED = {"Orvelane": 30, "Orvelane Mobile": 3}


def run_once(vigie, folder):
    engine = Engine(vigie, folder)
    engine.wait_for("the posts to be counted", lambda: engine.mentions() == COUNTED)
    return engine


def check_inspect(vigie, folder):
    report = json.loads(state(vigie, folder, "inspect", "--path", "kept", "--json"))
    expect("version", report["version"], 2)
    expect("mentions", {b["name"]: b["mentions"] for b in report["brands"]}, COUNTED)
    expect("posts", {b["name"]: b["posts"] for b in report["brands"]}, COUNTED)
    expect("authors", [b["authors"] for b in report["brands"]][:1], [3])
    expect("partitions", len(report["partitions"]), 1)
    expect_in("partition", "posts.ndjson", report["partitions"][0]["topic"])
    text = state(vigie, folder, "inspect", "--config", "vigie.yaml")
    for part in ["kept: version 2, written by vigie", "posts.ndjson/0", "Orvelane Mobile"]:
        expect_in("inspect", part, text)


def check_export(vigie, folder):
    lines = [json.loads(line) for line in state(vigie, folder, "export", "--path",
                                                "kept").splitlines()]
    keys = [line["key"] for line in lines]
    for key in ["brand/Orvelane", "brand/Orvelane/posts/0", "meta", "shard/0"]:
        expect_in("keys", key, keys)
    meta = next(line for line in lines if line["key"] == "meta")
    expect("the seed is left out", "key_seed" in meta["value"], False)


def check_erase(vigie, folder):
    erase = ["erase", "--path", "kept", "--platform", "X", "--author", "authorbob"]
    before = (folder / "kept/data.mdb").read_bytes()
    expect("the ids of posts are kept", b"idbob-1" in before and b"idcyd-2" in before, True)
    text = state(vigie, folder, *erase)
    expect_in("erase", "kept: erased: brands=2 authors=2", text)
    for what in ["cascades", "replies", "groups", "channels"]:
        expect_in("erase", f" {what}=", text)
        expect(f"{what} erased", int(re.search(what + r"=(\d+)", text).group(1)) > 0, True)
    expect_in("erase", "what stays: the numbers that these posts add to", text)
    posts_erased = re.search(r"posts=(\d+)", text).group(1)
    expect("posts erased: 10 of one brand and 1 of the other", posts_erased, "11")
    expect_in("erase again", "nothing is kept of this author", state(vigie, folder, *erase))
    audit = (folder / "kept/audit.log").read_text()
    expect("audit lines", len(audit.splitlines()), 2)
    expect_in("audit", "erase brands=2 authors=2", audit)
    for path in sorted((folder / "kept").iterdir()):
        expect(f"mode of {path.name}", oct(path.stat().st_mode & 0o777), "0o600")
        for part in [b"authorbob", b"idbob-"]:
            expect(f"{part} in {path.name}", part in path.read_bytes().lower(), False)
    expect("others are there", b"idcyd-2" in (folder / "kept/data.mdb").read_bytes(), True)


def check(vigie, folder):
    (folder / "vigie.yaml").write_text(CONFIG)
    (folder / "posts.ndjson").write_text("".join(json.dumps(p) + "\n" for p in posts()))
    run_once(vigie, folder).stop()
    check_inspect(vigie, folder)
    check_export(vigie, folder)
    engine = run_once(vigie, folder)
    in_use = f"kept: the state is in use by process {engine.process.pid};"
    expect_in("erase beside an engine", in_use,
              state(vigie, folder, "erase", "--path", "kept", "--platform", "x", "--author", "a",
                    code=2))
    check_inspect(vigie, folder)
    engine.stop()
    check_inspect(vigie, folder)
    check_erase(vigie, folder)
    run_once(vigie, folder).stop()


def main():
    vigie = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        try:
            check(vigie, pathlib.Path(folder))
        except Failure as failure:
            print(f"failed: {failure}")
            sys.exit(1)
    print("passed")


if __name__ == "__main__":
    main()
