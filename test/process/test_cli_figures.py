"""thump types, stats, top and bench, the manual and the completions."""

import json
import os
import re
import shutil
import signal
import subprocess
import unittest

from cli_process import (FAILURE, OK, USAGE, CliTestCase, Terminal, environment, run_thump)
from thumpd_process import Thumpd, eventually

SHARE = os.environ.get("THUMP_SHARE", "")
COMMANDS = ("publish", "tail", "history", "types", "stats", "top", "bench")


class Figures(CliTestCase):
    def test_types(self):
        done = self.assert_done(self.thump("types"))
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^TYPE +PUBLISHED WHEN +METADATA$")
        self.assertEqual(len(lines), 15)
        self.assertIn("task.failed", done.stdout)
        catalog = self.assert_done(self.thump("types", "--json")).stdout
        self.assertEqual(catalog, self.thumpd.get("/v1/types").body.decode() + "\n")

    def test_stats(self):
        self.thumpd.publish([{"type": "t"}] * 50)
        done = self.assert_done(self.thump("stats"))
        self.assertRegex(done.stdout, r"(?m)^published +50$")
        figures = json.loads(self.assert_done(self.thump("stats", "--json")).stdout)
        self.assertEqual(figures["published"], 50)

    def test_top_on_a_pipe_prints_once(self):
        self.websocket("?types=task.*&name=me")
        done = self.assert_done(self.thump("top"))
        self.assertRegex(done.stdout, r"(?m)^ *\d+ +0 +\d+ +0 +0 +0  websocket +\S+ +me +task\.\*$")
        done = self.assert_done(self.thump("top", "--count", "2", "--interval", "0.1", "--json"))
        self.assertEqual(len(done.stdout.splitlines()), 2)

    def test_top_on_a_terminal_without_a_cursor_prints_once(self):
        top = self.on_terminal("top", env={"TERM": "dumb"})
        self.assertEqual(top.wait(), OK)
        self.assertNotIn(b"\x1b", top.text)

    def test_top_draws_in_place_and_gives_the_terminal_back(self):
        for end in (lambda t: t.press(b"\x03"), lambda t: t.process.send_signal(signal.SIGTERM)):
            top = self.on_terminal("top", "--interval", "0.1", columns=60, rows=5)
            top.read_until(b"0 subscribers")
            sockets = [self.websocket("?name=nobody") for _ in range(9)]
            top.read_until(b"9 subscribers")
            end(top)
            self.assertEqual(top.wait(), OK)
            text = top.text.decode()
            self.assertTrue(text.startswith("\x1b[?1049h\x1b[?25l"), text[:40])
            self.assertTrue(text.rstrip().endswith("\x1b[?25h\x1b[?1049l"), text[-40:])
            for page in text.split("\x1b[H")[1:]:
                lines = re.sub(r"\x1b\[[?\d]*[a-zA-Z]|\r|\^C", "", page).split("\n")
                self.assertLessEqual(len(lines), 5)
                self.assertLessEqual(max(map(len, lines)), 60)
            for each in sockets:
                each.close()
            self.wait_for_subscribers(0)

    def test_top_ends_at_a_key_and_gives_the_keyboard_back(self):
        top = self.on_terminal("top", "--interval", "0.1")
        top.read_until(b"0 subscribers")
        eventually(lambda: not top.echoes(), "the keyboard taken")
        top.press(b"xQ")
        self.assertEqual(top.wait(), OK)
        self.assertTrue(top.echoes())

    def test_top_waits_for_a_server_that_is_restarted(self):
        thumpd = Thumpd()
        self.addCleanup(thumpd.end)
        thumpd.publish([{"type": "t"}] * 7)
        top = self.on_terminal("top", "--interval", "0.1", url=f"http://127.0.0.1:{thumpd.port}")
        top.read_until(b"7 published")
        thumpd.process.kill()
        top.read_until(b"no answer")
        thumpd.wait()
        again = Thumpd(listen=f"127.0.0.1:{thumpd.port}")
        self.addCleanup(again.end)
        top.read_until(b"0 published")
        top.press(b"\x03")
        self.assertEqual(top.wait(), OK)

    def test_names_of_subscribers_cannot_forge_the_screen(self):
        self.websocket("?name=%C2%A0a%E2%80%AE")
        done = self.assert_done(self.thump("top"))
        self.assertIn("\\u202e", done.stdout)

    def test_bench(self):
        done = self.assert_done(self.thump("bench", "--events", "500", "--subscribers", "3"))
        self.assertIn("published  500 events of 200 bytes", done.stdout)
        self.assertRegex(done.stdout, r"delivered  1,500 of 1,500 to 3 subscribers, .* 0 lost")
        self.assertRegex(done.stdout, r"latency    p50 .+ p90 .+ p99 .+ max ")
        done = self.assert_done(self.thump("bench", "--events", "50", "--subscribers", "0", "--json"))
        figures = json.loads(done.stdout)
        self.assertEqual((figures["accepted"], figures["received"]), (50, 0))
        self.assertIn("p99", figures["answer_ns"])
        self.assertEqual(self.thumpd.stats()["published"], 550)

    def test_bench_is_bounded(self):
        for args in (["--events", "1000001"], ["--subscribers", "65"], ["--in-flight", "0"]):
            self.assertEqual(self.thump("bench", *args).returncode, USAGE)

    def test_another_server_is_told_from_thumpd(self):
        listener = subprocess.Popen(
            ["python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory",
             "/var/empty" if os.path.isdir("/var/empty") else "/usr/share/doc/base-files"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(listener.wait)
        self.addCleanup(listener.stdout.close)
        self.addCleanup(listener.kill)
        port = re.search(r"port (\d+)", listener.stdout.readline())[1]
        self.assert_complaint(run_thump("stats", url=f"http://127.0.0.1:{port}"), FAILURE, "404")


class Pages(unittest.TestCase):
    def test_version_and_help(self):
        done = run_thump("--version")
        self.assertEqual(done.returncode, OK)
        self.assertRegex(done.stdout, r"^thump \d+\.\d+\.\d+\n$")
        done = run_thump("--help")
        for command in COMMANDS:
            self.assertIn(command, done.stdout)
            self.assertEqual(run_thump(command, "--help").returncode, OK)

    def read(self, path):
        with open(os.path.join(SHARE, path), encoding="utf-8") as file:
            return file.read()

    def options(self):
        for command in COMMANDS:
            for option in re.findall(r"--[a-z-]+", run_thump(command, "--help").stdout):
                yield option

    def test_pages_and_completions_know_every_option(self):
        manual = self.read("man/man1/thump.1").replace("\\-", "-")
        bash = self.read("bash-completion/completions/thump")
        zsh = self.read("zsh/vendor-completions/_thump")
        for option in set(self.options()):
            for text in (manual, bash, zsh):
                self.assertIn(option, text)

    def test_manual_pages_are_sound(self):
        for page in ("man/man1/thump.1", "man/man8/thumpd.8"):
            path = os.path.join(SHARE, page)
            if shutil.which("groff"):
                done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", path],
                                      capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
            if shutil.which("mandoc"):
                done = subprocess.run(["mandoc", "-T", "lint", "-W", "error", path],
                                      capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stdout), (0, ""))
            self.assertNotRegex(self.read(page), r"(?m)^@")

    def complete(self, line):
        script = (f". {SHARE}/bash-completion/completions/thump\n"
                  "COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _thump\n"
                  "printf '%s\\n' \"${COMPREPLY[@]}\"")
        done = subprocess.run(["bash", "-eu", "-c", script, "bash", *line], capture_output=True,
                              text=True, check=True, env=environment())
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_bash_completes(self):
        self.assertEqual(self.complete(["thump", "t"]), ["tail", "types", "top"])
        self.assertEqual(self.complete(["thump", "tail", "--fail"]), ["--fail-on-gap"])
        self.assertEqual(self.complete(["thump", "--url", "x", "publish", "task.f"]),
                         ["task.failed"])
        self.assertEqual(self.complete(["thump", "tail", "--overflow", "drop_"]),
                         ["drop_newest", "drop_oldest"])
        self.assertEqual(self.complete(["thump", "publish", "t", "--message", ""]), [])

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_zsh_completes(self):
        zsh = Terminal(["zsh", "-f", "-i"], env={"HOME": "/nonexistent", "PS1": "> "})
        self.addCleanup(zsh.end)
        zsh.press(f"fpath=({SHARE}/zsh/vendor-completions $fpath)\n".encode()
                  + b"autoload -Uz compinit && compinit -D -u && print set$((40 + 2))\n")
        zsh.read_until(b"set42")
        for typed, completed in ((b"thump tai\t", b"thump tail"),
                                 (b"thump tail --fail\t", b"--fail-on-gap"),
                                 (b"thump publish task.f\t", b"task.failed"),
                                 (b"thump tail --overflow drop_o\t", b"drop_oldest")):
            zsh.text = b""
            zsh.press(typed)
            zsh.read_until(completed)
            zsh.press(b"\x15")   # clears the line


if __name__ == "__main__":
    unittest.main()
