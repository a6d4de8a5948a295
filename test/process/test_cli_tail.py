"""thump tail: live events, on pipes and terminals, through gaps and restarts."""

import json
import os
import re
import signal
import subprocess
import threading
import unittest

from cli_process import (FAILURE, GAP, OK, THUMP, USAGE, CliTestCase, environment, run_thump)
from thumpd_process import Thumpd, eventually

LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z +(\d+)  (\S+)(  .*)?$")


class Tail(CliTestCase):
    def test_events_in_lines(self):
        tail = self.tail()
        self.thumpd.publish({"type": "task.failed", "message": "image not found",
                             "timestamp": "2024-05-01T12:00:00.1239Z",
                             "metadata": {"task_id": "t1", "why": "not there"}, "data": [1]})
        self.thumpd.publish({"type": "t"})
        lines = tail.wait_for_lines(2)
        self.assertEqual(lines[0], "2024-05-01T12:00:00.123Z       1  task.failed       "
                         'image not found  task_id=t1 why="not there"  data=[1]')
        self.assertRegex(lines[1], LINE)
        self.assertEqual(tail.errors, [])

    def test_json_is_what_the_server_sent(self):
        ws = self.websocket()
        tail = self.tail("--json")
        self.thumpd.publish('{"type":"t","message":"\\u00e9\\n\\u001b","data":{"n":1.0,"b":2e400}}')
        self.assertEqual(tail.wait_for_lines(1)[0], ws.receive_text())

    def test_patterns_and_conditions(self):
        tail = self.tail("task.*", "node.>", "--where", "a=1", "--where", "a=2", "--where", "b=x y",
                         "--json")
        wanted = {"a": "2", "b": "x y"}
        for type, metadata in (("task.failed", wanted), ("task.failed", {"a": "3", "b": "x y"}),
                               ("task.failed", {"a": "1"}), ("service.created", wanted),
                               ("node.a.b", {"a": "1", "b": "x y"})):
            self.thumpd.publish({"type": type, "metadata": metadata})
        self.assertEqual([json.loads(line)["seq"] for line in tail.wait_for_lines(2)], [1, 5])

    def test_control_characters_never_reach_the_terminal(self):
        tail = self.on_terminal("tail")
        self.wait_for_subscribers()
        self.thumpd.publish({"type": "t", "message": "\x1b]0;owned\x07\x9b2J\u202e\x7f",
                             "metadata": {"k\x1b": "\r\n\x00"}, "data": {"d": "\u009b"}})
        self.thumpd.publish({"type": "t", "message": "end"})
        text = tail.read_until(b"end").decode()
        self.assertIn(r"\x1b]0;owned\x07\u009b2J\u202e\x7f", text)
        self.assertIn(r"\r\n\x00", text)
        # Only our own colours, and the terminal's line ends.
        self.assertEqual(re.sub(r"\x1b\[\d*m|\r\n", "", text).encode("ascii", "ignore")
                         .translate(None, bytes(range(32, 127))), b"")

    def test_json_on_a_terminal_is_harmless_and_still_the_same_json(self):
        event = {"type": "t", "message": "\x9b2J\u202e\x7f\xe9", "data": {"d": "\x9b"}}
        tail = self.on_terminal("tail", "--json", "--count", "1")
        self.wait_for_subscribers()
        self.thumpd.publish(json.dumps(event, ensure_ascii=False))
        self.assertEqual(tail.wait(), OK)
        text = tail.text.decode()
        self.assertIsNone(re.search("[\x00-\x1f\x7f-\x9f\u202e]", text.replace("\r\n", "")), text)
        got = json.loads(text)
        self.assertEqual({name: got[name] for name in event}, event)

    def test_streams_that_others_share_stay_blocking(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        process = subprocess.Popen([THUMP, "--url", self.url, "tail"], stdout=writer,
                                   env=environment())
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.wait_for_subscribers()
        self.assertTrue(os.get_blocking(writer))

    def test_colour_only_on_a_terminal_that_wants_it(self):
        for env, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            with self.subTest(env):
                before = self.thumpd.stats()["subscribers"]
                tail = self.on_terminal("tail", "--count", "1", env=env)
                self.wait_for_subscribers(before + 1)
                self.thumpd.publish({"type": "task.failed"})
                self.assertEqual(tail.wait(), OK)
                self.assertEqual(b"\x1b[31mtask.failed\x1b[0m" in tail.text, coloured, tail.text)
                self.wait_for_subscribers(before)

    def test_count_ends_it(self):
        tail = self.tail("--count", "3", "--json")
        for _ in range(5):
            self.thumpd.publish({"type": "t"})
        self.assertEqual(tail.wait(), OK)
        self.assertEqual(len(tail.lines), 3)

    def test_patterns_may_be_joined_by_commas(self):
        tail = self.tail("a,b.*", "c", "--count", "3")
        self.wait_for_subscribers()
        for kind in ("a", "x", "b.b", "c"):
            self.thumpd.publish({"type": kind})
        self.assertEqual(tail.wait(), OK)
        self.assertEqual(len(tail.lines), 3)

    def test_what_was_asked_for_outranks_the_servers_own(self):
        thumpd = self.start(config={"subscribers": {"overflow": "disconnect", "queue": 7}})
        url = f"http://{thumpd.host}:{thumpd.port}"
        asked = lambda: [(s["overflow"], s["queue"]) for s in thumpd.subscribers()]
        for args, wanted in (((), ("disconnect", 7)),
                             (("--overflow", "drop_newest", "--queue", "50"), ("drop_newest", 50))):
            tail = self.running("tail", *args, url=url)
            eventually(lambda: asked() == [wanted], f"{wanted} for {args}, not {asked()}")
            tail.end()
            eventually(lambda: asked() == [], "the end of the subscription")

    def test_a_reader_that_goes_away_is_no_error(self):
        shell = subprocess.Popen(
            f"{THUMP} --url {self.url} tail | head -1; echo ${{PIPESTATUS[0]}}", shell=True,
            executable="/bin/bash", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=environment())
        self.addCleanup(shell.kill)
        self.wait_for_subscribers()
        self.thumpd.publish({"type": "task.failed"})  # then nothing more is written
        out, err = shell.communicate(timeout=30)
        self.assertIn("task.failed", out)
        self.assertTrue(out.endswith("\n0\n"), out)
        self.assertEqual(err, "")

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            process = subprocess.Popen([THUMP, "--url", self.url, "tail"], stdout=full,
                                       stderr=subprocess.PIPE, text=True, env=environment())
            self.addCleanup(process.kill)
            self.wait_for_subscribers()
            self.thumpd.publish({"type": "t"})
            _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, FAILURE)
        self.assertIn("No space left", err)

    def test_a_signal_ends_it_as_the_shell_expects(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            tail = self.tail()
            tail.process.send_signal(number)
            self.assertEqual(tail.wait(), -number)
            self.assertEqual(tail.errors, [])
            self.wait_for_subscribers(0)

    def test_ctrl_c_works_while_nobody_takes_the_output(self):
        process = subprocess.Popen([THUMP, "--url", self.url, "tail"], stdout=subprocess.PIPE,
                                   env=environment())
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        self.wait_for_subscribers()
        for _ in range(40):
            self.thumpd.publish([{"type": "t", "message": "x" * 30_000}] * 5)
        eventually(lambda: self.thumpd.stats()["ledger"]["dropped"] > 0, "a slow tail")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), -signal.SIGINT)

    def stalled(self, *args):
        """A tail that nobody reads from and that has lost events."""
        process = subprocess.Popen([THUMP, "--url", self.url, "tail", "--json", *args],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=environment())
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.wait_for_subscribers()

        def lost():
            self.thumpd.publish([{"type": "t", "message": "x" * 30_000}] * 20)
            return self.thumpd.stats()["ledger"]["dropped"]
        eventually(lost, "a loss")
        return process

    def test_gaps_are_told_on_standard_error(self):
        process = self.stalled("--count", "100000")
        pattern = re.compile(r"^gap: ([\d,]+) events? lost, (\d+)(?:-(\d+))?, queue full")
        published = self.thumpd.stats()["published"]
        events, told = [], []
        readers = [threading.Thread(target=lambda pipe=pipe, lines=lines: lines.extend(pipe))
                   for pipe, lines in ((process.stdout, events), (process.stderr, told))]
        for reader in readers:
            reader.start()

        def lost():
            return sum(int(pattern.match(line)[1].replace(",", "")) for line in list(told))
        try:
            eventually(lambda: len(events) + lost() >= published, "an account of every event")
        finally:
            process.kill()
            for reader in readers:
                reader.join(60)
            process.wait()
        self.assertEqual(len(events) + lost(), published)
        self.assertGreater(lost(), 0)

    def test_fail_on_gap_ends_it(self):
        process = self.stalled("--fail-on-gap")
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, GAP)

    def test_wrong_usage_is_named(self):
        for args, mention in ((["a..b"], "a..b"), (["--where", "x"], "KEY=VALUE"),
                              (["--since", "yesterday"], "earliest"), (["--count", "0"], "--count"),
                              (["--overflow", "magic"], "drop_newest")):
            with self.subTest(args):
                done = self.thump("tail", *args)
                self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
                self.assertIn(mention, done.stderr)


