#!/usr/bin/env python3
"""Kills `vigie run` at any moment, over and over, while it reads from a real Kafka broker: in the
end everything is counted once.

    kill_test.py VIGIE [KILLS]

Posts, some of them twice, with edits, deletions and new counters behind them, flow into a topic of
4 partitions. `vigie run` counts them with 2 workers and 2 shards and keeps its state; it is ended
with SIGKILL at random moments and started again, and now and then a stranger joins its group, so
that partitions move. In the end its totals are held against those of a run that was never
disturbed, of another group with a state of its own, and against a plain count; and what it has
committed against the end of the log. Then the topic is deleted and made anew, and the engine is
killed while it reads that. The broker's address is in VIGIE_TEST_BROKERS (see with_broker.sh);
VIGIE_SEED repeats a run, as far as a broker lets it.

Exit codes: 0 passed, 77 there is no broker, 1 failed.
"""
import collections
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import end_to_end
from end_to_end import PARTITIONS, Failure, Run
from reload_under_load import committed, expect

KILLS = 50
POSTS_PER_KILL = 400
BURST = 100
LIFE_SECONDS = (0.2, 2.4)  # from the start of the process to its end
STRANGER_EVERY = 6  # kills
ANEW_KILLS = 4  # while a topic that was made anew is read
PLATFORMS = ("x", "mastodon", "reddit")
BRANDS = [{"name": "Phare", "names": ["Phare"]}, {"name": "Balise", "names": ["Balise"]},
          {"name": "Rivage/Nord", "names": ["Rivage"]}]
# What does not depend on how partitions are read beside each other.
EXACT = ("vigie_brand_mentions_total", "vigie_mentions_total", "vigie_late_mentions_total",
         "vigie_kpi_")
# Which posts of a group are signs of a campaign follows from which came first, and partitions come
# in any order: see group_bounds().
BOUNDED = ("vigie_kpi_near_identical", "vigie_kpi_suspicious", "vigie_kpi_suspicious_share_ratio")
WORDS = ((3, "le Phare"), (5, "la Balise"), (4, "un Rivage"))
# Texts that have no word in common but the names, which follow from the topic: groups of posts that
# say the same, far from each other.
TOPICS = 60
GROUP_MIN = 5  # posts of a group from which a further one is a sign: kNearIdenticalMin


def text_of(number):
    said = " ".join(f"{word}{number % TOPICS}" for word in
                    ("houle", "digue", "ancre", "sable", "rocher", "bouee", "marin", "filet",
                     "voile", "goeland"))
    return " ".join(["ici", *(words for every, words in WORDS if number % every == 0), said])


def post(number, text):
    return {"id": f"p{number}", "platform": PLATFORMS[number % len(PLATFORMS)], "text": text,
            "created_at": f"2026-11-22T12:{number // 600 % 60:02}:{number // 10 % 60:02}Z",
            "metrics": {"likes": number % 7}}


