#!/usr/bin/env python3
"""Reads what `vigie test --junit` writes with a real XML parser: junit_test.py VIGIE"""
import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

NASTY = "<a & b=\"c\">'\t]]> é 😡 \x01\x1b\x7f\ufffe\uffff end"
# What XML 1.0 cannot hold stands as U+FFFD; white space and signs come through.
NASTY_READ = NASTY.translate({c: "\ufffd" for c in (0x01, 0x1B, 0xFFFE, 0xFFFF)})


def configuration():
    return {"brands": [
        {"name": NASTY, "names": ["acme"],
         "tests": {"must_match": ["acme", NASTY, "cut <" + "&" * 200],
                   "must_not_match": [NASTY, "Acme <here> & \"there\"", {"text": "\ud800acme"}]}},
        {"name": "No tests"},
        {"name": "Good", "tests": {"must_match": ["good"]}},
    ]}


def check(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")


def main():
    vigie = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        # JSON is YAML, and escapes what must be escaped.
        text = json.dumps(configuration(), ensure_ascii=True).replace("\\ud83d\\ude21", "😡")
        text = text.replace("\\ud800", "")
        pathlib.Path(folder, "c.yaml").write_text(text, encoding="utf-8")
        done = subprocess.run([vigie, "test", "--config", "c.yaml", "--junit", "out.xml"],
                              cwd=folder, capture_output=True, timeout=60, check=False)
        check(done.returncode == 1, f"exit code {done.returncode}: {done.stderr.decode()}")
        last = done.stdout.decode().splitlines()[-1]
        check(last == "3 passed, 4 failed", last)
        root = xml.parse(pathlib.Path(folder, "out.xml")).getroot()
    check(root.tag == "testsuites", root.tag)
    check((root.get("tests"), root.get("failures")) == ("7", "4"), root.attrib)
    suites = root.findall("testsuite")
    check([suite.get("name") for suite in suites] == [NASTY_READ, "Good"],
          [suite.get("name") for suite in suites])
    check([suite.get("failures") for suite in suites] == ["4", "0"], "failures of the suites")
    cases = suites[0].findall("testcase")
    check(len(cases) == 6, len(cases))
    check(all(case.get("classname") == NASTY_READ for case in cases), "class names")
    check([case.find("failure") is not None for case in cases] ==
          [False, True, True, False, True, True], "which of them failed")
    check(cases[4].get("name") == "must_not_match 2: Acme <here> & \"there\"",
          cases[4].get("name"))
    message = cases[4].find("failure").get("message")
    check("must not match, but does: \"Acme <here> & \"there\"\"" in message, message)
    print("passed")


if __name__ == "__main__":
    main()
