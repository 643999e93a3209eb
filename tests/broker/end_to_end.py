#!/usr/bin/env python3
"""The whole engine against the oracle: from files, and through a real Kafka broker.

    end_to_end.py VIGIE [BRANDS FILE]

BRANDS is a configuration as JSON with nothing but `brands`, FILE holds mention/1 records or, with
`reddit` in its name, Reddit submissions, which are mapped. Without them, the sample in
tests/cases/e2e is used. The broker's address is in VIGIE_TEST_BROKERS (see with_broker.sh).

  1. `vigie replay --series` must print, byte for byte, what the oracle prints.
  2. The records, spread over 4 partitions, go through `vigie run` with 2 workers: its totals at
     /metrics must be those of the oracle, and SIGTERM must end it with exit code 0.
  3. Started again with the same group, it must read nothing.

Exit codes: 0 passed, 77 there is no broker or a FILE is missing, 1 failed.
"""
import collections
import csv
import io
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import oracle
import reddit_to_mentions

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE.parent / "cases" / "e2e"
PARTITIONS = 4
PATIENCE_SECONDS = 120
DRAIN_SECONDS = 20
QUIET_POLLS = 4  # as many equal answers in a row as make sure that nothing is under way
POLL_SECONDS = 0.5


class Failure(Exception):
    pass


