#!/usr/bin/env python3
"""`vigie run` while its configuration is changed, broken and mended under it.

    reload_test.py VIGIE

Posts go in at standard input. Every way to ask for a reload is used: the files change, SIGHUP, and
POST /-/reload. A brand that stays keeps its counts throughout. `vigie demo` has nothing to reload.
"""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE_SECONDS = 60
POLL_SECONDS = 0.05

CONFIG = """\
sources:
  - files:
      paths: ["-"]
serve:
  listen: %(listen)s
engine:
  snapshot_every: 50ms
%(include)sbrands:
  - name: Alpha
"""
INCLUDE = "include: [pack.yaml]\n"
MAPPING = """\
mapping: own
fields: {platform: {const: own}, id: /id, text: /text, created_at: /at}
"""
GAMMA = "  - name: Gamma\n"
BROKEN = "  - nome: Delta\n"


class Failure(Exception):
    pass


# One of each sort of KPI that a configuration asks for: a stranger is to see them all in the demo.
DEMO_FAMILIES = ["vigie_campaign_progress_ratio", "vigie_campaign_time_left_seconds",
                 "vigie_panel_share_of_voice_ratio", "vigie_kpi_response_rate_ratio",
                 "vigie_kpi_earned_media_value_estimate", "vigie_kpi_net_sentiment_ratio",
                 "vigie_kpi_adjusted_net_sentiment_ratio", "vigie_kpi_crisis_share_ratio",
                 "vigie_kpi_recommendation_rate_ratio", "vigie_kpi_defence_rate_ratio",
                 "vigie_kpi_owned_link_share_ratio", "vigie_crisis_mentions"]


def config(include=INCLUDE, brands="", listen="127.0.0.1:0"):
    return CONFIG % {"include": include, "listen": listen} + brands


