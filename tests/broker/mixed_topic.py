#!/usr/bin/env python3
"""One topic that holds everything: `mapping: auto` through a real Kafka broker.

    mixed_topic.py VIGIE

Records of several platforms, wrapped in several ways, beside some that cannot be used. The totals
of each brand must be exact, each record that is refused, wholly or in part, must have one dead
letter, and what is read again from the start of the same group must be nothing. The broker's
address is in VIGIE_TEST_BROKERS (see with_broker.sh).

Exit codes: 0 passed, 77 there is no broker, 1 failed.
"""
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from end_to_end import DRAIN_SECONDS, PARTITIONS, Failure, Run, create_topic

AT = "2026-03-01T10:00:00.000Z"


def mention(**fields):
    return {"id": "m1", "platform": "forum", "text": "Orvelane", "created_at": AT} | fields


def jetstream(collection, rkey, record):
    return {"did": "did:plc:mira", "time_us": 1772359200123456, "kind": "commit",
            "commit": {"rev": "r", "operation": "create", "collection": collection, "rkey": rkey,
                       "record": record, "cid": "c"}}


def tweet(number, text, **fields):
    return {"id": f"139123456789012{number}", "text": text, "author_id": "12",
            "created_at": AT, "edit_history_tweet_ids": [f"139123456789012{number}"]} | fields


def jsons(value):
    return json.dumps(value, ensure_ascii=False).encode()


PAGE = {"data": [tweet(1, "Orvelane is back"), tweet(2, "nothing here"),
                 tweet(3, "Orvelane and Crémoline", id=None),
                 tweet(4, "Crémoline, Orvelane"),
                 tweet(5, "Orvelane", id="not a number", created_at="tomorrow")],
        "includes": {"users": [{"id": "12", "username": "mira_k", "name": "Mira"}]},
        "meta": {"result_count": 5}}

# key, headers, value; None is a tombstone
RECORDS = [
    ("a", {}, jsons(jetstream("app.bsky.feed.post", "3l1", {
        "$type": "app.bsky.feed.post", "createdAt": AT, "langs": ["fr"], "text": "Orvelane !"}))),
    ("b", {}, jsons(jetstream("app.bsky.graph.follow", "3l2", {"subject": "did:plc:ann"}))),
    ("c", {}, jsons(PAGE)),
    ("d", {}, gzip.compress(jsons(mention(text="Crémoline, miam")), mtime=0)),
    ("m0", {}, None),
    ("e", {}, b'{"id":"m2","platform":"forum","te'),
    ("f", {"ce_specversion": "1.0", "ce_type": "post", "ce_id": "1", "ce_source": "/bridge",
           "CE_time": "2026-03-01T10:00:05Z", "content-type": "application/json", "other": "x"},
     jsons(mention(id="m3"))),
    ("g", {"ce_specversion": "1.0", "ce_type": "post", "ce_id": "2", "ce_source": "/bridge"},
     jsons({"id": "m4", "platform": "forum", "text": "Orvelane"})),
    ("h", {}, jsons([mention(id="m5"), mention(id="m6", text="Crémoline")])),
    ("i", {}, jsons(mention(id="m7"))),
]

MENTIONS = {("Orvelane", "bluesky"): 1, ("Orvelane", "x"): 2, ("Crémoline", "x"): 1,
            ("Orvelane", "forum"): 3, ("Crémoline", "forum"): 2}
REJECTED = {"missing_field": 1, "bad_time": 1, "not_json": 1, "unmapped": 1}
MAPPED = {"jetstream": (1, 1, 0), "x_v2": (3, 0, 2), "mention": (5, 0, 0)}
# By key: the headers that must be there, and what must not.
LETTERS = {
    "c": {"reason": "missing_field", "indexes": "2,4", "mapping": "x_v2"},
    "e": {"reason": "not_json", "indexes": None, "mapping": None},
    "g": {"reason": "unmapped", "indexes": None, "mapping": None, "ce_type": "post",
          "detail": "no mapping knows an object with the keys id, platform, text; "
                    "as mention/1 it lacks 'created_at'"},
}