def kafka_text(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


def ask_broker(brokers, api, version, body):
    """The answer to one request of Kafka's protocol, behind its correlation id."""
    request = struct.pack(">hhi", api, version, 1) + kafka_text("vigie-test") + body
    host, port = brokers.split(",")[0].rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        stream = connection.makefile("rb")
        size, = struct.unpack(">i", stream.read(4))
        return stream.read(size)[4:]


def create_topic(brokers, name):
    """CreateTopics version 2: no tool of the broker's does it faster."""
    body = struct.pack(">i", 1) + kafka_text(name) + struct.pack(">ih", PARTITIONS, 1)
    body += struct.pack(">ii", 0, 0) + struct.pack(">i?", 30_000, False)
    answer = ask_broker(brokers, 19, 2, body)
    # throttle time, one topic: its name and the error
    error, = struct.unpack_from(">h", answer, 4 + 4 + 2 + len(name))
    if error:
        raise Failure(f"the broker did not create topic {name}: error {error}")


def delete_topic(brokers, name):
    """DeleteTopics version 1."""
    body = struct.pack(">i", 1) + kafka_text(name) + struct.pack(">i", 30_000)
    answer = ask_broker(brokers, 20, 1, body)
    error, = struct.unpack_from(">h", answer, 4 + 4 + 2 + len(name))
    if error:
        raise Failure(f"the broker did not delete topic {name}: error {error}")


def produce(brokers, topic, path):
    """Line i goes to partition i % PARTITIONS."""
    lines = path.read_bytes().splitlines(keepends=True)
    for partition in range(PARTITIONS):
        command = ["kcat", "-b", brokers, "-t", topic, "-p", str(partition), "-P"]
        own = b"".join(lines[partition::PARTITIONS])
        subprocess.run(command, input=own, check=True, timeout=60)
    return len(lines)


class Metrics:
    """One answer of /metrics."""

    def __init__(self, text):
        self.samples = collections.defaultdict(list)  # name: [(labels, value)]
        for line in text.splitlines():
            sample = re.match(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)", line)
            if sample and not line.startswith("#"):
                labels = {key: value.replace(r"\"", '"').replace(r"\n", "\n").replace(r"\\", "\\")
                          for key, value in
                          re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', sample.group(2) or "")}
                self.samples[sample.group(1)].append((labels, float(sample.group(3))))

    def total(self, name):
        return int(sum(value for _, value in self.samples[name]))

    def mentions(self):
        return {(labels["brand"], labels["platform"]): int(value)
                for labels, value in self.samples["vigie_mentions_total"] if value}


class Run:
    """`vigie run`, from start to exit."""

    def __init__(self, vigie, configuration, folder):
        self.log_path = folder / f"run-{time.monotonic_ns()}.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([vigie, "run", "--config", str(configuration)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.url = None

    def log(self):
        return self.log_path.read_text(errors="replace")

    def scrape(self):
        """None before it serves."""
        if self.process.poll() is not None:
            raise Failure(f"vigie run ended with {self.process.returncode}:\n{self.log()}")
        if self.url is None:
            address = re.search(r"http://127\.0\.0\.1:\d+", self.log())
            if not address:
                return None
            self.url = address.group() + "/metrics"
        try:
            with urllib.request.urlopen(self.url, timeout=10) as answer:
                return Metrics(answer.read().decode())
        except urllib.error.URLError:
            return None

    def wait_until_read(self, end_of_log):
        """The metrics once all partitions are read up and nothing is under way any more."""
        last, equal = None, 0
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            metrics = self.scrape()
            if metrics is not None:
                partitions = metrics.samples["vigie_partition_next_offset"]
                done = (len(partitions) == PARTITIONS
                        and metrics.total("vigie_partition_next_offset") == end_of_log
                        and metrics.total("vigie_partition_lag_records") == 0
                        and metrics.total("vigie_queue_bytes") == 0)
                state = (metrics.mentions(), metrics.total("vigie_records_total"))
                equal = equal + 1 if done and state == last else 0
                last = state
                if equal >= QUIET_POLLS:
                    return metrics
            time.sleep(POLL_SECONDS)
        raise Failure(f"not read up within {PATIENCE_SECONDS} s: {last}\n{self.log()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(DRAIN_SECONDS + 10)
        except subprocess.TimeoutExpired:
            raise Failure(f"vigie run did not stop on SIGTERM:\n{self.log()}") from None
        if code != 0:
            raise Failure(f"vigie run ended with {code} after SIGTERM:\n{self.log()}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def check_replay(vigie, configuration, records, counts, folder):
    expected = io.StringIO()
    writer = csv.writer(expected, lineterminator="\n")
    writer.writerow(["timestamp", "brand", "platform", "mentions"])
    writer.writerows([*key, counts[key]] for key in sorted(counts))
    series = folder / "series.csv"
    subprocess.run([vigie, "replay", "--config", str(configuration), str(records), "--series",
                    str(series)], check=True, timeout=PATIENCE_SECONDS, stdout=subprocess.DEVNULL)
    found = series.read_text(encoding="utf-8")
    if found != expected.getvalue():
        ours, theirs = set(found.splitlines()), set(expected.getvalue().splitlines())
        raise Failure("replay and the oracle differ\n"
                      f"only in replay: {sorted(ours - theirs)[:20]}\n"
                      f"only in the oracle: {sorted(theirs - ours)[:20]}")


def check_run(vigie, brokers, brands, records, counts, folder):
    totals = collections.Counter()
    for (_, brand, platform), mentions in counts.items():
        totals[brand, platform] += mentions
    topic = f"posts-{os.getpid()}-{time.monotonic_ns()}"
    create_topic(brokers, topic)
    lines = produce(brokers, topic, records)
    configuration = folder / "run.yaml"  # JSON is YAML
    configuration.write_text(json.dumps({
        "sources": [{"kafka": {"brokers": brokers, "topics": [topic], "group": topic,
                               "instance": topic}}],
        "brands": brands,
        "serve": {"listen": "127.0.0.1:0"},
        "engine": {"workers": 2, "drain": f"{DRAIN_SECONDS}s"},
    }, ensure_ascii=False), encoding="utf-8")

    run = Run(vigie, configuration, folder)
    try:
        found = run.wait_until_read(lines).mentions()
        if found != dict(totals):
            wrong = {key: (found.get(key, 0), totals[key]) for key in found.keys() | totals.keys()
                     if found.get(key, 0) != totals[key]}
            raise Failure(f"totals differ, as (run, oracle): {wrong}\n{run.log()}")
        run.stop()
    finally:
        run.kill()

    run = Run(vigie, configuration, folder)
    try:
        again = run.wait_until_read(lines)
        if again.total("vigie_records_total") != 0:
            raise Failure(f"read {again.total('vigie_records_total')} records again\n{run.log()}")
        run.stop()
    finally:
        run.kill()
    return lines


def main(arguments):
    brokers = os.environ.get("VIGIE_TEST_BROKERS")
    if len(arguments) not in (1, 3):
        sys.exit(__doc__)
    vigie = str(pathlib.Path(arguments[0]).resolve())
    brands_path, records = map(pathlib.Path, arguments[1:] or
                               (SAMPLE / "brands.json", SAMPLE / "posts.ndjson"))
    if not brokers or not records.exists():
        print("skipped:", f"{records} is not there" if brokers else "VIGIE_TEST_BROKERS is not set")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if "reddit" in records.name:
            mapped = folder / "posts.ndjson"
            reddit_to_mentions.write(records, mapped)
            records = mapped
        brands = json.loads(brands_path.read_text(encoding="utf-8"))["brands"]
        counts = oracle.count([oracle.Brand(brand) for brand in brands], [str(records)])
        try:
            check_replay(vigie, brands_path, records, counts, folder)
            lines = check_run(vigie, brokers, brands, records, counts, folder)
        except Failure as failure:
            print(f"end_to_end.py: {failure}", file=sys.stderr)
            return 1
    print(f"{lines} records, {sum(counts.values())} mentions in {len(counts)} minutes: "
          "replay, run and the oracle agree")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
