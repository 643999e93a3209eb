#!/usr/bin/env python3
"""Runs the examples of Markdown pages and compares what they print.

    doc_test.py [--accept] VIGIE PAGE...

A page's own files come first: a fenced block behind a line that ends in "`NAME`:" is written to
NAME. Then every ```console block is run, in one fresh folder per page: a line "$ COMMAND" is given
to sh with `vigie` on the path, and the lines below it are what it must print (standard output and
standard error together). A last line "[N]" is the exit code where it is not 0; a line "..." stands
for any lines. --accept writes what was printed into the page instead.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TIMEOUT_SECONDS = 60


def blocks(lines):
    """Yields (language, name or None, first line, last line) of each fenced block's content."""
    start = language = None
    for number, line in enumerate(lines):
        if not line.startswith("```"):
            continue
        if start is None:
            start, language = number + 1, line[3:].strip()
            above = next((text for text in reversed(lines[:number]) if text.strip()), "")
            named = re.search(r"`([^`]+)`:$", above.strip())
        else:
            yield language, named and named.group(1), start, number
            start = None


def steps(block):
    """Splits a console block into (command, expected lines)."""
    split = []
    for line in block:
        if line.startswith("$ "):
            split.append((line[2:], []))
        elif split:
            split[-1][1].append(line)
    return split


def run(command, folder, environment):
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT_SECONDS, check=False)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return lines + ([f"[{done.returncode}]"] if done.returncode else [])


def matches(expected, printed):
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + "\n"
                      for line in expected)
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


def run_page(page, vigie, accept):
    """Returns how many commands were run and how many printed something else."""
    lines = page.read_text(encoding="utf-8").splitlines()
    environment = dict(os.environ, LC_ALL="C.UTF-8",
                       PATH=f"{vigie.parent}{os.pathsep}{os.environ['PATH']}")
    count = failures = 0
    replaced = []  # (first line, last line, new content)
    with tempfile.TemporaryDirectory() as folder:
        found = list(blocks(lines))
        for language, name, first, last in found:
            if name and language != "console":
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("\n".join(lines[first:last]) + "\n", encoding="utf-8")
        for language, _, first, last in found:
            if language != "console":
                continue
            content = []
            for command, expected in steps(lines[first:last]):
                printed = run(command, folder, environment)
                count += 1
                same = matches(expected, printed)
                content += [f"$ {command}"] + (expected if same else printed)
                if same or accept:
                    continue
                failures += 1
                print(f"{page}: $ {command}\n--- expected\n" + "\n".join(expected) +
                      "\n--- printed\n" + "\n".join(printed) +
                      f"\n--- to accept: {sys.argv[0]} --accept {vigie} {page}")
            replaced.append((first, last, content))
    if accept:
        for first, last, content in reversed(replaced):
            lines[first:last] = content
        page.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return count, failures


def wrong_rows(page, vigie):
    """Compares a table "Mapping | Reads | Status" with `vigie mappings`; returns as run_page."""
    text = page.read_text(encoding="utf-8")
    row = re.compile(r"^\| `([a-z0-9_]+)` \|.*\| (stable|experimental) \|$", re.MULTILINE)
    rows = dict(row.findall(text))
    if not rows:
        return 0, 0
    printed = subprocess.run([vigie, "mappings"], stdout=subprocess.PIPE, text=True, check=True)
    known = dict(line.split()[:2] for line in printed.stdout.splitlines()[1:])
    # A mapping is one file and its cases: the table may learn of it later.
    wrong = sorted(set(rows.items()) - set(known.items()))
    for name, status in wrong:
        print(f"{page}: `vigie mappings` and the table of mappings differ: {name} {status}")
    return 1, min(len(wrong), 1)


def main():
    arguments = sys.argv[1:]
    accept = "--accept" in arguments
    vigie, *pages = [pathlib.Path(a).resolve() for a in arguments if a != "--accept"]
    count = failures = 0
    for page in pages:
        for page_count, page_failures in (run_page(page, vigie, accept), wrong_rows(page, vigie)):
            count += page_count
            failures += page_failures
    print(f"{count - failures} passed, {failures} failed")
    if count == 0:
        print("no command was found in the pages")
    sys.exit(1 if failures or count == 0 else 0)


if __name__ == "__main__":
    main()