def produce(brokers, topic, folder):
    """Record i goes to partition i % PARTITIONS."""
    for i, (key, headers, value) in enumerate(RECORDS):
        command = ["kcat", "-P", "-b", brokers, "-t", topic, "-p", str(i % PARTITIONS)]
        for name, text in headers.items():
            command += ["-H", f"{name}={text}"]
        if value is None:
            command += ["-Z", "-K", ":"]
            subprocess.run(command, input=f"{key}:\n".encode(), check=True, timeout=60)
            continue
        message = folder / f"record-{i}"  # kcat splits no file
        message.write_bytes(value)
        subprocess.run([*command, "-k", key, str(message)], check=True, timeout=60)


def letters(brokers, topic):
    """By key: (headers, value)."""
    command = ["kcat", "-C", "-J", "-u", "-q", "-e", "-b", brokers, "-t", topic, "-o", "beginning"]
    printed = subprocess.run(command, check=True, timeout=60, stdout=subprocess.PIPE).stdout
    found = [json.loads(line) for line in printed.splitlines()]
    by_key = {}
    for one in found:
        names = one["headers"][::2]
        by_key[one["key"]] = dict(zip(names, one["headers"][1::2])), one["payload"]
    if len(by_key) != len(found):
        raise Failure(f"a record has more than one dead letter: {found}")
    return by_key


def expect(what, found, expected):
    if found != expected:
        raise Failure(f"{what}: {found} instead of {expected}")


def by_label(metrics, name, label):
    return {labels[label]: int(value) for labels, value in metrics.samples[name] if value}


def check_metrics(metrics):
    expect("mentions", metrics.mentions(), MENTIONS)
    expect("records", metrics.total("vigie_records_total"), len(RECORDS))
    expect("rejects", by_label(metrics, "vigie_rejected_records_total", "reason"), REJECTED)
    expect("what became of them", by_label(metrics, "vigie_reject_actions_total", "action"),
           {"dead_letter": sum(REJECTED.values())})
    expect("dead letters", metrics.total("vigie_dead_letters_total"), len(LETTERS))
    posts = {}
    for labels, value in metrics.samples["vigie_mapping_posts_total"]:
        posts.setdefault(labels["mapping"], {})[labels["result"]] = int(value)
    expect("posts by mapping",
           {name: (results["mapped"], results["dropped"], results["rejected"])
            for name, results in posts.items() if any(results.values())}, MAPPED)
    expect("ops", by_label(metrics, "vigie_posts_total", "op"),
           {"upsert": sum(mapped for mapped, _, _ in MAPPED.values()), "delete": 1})


def check_letters(brokers, topic):
    found = letters(brokers, topic)
    expect("dead letters of", sorted(found), sorted(LETTERS))
    values = {key: value for key, _, value in RECORDS}
    for key, wanted in LETTERS.items():
        headers, payload = found[key]
        expect(f"the value of letter {key}", payload.encode(), values[key])
        expect(f"the headers of letter {key}", {name: headers.get(name) for name in wanted}, wanted)


def check(vigie, brokers, folder):
    topic = f"mixed-{os.getpid()}-{time.monotonic_ns()}"
    create_topic(brokers, topic)
    create_topic(brokers, topic + "-dead")
    produce(brokers, topic, folder)
    configuration = folder / "run.yaml"  # JSON is YAML
    configuration.write_text(json.dumps({
        "sources": [{"kafka": {"brokers": brokers, "topics": [topic], "group": topic,
                               "instance": topic, "mapping": "auto"}}],
        "brands": [{"name": "Orvelane"}, {"name": "Crémoline"}],
        "dead_letters": {"topic": topic + "-dead"},
        "serve": {"listen": "127.0.0.1:0"},
        "engine": {"workers": 2, "drain": f"{DRAIN_SECONDS}s"},
    }, ensure_ascii=False), encoding="utf-8")
    for again in (False, True):
        run = Run(vigie, configuration, folder)
        try:
            metrics = run.wait_until_read(len(RECORDS))
            if again:
                expect("records read again", metrics.total("vigie_records_total"), 0)
            else:
                check_metrics(metrics)
            run.stop()
        finally:
            run.kill()
        check_letters(brokers, topic + "-dead")


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    brokers = os.environ.get("VIGIE_TEST_BROKERS")
    if not brokers:
        print("skipped: VIGIE_TEST_BROKERS is not set")
        return 77
    with tempfile.TemporaryDirectory() as name:
        try:
            check(str(pathlib.Path(arguments[0]).resolve()), brokers, pathlib.Path(name))
        except Failure as failure:
            print(f"mixed_topic.py: {failure}", file=sys.stderr)
            return 1
    print(f"{len(RECORDS)} records of several platforms: totals and dead letters are exact")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
