"""The parts of the documents that are written from the code.

    python3 generated.py    writes them anew (the target `docs` of the build does)

They stand between <!-- NAME: begin --> and <!-- NAME: end -->. The environment names the programs
to ask: PRINT_ERRORS and THUMPD.
"""

import json
import os
import re
import subprocess

from markdown import ROOT


def run(*command):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("THUMP_")}
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60,
                          env=environment).stdout


def errors():
    return run(os.environ["PRINT_ERRORS"])


def explanations():
    """Section and key of conf/thumpd.json to the comment above it."""
    section, comment, found = None, [], {}
    for line in (ROOT / "conf/thumpd.json").read_text("utf-8").split("\n"):
        key = re.match(r'\s*"(\w+)": (\{?)', line)
        if line.strip().startswith("//"):
            comment.append(line.strip()[2:].strip())
            continue
        if key and key[2]:
            section = key[1]
        elif key:
            found[section, key[1]] = " ".join(comment)
        comment = []
    return found


def configuration():
    explained = explanations()
    rows = ["| key | default | meaning |", "|---|---|---|"]
    for section, keys in json.loads(run(os.environ["THUMPD"], "--print-config")).items():
        for key, value in keys.items():
            rows.append(f"| `{section}.{key}` | `{json.dumps(value)}` | {explained[section, key]} |")
    return "\n".join(rows) + "\n"


PARTS = {"errors": ("doc/errors.md", errors),
         "configuration": ("doc/operations.md", configuration)}


def renewed(name):
    """The document that holds a part: (path, its text, what its text should be)."""
    path, make = PARTS[name]
    text = (ROOT / path).read_text("utf-8")
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    head, rest = text.split(begin)
    return ROOT / path, text, head + begin + "\n" + make() + "\n" + end + rest.split(end, 1)[1]


if __name__ == "__main__":
    for part in PARTS:
        document, _, wanted = renewed(part)
        document.write_text(wanted, "utf-8")
