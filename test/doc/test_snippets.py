"""What the documents show is what happens.

    ```console                        commands and what they print, against a thumpd of the
                                      document's own; THUMP_URL tells thump of it
    ```websocket PATH [SUBPROTOCOL]   messages sent (>) and received (<) there
    ```cpp FILE                       a verbatim part of that file
    ```json                           JSON

Other blocks are not tested. In what is printed, … stands for anything; ids, times, epochs and large
numbers may be others.
"""

import json
import pathlib
import re
import sys
import textwrap
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "process"))

from markdown import DOCUMENTS, ROOT, anchors, matches, prose, snippets  # noqa: E402
from shell import Shell, commands, may_repeat                             # noqa: E402
from thumpd_process import DEADLINE, Thumpd                               # noqa: E402
from ws_client import WebSocket                                           # noqa: E402

ADDRESS = "localhost:8080"


class Snippets(unittest.TestCase):
    maxDiff = None

    def each(self, language):
        for document in DOCUMENTS:
            for snippet in snippets(document, language):
                yield snippet

    def thumpd(self):
        thumpd = Thumpd()
        self.addCleanup(thumpd.end)
        return thumpd

    def assert_matches(self, expected, actual, where):
        if not matches(expected, actual):
            self.fail(f"{where}\n--- expected\n" + "\n".join(expected) + "\n--- actual\n"
                      + "\n".join(actual))

    def test_console(self):
        for document in DOCUMENTS:
            blocks = snippets(document, "console")
            if not blocks or document.name == "tutorial.md":   # test/package/test_tutorial.py
                continue
            thumpd, shell = self.thumpd(), Shell(DEADLINE)
            try:
                shell.run(f"export THUMP_URL=http://{thumpd.host}:{thumpd.port}")
                for block in blocks:
                    for command, expected in commands(block.text):
                        self.check_command(shell, thumpd, command, expected, block)
            finally:
                shell.end()

    def check_command(self, shell, thumpd, command, expected, block):
        address = f"{thumpd.host}:{thumpd.port}"
        stop = time.monotonic() + DEADLINE
        while True:
            actual = [line.replace(address, ADDRESS)
                      for line in shell.run(command.replace(ADDRESS, address))]
            if matches(expected, actual) or not may_repeat(command) or time.monotonic() > stop:
                break
        self.assert_matches(expected, actual, f"{block}: {command}")

    def test_websocket(self):
        for snippet in self.each("websocket"):
            thumpd = self.thumpd()
            path, _, subprotocol = snippet.argument.partition(" ")
            ws = WebSocket(thumpd.host, thumpd.port, path,
                           {"Sec-WebSocket-Protocol": subprotocol} if subprotocol else None)
            self.addCleanup(ws.close)
            for line in snippet.text.split("\n"):
                if line.startswith("> "):
                    json.loads(line[2:])
                    ws.send_text(line[2:])
                else:
                    self.assertTrue(line.startswith("< "), line)
                    self.assert_matches([line[2:]], [ws.receive_text()], str(snippet))

    def test_cpp(self):
        for snippet in self.each("cpp"):
            self.assertTrue(snippet.argument, f"{snippet}: which file is this of?")
            source = "\n" + (ROOT / snippet.argument).read_text("utf-8")
            parts = [textwrap.dedent(p).strip("\n") for p in snippet.text.split("\n…\n")]
            for part in parts:
                indented = (textwrap.indent(part, " " * depth) for depth in (0, 4, 8, 12))
                self.assertTrue(any(f"\n{text}\n" in source for text in indented),
                                f"{snippet}: not in {snippet.argument}:\n{part}")

    def test_json(self):
        for snippet in self.each("json"):
            for part in snippet.text.split("\n\n"):
                json.loads(part)


class Links(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for document in DOCUMENTS:
            for target in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
                with self.subTest(f"{document.relative_to(ROOT)}: {target}"):
                    if "://" in target:
                        continue
                    path, _, anchor = target.partition("#")
                    file = document.parent / path if path else document
                    self.assertTrue(file.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(file))

    def test_files_that_are_named_exist(self):
        names = r"`((?:src|include|test|examples|doc|conf|cmake|bench)/[\w./-]+\.\w+)`"
        for document in DOCUMENTS:
            for name in re.findall(names, document.read_text("utf-8")):
                with self.subTest(f"{document.relative_to(ROOT)}: {name}"):
                    self.assertTrue((ROOT / name).exists() or "NAME" in name)


if __name__ == "__main__":
    unittest.main()