class Story:
    """What is sent, and what follows from it. All that concerns a post is in one partition, as a
    bridge that keys records by id sends it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.texts = {}  # of the posts that are there
        self.likes = {}
        self.ever = set()  # post and brand: a mention at some time
        # By brand and text: posts that ever said it, and how often one was taken back.
        self.said = collections.defaultdict(set)
        self.taken_back = collections.Counter()
        self.sent = 0
        self.kinds = collections.Counter()

    def more(self, count):
        """Records by partition."""
        out = [[] for _ in range(PARTITIONS)]

        def tell(number, record, kind):
            out[number % PARTITIONS].append(json.dumps(record).encode() + b"\n")
            self.kinds[kind] += 1

        for number in range(self.sent, self.sent + count):
            record = post(number, text_of(number))
            self.texts[number], self.likes[number] = record["text"], number % 7
            tell(number, record, "posts")
            self.note(number)
            if self.random.random() < 0.1:
                tell(number, record, "repeats")
            earlier = self.random.randrange(max(0, number - 300), number + 1)
            platform = PLATFORMS[earlier % len(PLATFORMS)]
            if earlier not in self.texts:
                continue
            chance = self.random.random()
            if chance < 0.10:
                self.take_back(earlier)
            if chance < 0.05:
                del self.texts[earlier], self.likes[earlier]
                tell(earlier, {"op": "delete", "id": f"p{earlier}", "platform": platform},
                     "deletions")
            elif chance < 0.10:
                self.texts[earlier] = text_of(earlier + 1)
                edited = post(earlier, self.texts[earlier])
                edited["metrics"]["likes"] = self.likes[earlier]
                self.note(earlier)
                edited["edited_at"] = "2026-11-22T13:10:00Z"
                tell(earlier, edited, "edits")
            elif chance < 0.25:
                self.likes[earlier] += 5
                tell(earlier, {"op": "metrics", "id": f"p{earlier}", "platform": platform,
                               "metrics": {"likes": self.likes[earlier]}}, "counters")
        self.sent += count
        return out

    def take_back(self, number):
        for brand in BRANDS:
            self.taken_back[brand["name"], self.texts[number]] += 1

    def note(self, number):
        for brand in BRANDS:
            if brand["names"][0] in self.texts[number]:
                self.said[brand["name"], self.texts[number]].add(number)
        self.ever.update((number, brand["name"]) for brand in BRANDS
                         if brand["names"][0] in self.texts[number])

    def plain_counts(self):
        """Mentions since the start by brand and platform; and, of the posts as they are in the end,
        mentions and their likes by brand."""
        counts = collections.Counter()
        for number, brand in self.ever:
            counts["vigie_mentions_total", brand, PLATFORMS[number % len(PLATFORMS)]] += 1
        for number, text in self.texts.items():
            for brand in BRANDS:
                if brand["names"][0] in text:
                    counts["vigie_kpi_mentions", brand["name"], "24h"] += 1
                    counts["vigie_kpi_likes", brand["name"], "24h"] += self.likes[number]
        for brand, _ in self.groups():
            counts["vigie_kpi_deduplicated", brand, "24h"] += 1
        return counts

    def groups(self):
        """How many posts say it in the end, by brand and text."""
        now = collections.Counter()
        for text in self.texts.values():
            now.update((brand["name"], text) for brand in BRANDS if brand["names"][0] in text)
        return now

    def group_bounds(self):
        """By brand, the least and the most of its posts that can be signs of a campaign, in
        whatever order posts of different partitions come. Of a group that only grows all but the
        first GROUP_MIN are. Each post that is taken back makes room for one more that is none."""
        least, most = collections.Counter(), collections.Counter()
        now = self.groups()
        for (brand, text), said in self.said.items():
            alive = now[brand, text]
            gone = self.taken_back[brand, text]
            least[brand] += max(0, alive - GROUP_MIN - gone)
            most[brand] += min(alive, max(0, len(said) + gone - GROUP_MIN))
        return {brand: (least[brand], most[brand]) for brand in most}


class Feed:
    """Into the topic, in bursts."""

    def __init__(self, brokers, topic, story):
        self.brokers, self.topic, self.story = brokers, topic, story
        self.end = 0  # records of all partitions

    def send(self, count):
        for partition, lines in enumerate(self.story.more(count)):
            subprocess.run(["kcat", "-b", self.brokers, "-t", self.topic, "-p", str(partition),
                            "-P"], input=b"".join(lines), check=True, timeout=60)
            self.end += len(lines)


class Stranger:
    """A consumer that joins the group, takes partitions and commits nothing: kcat commits what it
    has stored whatever enable.auto.commit says, so it must not store."""

    def __init__(self, brokers, topic, group):
        self.process = subprocess.Popen(
            ["kcat", "-b", brokers, "-G", group, "-X", "enable.auto.commit=false",
             "-X", "enable.auto.offset.store=false",
             "-X", "session.timeout.ms=6000", "-X", "heartbeat.interval.ms=200",
             "-X", "partition.assignment.strategy=range", "-q", topic],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def leave(self):
        self.process.terminate()
        self.process.wait()


def configuration(brokers, topic, group, folder, static):
    path = folder / f"{group}.yaml"  # JSON is YAML
    kafka = {"brokers": brokers, "topics": [topic], "group": group,
             "properties": {"session.timeout.ms": "6000", "heartbeat.interval.ms": "200",
                            "fetch.wait.max.ms": "50"}}
    if static:
        kafka["instance"] = group
    path.write_text(json.dumps({
        "sources": [{"kafka": kafka}],
        "brands": BRANDS,
        "event_time": {"lateness": "2h"},
        "serve": {"listen": "127.0.0.1:0"},
        "state": {"path": str(folder / f"state-{group}"), "every": "200ms", "bytes": "1MB"},
        "engine": {"workers": 2, "shards": 2, "drain": "20s"},
    }), encoding="utf-8")
    return path


def totals(metrics):
    """All that must be the same for any run over the log, by metric and values of its labels; and
    what has bounds."""
    return {(name, *labels.values()): value
            for name, series in metrics.samples.items()
            if name.startswith(EXACT)
            for labels, value in series}


def read_up(run, end):
    """Waits until everything was read; then stops the process, so that everything is saved."""
    metrics = run.wait_until_read(end)
    found = totals(metrics)
    run.stop()
    return found, metrics


def kill_over_and_over(vigie, path, feed, kills, group, rng):
    """The group's members are static: killed and started again, they find their partitions."""
    seen = collections.Counter()
    stranger = None
    for kill in range(kills):
        last = None
        sender = threading.Thread(target=feed.send, args=(POSTS_PER_KILL,))
        run = Run(vigie, path, path.parent)
        started = time.monotonic()
        try:
            sender.start()
            if kill % STRANGER_EVERY == 2:
                stranger = Stranger(feed.brokers, feed.topic, group)
                seen["strangers"] += 1
            life = rng.uniform(*LIFE_SECONDS)
            deadline = started + life
            while time.monotonic() < deadline:
                last = run.scrape() or last  # a failure when it has ended
                time.sleep(min(0.05, max(0.0, deadline - time.monotonic())))
        finally:
            if last is not None:
                seen["served"] += 1
                seen["reading"] += last.total("vigie_records_total") > 0
                seen["records"] += last.total("vigie_records_total")
                seen["saves"] += last.total("vigie_state_saves_total")
                seen["rebalances"] += last.total("vigie_rebalances_total")
            run.kill()
            sender.join()
        if stranger is not None and kill % STRANGER_EVERY == 4:
            stranger.leave()
            stranger = None
    if stranger is not None:
        stranger.leave()
    return seen


