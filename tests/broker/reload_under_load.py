#!/usr/bin/env python3
"""Reloads while a real Kafka broker is read: nothing is lost and nothing is counted twice.

    reload_under_load.py VIGIE

Posts flow into a topic of 4 partitions all the time, `vigie run` counts them with 2 workers and 2
shards, and its configuration is replaced over and over: by POST /-/reload, by SIGHUP and by the
change of the file alone, with broken ones between. Brands come and go; one stays, at another place
each time. What was counted for it is then held against the posts that were sent, exactly. The
broker's address is in VIGIE_TEST_BROKERS (see with_broker.sh).

Exit codes: 0 passed, 77 there is no broker, 1 failed.
"""
import collections
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import end_to_end
from end_to_end import PARTITIONS, PATIENCE_SECONDS, Failure

RELOADS = 200
POSTS = 20_000  # at least
BURST_POSTS = 40
BURST_EVERY_SECONDS = 0.02
POLL_SECONDS = 0.01
PLATFORMS = ("x", "mastodon", "reddit")
VISITORS = 12

STAYS = {
    "name": "Phare",
    "names": ["Phare", "Phare Bleu"],
    "query": 'lampe AND ("verre rouge" OR miroir) NOT orage',
    "shadow": "lampe NEAR/3 miroir",
}
# Every so many posts hold these words.
WORDS = ((5, "le phare"), (3, "une lampe"), (2, "et son miroir"), (7, "en verre rouge"),
         (11, "sous l'orage"))


def post(number):
    text = " ".join(["ici", *(words for every, words in WORDS if number % every == 0),
                     f"lieu{number % VISITORS}"])
    return {"id": f"p{number}", "platform": PLATFORMS[number % len(PLATFORMS)], "text": text,
            "created_at": f"2026-11-22T12:00:{number // 10_000 % 60:02}Z"}


def plain_counts(posts):
    """Of the brand that stays: mentions by platform, and posts by the change of its shadow."""
    mentions, shadow = collections.Counter(), collections.Counter()
    for number in range(posts):
        phare, lampe, miroir, verre, orage = (number % every == 0 for every, _ in WORDS)
        now = phare or (lampe and (verre or miroir) and not orage)
        then = phare or (lampe and miroir)
        mentions[PLATFORMS[number % len(PLATFORMS)]] += now
        shadow["gained"] += then and not now
        shadow["lost"] += now and not then
    return dict(mentions), dict(shadow)


class Feed(threading.Thread):
    """Sends posts, post i to partition i % PARTITIONS, until it is told to stop."""

    def __init__(self, brokers, topic):
        super().__init__(daemon=True)
        self.sent = 0
        self.enough = threading.Event()
        self.kcats = [subprocess.Popen(["kcat", "-b", brokers, "-t", topic, "-p", str(partition),
                                        "-P"], stdin=subprocess.PIPE)
                      for partition in range(PARTITIONS)]

    def run(self):
        while not self.enough.wait(BURST_EVERY_SECONDS):
            lines = [json.dumps(post(self.sent + i)).encode() + b"\n" for i in range(BURST_POSTS)]
            for partition, kcat in enumerate(self.kcats):
                kcat.stdin.write(b"".join(lines[partition::PARTITIONS]))
                kcat.stdin.flush()
            self.sent += BURST_POSTS

    def finish(self):
        """Once all posts are in the log."""
        self.enough.set()
        self.join()
        for kcat in self.kcats:
            kcat.stdin.close()
            if kcat.wait(PATIENCE_SECONDS) != 0:
                raise Failure(f"kcat ended with {kcat.returncode} after {self.sent} posts")

    def kill(self):
        self.enough.set()
        for kcat in self.kcats:
            if kcat.poll() is None:
                kcat.kill()
                kcat.wait()


def visitors_of(step):
    """Two in three, others with each step."""
    return [{"name": f"Visiteur {k}", "query": f"ici AND lieu{k}"}
            for k in range(VISITORS) if (step + k) % 3]