def replace(path, text):
    """As editors do: the file is never half written."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    os.replace(fresh, path)


class Vigie:
    """A process, from start to exit."""

    def __init__(self, command, folder):
        self.log_path = folder / (command[1] + ".log")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
        self.sent = 0
        wait_for("the address", lambda: self.address() is not None, self)

    def log(self):
        return self.log_path.read_text(errors="replace")

    def address(self):
        found = re.search(r"http://127\.0\.0\.1:\d+", self.log())
        return found and found.group()

    def request(self, path, method="GET"):
        """Status and body."""
        request = urllib.request.Request(self.address() + path, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, series):
        """None where there is no such series."""
        found = re.search("^" + re.escape(series) + r" (\S+)$", self.request("/metrics")[1], re.M)
        return found and float(found.group(1))

    def mentions(self, brand):
        return self.metric(f'vigie_brand_mentions_total{{brand="{brand}"}}')

    def reloads(self, result):
        return self.metric(f'vigie_config_reloads_total{{result="{result}"}}')

    def last_successful(self):
        return self.metric("vigie_config_last_reload_successful")

    def post(self, text, count):
        for _ in range(count):
            self.sent += 1
            record = {"id": f"p{self.sent}", "platform": "x", "text": text,
                      "created_at": "2026-11-22T12:00:00Z"}
            self.process.stdin.write(json.dumps(record).encode() + b"\n")
        self.process.stdin.flush()

    def stop(self, number):
        self.process.send_signal(number)
        code = self.process.wait(timeout=PATIENCE_SECONDS)
        expect("the exit code", code, 0)


@contextlib.contextmanager
def running(command, folder):
    vigie = Vigie(command, folder)
    try:
        yield vigie
    except Exception:
        print(vigie.log(), file=sys.stderr)
        raise
    finally:
        if vigie.process.poll() is None:
            vigie.process.kill()
            vigie.process.wait()


def wait_for(what, condition, vigie):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if vigie.process.poll() is not None:
            raise Failure(f"vigie ended with {vigie.process.returncode} before: {what}")
        if time.monotonic() > deadline:
            raise Failure(f"never came: {what}")
        time.sleep(POLL_SECONDS)


def wait_counts(vigie, **counts):
    wait_for(str(counts), lambda: all(vigie.mentions(b) == n for b, n in counts.items()), vigie)


def expect(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: {got!r} instead of {wanted!r}")


def expect_holds(what, text, part):
    if part not in text:
        raise Failure(f"{what}: there is no {part!r} in {text!r}")


def change_files(vigie, main):
    """The main file is written, without a word to the process."""
    vigie.post("alpha and beta, no gamma yet", 10)
    wait_counts(vigie, Alpha=10, Beta=10, Gamma=None)
    expect("reloads at the start", (vigie.reloads("success"), vigie.last_successful()), (0, 1))
    replace(main, config(brands=GAMMA))
    wait_for("a new brand", lambda: vigie.mentions("Gamma") == 0, vigie)
    expect("reloads", (vigie.reloads("success"), vigie.last_successful()), (1, 1))
    vigie.post("alpha and gamma", 5)
    wait_counts(vigie, Alpha=15, Beta=10, Gamma=5)


def break_it(vigie, main):
    """What is wrong is told, and changes nothing."""
    taken = vigie.metric("vigie_config_last_reload_success_timestamp_seconds")
    replace(main, config(brands=BROKEN))
    wait_for("a failed reload", lambda: vigie.last_successful() == 0, vigie)
    expect("failures", vigie.reloads("failure"), 1)
    status, body = vigie.request("/-/reload", "POST")
    expect("status", status, 422)
    expect_holds("the answer", json.loads(body)["detail"], "vigie.yaml:11:5: error: unknown key")
    expect("failures", vigie.reloads("failure"), 2)
    expect("times it was logged", vigie.log().count("unknown key 'nome'"), 2)
    expect("time of the last success",
           vigie.metric("vigie_config_last_reload_success_timestamp_seconds"), taken)
    vigie.post("alpha, beta and gamma", 5)
    wait_counts(vigie, Alpha=20, Beta=15, Gamma=10)


def mend_it(vigie, main):
    """SIGHUP, without the pack: its brand goes; with it, it comes back with its counts."""
    replace(main, config(include="", brands=GAMMA))
    vigie.process.send_signal(signal.SIGHUP)
    wait_for("the mended file", lambda: vigie.last_successful() == 1, vigie)
    wait_counts(vigie, Alpha=20, Beta=None, Gamma=10)
    vigie.post("alpha and beta", 5)
    wait_counts(vigie, Alpha=25, Beta=None, Gamma=10)
    replace(main, config(brands=GAMMA))
    status, body = vigie.request("/-/reload", "POST")
    expect("status", status, 200)
    expect("answer", json.loads(body),
           {"reloaded": True, "detail": "3 brands: 1 added, 0 removed"})
    wait_counts(vigie, Alpha=25, Beta=15, Gamma=10)
    expect("failures", vigie.reloads("failure"), 2)


def touch_pack(vigie, main):
    """An included file is watched too."""
    before = vigie.reloads("success")
    replace(main.parent / "pack.yaml", "brands:\n  - name: Beta\n  - name: Epsilon\n")
    wait_for("a brand of the pack", lambda: vigie.mentions("Epsilon") == 0, vigie)
    expect("reloads", vigie.reloads("success"), before + 1)
    wait_counts(vigie, Alpha=25, Beta=15, Gamma=10)


def change_mapping(vigie, main):
    """A file with a mapping is watched too; what it says takes a restart."""
    own = main.parent / "own.yaml"
    own.write_text(MAPPING)
    replace(main, config(include=INCLUDE + "mappings: [own.yaml]\n", brands=GAMMA))
    status, body = vigie.request("/-/reload", "POST")
    expect("status", status, 200)
    expect_holds("the answer", json.loads(body)["detail"],
                 "'mappings' has changed: it takes effect after a restart")
    before = vigie.reloads("success")
    replace(own, MAPPING.replace("/text", "/body"))
    wait_for("the new mapping", lambda: vigie.reloads("success") > before, vigie)
    replace(own, MAPPING + "item: /posts\n")
    wait_for("a failed reload", lambda: vigie.last_successful() == 0, vigie)
    expect_holds("the log", vigie.log(), "own.yaml:3:1: error: unknown key 'item'")
    replace(own, MAPPING)
    wait_for("the mended mapping", lambda: vigie.last_successful() == 1, vigie)


def change_what_needs_a_restart(vigie, main):
    replace(main, config(brands=GAMMA, listen="127.0.0.1:1"))
    status, body = vigie.request("/-/reload", "POST")
    expect("status", status, 200)
    expect_holds("the answer", json.loads(body)["detail"],
                 "'serve' has changed: it takes effect after a restart")


def check_routes(vigie):
    expect("GET /-/reload", vigie.request("/-/reload")[0], 405)
    expect("shadows", vigie.request("/api/v1/shadow"), (200, "[]\n"))
    brands = json.loads(vigie.request("/api/v1/brands")[1])
    expect("order", [brand["brand"] for brand in brands], ["Beta", "Epsilon", "Alpha", "Gamma"])


def test_run(program, folder):
    main = folder / "vigie.yaml"
    main.write_text(config())
    (folder / "pack.yaml").write_text("brands:\n  - name: Beta\n")
    with running([program, "run", "--config", str(main)], folder) as vigie:
        change_files(vigie, main)
        break_it(vigie, main)
        mend_it(vigie, main)
        touch_pack(vigie, main)
        change_mapping(vigie, main)
        change_what_needs_a_restart(vigie, main)
        check_routes(vigie)
        vigie.stop(signal.SIGTERM)


def test_demo(program, folder):
    with running([program, "demo", "--listen", "127.0.0.1:0"], folder) as vigie:
        status, body = vigie.request("/-/reload", "POST")
        expect("status", status, 409)
        expect_holds("the answer", json.loads(body)["detail"], "without a configuration file")
        expect("reloads", (vigie.reloads("success"), vigie.last_successful()), (0, 1))
        wait_for("every family of KPIs", lambda: not missing_families(vigie), vigie)
        vigie.stop(signal.SIGHUP)


def missing_families(vigie):
    metrics = vigie.request("/metrics")[1]
    return [name for name in DEMO_FAMILIES if f"\n{name}{{" not in metrics]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        for test in (test_run, test_demo):
            with tempfile.TemporaryDirectory() as folder:
                test(sys.argv[1], pathlib.Path(folder))
    except Failure as failure:
        sys.exit(f"reload_test: {failure}")


main()