def compare(what, found, wanted):
    wrong = {key: (found.get(key), wanted.get(key)) for key in found.keys() | wanted.keys()
             if found.get(key) != wanted.get(key)}
    if wrong:
        raise Failure(f"{what}: these differ, as (found, wanted): "
                      f"{dict(list(wrong.items())[:20])}")


def check_bounds(what, found, story):
    for brand, (least, most) in story.group_bounds().items():
        for window in ("24h", "7d", "30d"):
            signs = found["vigie_kpi_near_identical", brand, window]
            if not least <= signs <= most:
                raise Failure(f"{what}: {signs} near-identical posts of {brand}, not within "
                              f"{least} and {most}")
            if found["vigie_kpi_suspicious", brand, window] < signs:
                raise Failure(f"{what}: fewer suspicious than near-identical posts of {brand}")


def check_topic_made_anew(vigie, path, feed, rng):
    """The topic is deleted and created while no engine runs, and filled with less than was read of
    it; the engine is killed while it reads that. What was counted stays, what comes is counted
    once: all of the story, which goes on."""
    end_to_end.delete_topic(feed.brokers, feed.topic)
    deadline = time.monotonic() + 30
    while True:
        try:
            end_to_end.create_topic(feed.brokers, feed.topic)
            break
        except Failure:  # it is still being deleted
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
    anew = Feed(feed.brokers, feed.topic, feed.story)
    anew.send(min(POSTS_PER_KILL, feed.end // 4))
    for _ in range(ANEW_KILLS):
        run = Run(vigie, path, path.parent)
        time.sleep(rng.uniform(*LIFE_SECONDS))
        run.kill()
    run = Run(vigie, path, path.parent)
    try:
        found, _ = read_up(run, anew.end)
    finally:
        run.kill()
    wanted = feed.story.plain_counts()
    compare("after the topic was made anew", {key: found.get(key) for key in wanted}, wanted)


def exact(totals_found):
    return {key: value for key, value in totals_found.items() if key[0] not in BOUNDED}


def check(vigie, brokers, kills, folder, seed):
    rng = random.Random(seed)
    topic = f"kills-{os.getpid()}-{time.monotonic_ns()}"
    end_to_end.create_topic(brokers, topic)
    story = Story(seed)
    feed = Feed(brokers, topic, story)
    killed = configuration(brokers, topic, f"{topic}-killed", folder, static=True)
    start = time.monotonic()
    seen = kill_over_and_over(vigie, killed, feed, kills, f"{topic}-killed", rng)
    print(f"{kills} kills in {time.monotonic() - start:.0f} s, {seen['served']} while it served, "
          f"{seen['reading']} after it had read something; at least {seen['records']} records "
          f"read, {seen['saves']} saves, {seen['rebalances']} assignments, "
          f"{seen['strangers']} strangers; "
          f"sent {feed.end} records: {dict(story.kinds)}", flush=True)

    run = Run(vigie, killed, folder)
    try:
        found, metrics = read_up(run, feed.end)
        again = metrics.total("vigie_records_total")
    finally:
        run.kill()
    print(f"the last process read {again} of {feed.end} records, and then had everything")
    expect("committed", sum(committed(brokers, f"{topic}-killed", topic).values()), feed.end)

    quiet = configuration(brokers, topic, f"{topic}-quiet", folder, static=False)
    run = Run(vigie, quiet, folder)
    try:
        undisturbed, _ = read_up(run, feed.end)
    finally:
        run.kill()
    compare("the run that was killed against one that was not", exact(found), exact(undisturbed))
    check_bounds("the run that was killed", found, story)
    check_bounds("the run that was not killed", undisturbed, story)

    wanted = story.plain_counts()
    if not any(name == "vigie_kpi_mentions" for name, *_ in undisturbed):
        raise Failure("no vigie_kpi_mentions in /metrics: deletions were not checked")
    compare("the run that was not killed against a plain count",
            {key: value for key, value in undisturbed.items() if key in wanted}, wanted)
    run = Run(vigie, killed, folder)
    try:
        afterwards, metrics = read_up(run, feed.end)
    finally:
        run.kill()
    expect("records read again after SIGTERM", metrics.total("vigie_records_total"), 0)
    expect("records that the state lacks", metrics.total("vigie_state_gap_records_total"), 0)
    compare("after SIGTERM and a start", afterwards, found)
    check_topic_made_anew(vigie, killed, feed, rng)
    wanted = story.plain_counts()
    return sum(count for (name, *_), count in wanted.items() if name == "vigie_kpi_mentions")


def main(arguments):
    brokers = os.environ.get("VIGIE_TEST_BROKERS")
    if not 1 <= len(arguments) <= 2:
        sys.exit(__doc__)
    if not brokers:
        print("skipped: VIGIE_TEST_BROKERS is not set")
        return 77
    vigie = str(pathlib.Path(arguments[0]).resolve())
    kills = int(arguments[1]) if len(arguments) > 1 else KILLS
    seed = int(os.environ.get("VIGIE_SEED", time.time_ns() % 1_000_000))
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        try:
            mentions = check(vigie, brokers, kills, pathlib.Path(name), seed)
        except Failure as failure:
            print(f"kill_test.py: seed {seed}: {failure}", file=sys.stderr)
            return 1
    print(f"{mentions} mentions: the run that was killed, the one that was not, and the plain "
          "count agree")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