class Reloads:
    """Replaces the configuration and asks for it to be taken."""

    def __init__(self, run, path, settings):
        self.run = run
        self.path = path
        self.settings = settings
        self.shown = set()  # the brands of the last good configuration
        self.answered = 0   # by POST, with 200
        self.refused = 0

    def write(self, text):
        fresh = self.path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, self.path)

    def good(self, step):
        brands = visitors_of(step)
        brands.insert(step % (len(brands) + 1), STAYS)
        self.shown = {brand["name"] for brand in brands}
        return json.dumps({**self.settings, "brands": brands})

    def broken(self, step):
        """Taken after all, any of them would lose the brand that stays."""
        brands = visitors_of(step)
        whole = json.dumps({**self.settings, "brands": brands})
        return (whole[:len(whole) // 2],
                json.dumps({**self.settings, "brands": [*brands, {"nome": "Delta"}]}),
                json.dumps({**self.settings, "brands": [*brands, brands[0]]}),
                json.dumps({**self.settings, "brands": [{"name": "Delta", "query": "ici AND"}]})
                )[step // 5 % 4]

    def wait_for(self, what, condition):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            metrics = self.run.scrape()
            if metrics is not None and condition(metrics):
                return metrics
            time.sleep(POLL_SECONDS)
        raise Failure(f"never came: {what}\n{self.run.log()}")

    def post(self):
        request = urllib.request.Request(self.run.url.replace("/metrics", "/-/reload"),
                                         method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def ask(self, step, is_good):
        """One in three by POST; the file alone takes seconds, so rarely."""
        if step % 80 in (40, 79):
            return
        if step % 3:
            self.run.process.send_signal(signal.SIGHUP)
            return
        status = self.post()
        if status != (200 if is_good else 422):
            raise Failure(f"step {step}: POST /-/reload answered {status}\n{self.run.log()}")
        self.answered += is_good

    def step(self, step):
        """The reloads that were successful so far. The process may look at the file before it is
        asked to, so there may be more of them than steps."""
        is_good = step % 5 != 4
        result = "success" if is_good else "failure"
        before = reloads(self.wait_for("metrics", bool), result)
        self.write(self.good(step) if is_good else self.broken(step))
        self.ask(step, is_good)
        metrics = self.wait_for(f"step {step}, {result}", lambda now: (
            reloads(now, result) > before
            and now.total("vigie_config_last_reload_successful") == is_good))
        if not is_good:
            self.refused += 1
            self.wait_for(f"step {step}: the brands {self.shown}",
                          lambda now: brands_of(now) == self.shown)
        return reloads(metrics, "success")


def labelled(metrics, name, **wanted):
    return int(sum(value for labels, value in metrics.samples[name]
                   if wanted.items() <= labels.items()))


def reloads(metrics, result):
    return labelled(metrics, "vigie_config_reloads_total", result=result)


def brands_of(metrics):
    return {labels["brand"] for labels, _ in metrics.samples["vigie_brand_mentions_total"]}


def expect(what, found, wanted):
    if found != wanted:
        raise Failure(f"{what}: {found} instead of {wanted}")


def check_counts(metrics, sent):
    name = STAYS["name"]
    mentions, shadow = plain_counts(sent)
    expect("records", metrics.total("vigie_records_total"), sent)
    expect("rejected records", metrics.total("vigie_rejected_records_total"), 0)
    expect("repeated facts",
           labelled(metrics, "vigie_facts_dropped_total", reason="repeated"), 0)
    expect(f"mentions of {name}",
           {platform: count for (brand, platform), count in metrics.mentions().items()
            if brand == name}, mentions)
    expect(f"matches of {name}", labelled(metrics, "vigie_rule_matches_total", brand=name),
           sum(mentions.values()))
    for change, posts in shadow.items():
        expect(f"posts {change} by the shadow of {name}",
               labelled(metrics, "vigie_shadow_posts_total", brand=name, change=change), posts)
    for brand in brands_of(metrics) - {name}:
        found = labelled(metrics, "vigie_brand_mentions_total", brand=brand)
        if not 0 < found < sent // VISITORS:
            raise Failure(f"{brand} came and went, and has {found} mentions of {sent} posts")


def kafka_array(items):
    items = list(items)
    return struct.pack(">i", len(items)) + b"".join(items)


def committed(brokers, group, topic):
    """OffsetFetch version 1: by partition."""
    body = kafka_array([end_to_end.kafka_text(topic)
                        + kafka_array(struct.pack(">i", p) for p in range(PARTITIONS))])
    answer = end_to_end.ask_broker(brokers, 9, 1, end_to_end.kafka_text(group) + body)
    at = 4 + 2 + len(topic) + 4  # one topic, its name, and how many partitions
    offsets = {}
    for _ in range(PARTITIONS):
        partition, offset, metadata = struct.unpack_from(">iqh", answer, at)
        at += 4 + 8 + 2 + max(metadata, 0)
        error, = struct.unpack_from(">h", answer, at)
        at += 2
        expect(f"error of partition {partition}", error, 0)
        offsets[partition] = offset
    return offsets


def reload_all_the_time(reloading, feed):
    """The metrics once all posts are read."""
    reloading.wait_for("all partitions", lambda now: (
        len(now.samples["vigie_partition_next_offset"]) == PARTITIONS))
    feed.start()
    step, done = 0, 0
    while done < RELOADS or feed.sent < POSTS:
        done = reloading.step(step)
        step += 1
        if not feed.is_alive():
            raise Failure(f"the posts ended after {feed.sent}")
    feed.finish()
    return reloading.run.wait_until_read(feed.sent)


def test(vigie, brokers, folder):
    topic = f"reload-{os.getpid()}-{time.monotonic_ns()}"
    end_to_end.create_topic(brokers, topic)
    path = folder / "run.yaml"  # JSON is YAML
    settings = {
        "sources": [{"kafka": {"brokers": brokers, "topics": [topic], "group": topic,
                               "instance": topic}}],
        "serve": {"listen": "127.0.0.1:0"},
        "engine": {"workers": 2, "shards": 2, "snapshot_every": "50ms",
                   "drain": f"{end_to_end.DRAIN_SECONDS}s"},
    }
    path.write_text(json.dumps({**settings, "brands": [STAYS]}), encoding="utf-8")
    feed = Feed(brokers, topic)
    run = end_to_end.Run(vigie, path, folder)
    try:
        reloading = Reloads(run, path, settings)
        metrics = reload_all_the_time(reloading, feed)
        check_counts(metrics, feed.sent)
        done = reloads(metrics, "success")
        if done < max(RELOADS, reloading.answered):
            raise Failure(f"{done} reloads, and {reloading.answered} answered with 200")
        run.stop()
    finally:
        feed.kill()
        run.kill()
    expect("committed offsets", committed(brokers, topic, topic),
           {p: feed.sent // PARTITIONS for p in range(PARTITIONS)})

    path.write_text(reloading.good(0), encoding="utf-8")
    run = end_to_end.Run(vigie, path, folder)
    try:
        again = run.wait_until_read(feed.sent)
        expect("records read again", again.total("vigie_records_total"), 0)
        run.stop()
    finally:
        run.kill()
    return (f"{feed.sent} posts, {done} reloads ({reloading.answered} by POST), "
            f"{reloading.refused} broken ones refused: all counts are exact")


def main(arguments):
    brokers = os.environ.get("VIGIE_TEST_BROKERS")
    if len(arguments) != 1:
        sys.exit(__doc__)
    if not brokers:
        print("skipped: VIGIE_TEST_BROKERS is not set")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        try:
            print(test(str(pathlib.Path(arguments[0]).resolve()), brokers, pathlib.Path(folder)))
        except Failure as failure:
            print(f"reload_under_load.py: {failure}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
