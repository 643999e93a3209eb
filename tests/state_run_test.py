#!/usr/bin/env python3
"""`vigie run` over a file, with a state: it reads on where it ended, and a full disk stops it with
what was saved before still whole.

    state_run_test.py VIGIE

Exit codes: 0 passed, 1 failed.
"""
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "broker"))
from end_to_end import Failure, Run  # noqa: E402

POSTS = 3000
BRANDS = 300
PATIENCE_SECONDS = 60


def line(number):
    return json.dumps({"id": f"p{number}", "platform": "x",
                       "text": f"voici marque{number % BRANDS}",
                       "created_at": f"2026-11-22T12:{number // 60 % 60:02}:{number % 60:02}Z"})


def expect(what, found, wanted):
    if found != wanted:
        raise Failure(f"{what}: {found} instead of {wanted}")


def wait_for_mentions(run, mentions):
    """The metrics once the process is ready and this many are counted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        metrics = run.scrape()
        if (metrics is not None and metrics.total("vigie_ready") == 1
                and metrics.total("vigie_brand_mentions_total") == mentions):
            return metrics
        time.sleep(0.05)
    raise Failure(f"never counted {mentions} mentions\n{run.log()}")


def read_up(vigie, configuration, folder, mentions, read):
    """Counts everything, having read so many records; stops."""
    run = Run(vigie, configuration, folder)
    try:
        metrics = wait_for_mentions(run, mentions)
        expect("records read", metrics.total("vigie_records_total"), read)
        run.stop()
    finally:
        run.kill()


def run_out_of_disk(vigie, configuration, state):
    """The state may not grow any more."""
    most = (state / "data.mdb").stat().st_size
    result = subprocess.run(
        [vigie, "run", "--config", str(configuration)], timeout=PATIENCE_SECONDS, check=False,
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    expect("exit code with a full disk", result.returncode, 1)
    last = result.stderr.strip().splitlines()[-1]
    if str(state) not in last:
        raise Failure(f"the last line names no directory:\n{result.stderr}")
    print(f"with a full disk: {last}")


def refuse_names(vigie, configuration, state):
    """The state was written with pseudonyms."""
    settings = json.loads(configuration.read_text(encoding="utf-8"))
    settings["privacy"] = {"pseudonymise": False}
    plain = configuration.with_name("plain.yaml")
    plain.write_text(json.dumps(settings), encoding="utf-8")
    result = subprocess.run([vigie, "run", "--config", str(plain)], timeout=PATIENCE_SECONDS,
                            check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            text=True)
    expect("exit code with names", result.returncode, 2)
    wanted = (f"vigie: {state}: the state holds authors by pseudonyms, and privacy.pseudonymise is "
              "false, so that both would stand side by side in it; write 'privacy: {pseudonymise: "
              "true}', or give another state.path")
    expect("the last line", result.stderr.strip().splitlines()[-1], wanted)


def check(vigie, folder):
    posts, state = folder / "posts.ndjson", folder / "state"
    configuration = folder / "vigie.yaml"  # JSON is YAML
    configuration.write_text(json.dumps({
        "sources": [{"files": {"paths": [str(posts)]}}],
        "brands": [{"name": f"Marque {i}", "names": [f"marque{i}"]} for i in range(BRANDS)],
        "serve": {"listen": "127.0.0.1:0"},
        "state": {"path": str(state), "every": "100ms"},
        "engine": {"shards": 2},
    }), encoding="utf-8")

    def write(first, end):
        with open(posts, "a", encoding="utf-8") as out:
            out.writelines(line(number) + "\n" for number in range(first, end))

    write(0, POSTS)
    read_up(vigie, configuration, folder, POSTS, POSTS)
    read_up(vigie, configuration, folder, POSTS, 0)
    refuse_names(vigie, configuration, state)
    write(POSTS, 20 * POSTS)
    run_out_of_disk(vigie, configuration, state)
    read_up(vigie, configuration, folder, 20 * POSTS, 19 * POSTS)
    read_up(vigie, configuration, folder, 20 * POSTS, 0)


def main(arguments):
    if len(arguments) != 1:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as name:
        try:
            check(str(pathlib.Path(arguments[0]).resolve()), pathlib.Path(name))
        except Failure as failure:
            print(f"state_run_test.py: {failure}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