class Restart(CliTestCase):
    """A thumpd that is killed and started again at the same port under a running tail."""

    def restart(self, thumpd):
        thumpd.process.kill()
        thumpd.wait()
        again = Thumpd(listen=f"127.0.0.1:{thumpd.port}")
        self.addCleanup(again.end)
        return again

    def test_tail_goes_on(self):
        thumpd = Thumpd()
        self.addCleanup(thumpd.end)
        url = f"http://127.0.0.1:{thumpd.port}"
        tail = self.running("tail", "--json", url=url)
        self.wait_for_subscribers(1, thumpd)
        thumpd.publish({"type": "t", "id": "before"})
        tail.wait_for_lines(1)
        again = self.restart(thumpd)
        tail.wait_for_error("connected again")
        again.publish({"type": "t", "id": "after"})
        self.assertEqual([json.loads(line)["id"] for line in tail.wait_for_lines(2)],
                         ["before", "after"])
        # The new server knows nothing of the old one's events, and says so.
        tail.wait_for_error("gap: ")
        self.assertIn("connection lost", tail.errors[0])

    def test_drained_server_is_waited_for(self):
        thumpd = Thumpd()
        self.addCleanup(thumpd.end)
        tail = self.running("tail", "--json", url=f"http://127.0.0.1:{thumpd.port}")
        self.wait_for_subscribers(1, thumpd)
        thumpd.signal()
        self.assertEqual(thumpd.wait(), 0)
        tail.wait_for_error("trying again")
        self.assertIsNone(tail.process.poll())

    def test_an_operator_can_end_it(self):
        tail = self.tail()
        one, = self.thumpd.subscribers()
        self.assertEqual(one["name"], "thump tail")
        self.thumpd.request("DELETE", f"/v1/subscribers/{one['id']}")
        self.assertEqual(tail.wait(), FAILURE)
        self.assertIn("operator", tail.errors[0])


if __name__ == "__main__":
    unittest.main()
