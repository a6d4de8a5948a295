"""thump publish: one event, and many from standard input."""

import json
import os
import subprocess
import unittest

from cli_process import (FAILURE, OK, THUMP, UNREACHABLE, USAGE, CliTestCase, environment,
                         run_thump)
from thumpd_process import DEADLINE, eventually


class PublishOne(CliTestCase):
    def test_every_option_reaches_the_event(self):
        ws = self.websocket()
        done = self.assert_done(self.thump(
            "publish", "task.failed", "-m", "image not found", "-M", "task_id=t1", "--metadata",
            "k=a=b", "--data", '{"n": 1.0}', "--id", "mine", "--source", "/n1", "--timestamp",
            "2024-05-01T14:00:00.5+02:00"))
        self.assertEqual((done.stdout, done.stderr), ("published as 1, id mine\n", ""))
        text = ws.receive_text()
        self.assertIn('"data":{"n": 1.0}', text)
        event = json.loads(text)
        del event["seq"], event["data"]
        self.assertEqual(event, {
            "type": "task.failed", "id": "mine", "message": "image not found", "source": "/n1",
            "metadata": {"task_id": "t1", "k": "a=b"}, "timestamp": "2024-05-01T12:00:00.5Z"})

    def test_receipt_as_json_or_not_at_all(self):
        done = self.assert_done(self.thump("publish", "t", "--json"))
        receipt = json.loads(done.stdout)
        self.assertEqual(receipt["seq"], 1)
        self.assertTrue(receipt["id"])
        done = self.assert_done(self.thump("publish", "t", "--quiet"))
        self.assertEqual((done.stdout, done.stderr), ("", ""))

    def test_url_from_the_environment_and_behind_the_command(self):
        self.assert_done(run_thump("publish", "t", env={"THUMP_URL": self.url}))
        self.assert_done(run_thump("publish", "t", "--url", self.url))
        self.assertEqual(self.thumpd.stats()["published"], 2)

    def test_wrong_usage_is_named_before_anything_is_sent(self):
        for args, mention in (
                (["publish"], "TYPE"),
                (["publish", "no spaces"], "TYPE"),
                (["publish", "t", "-M", "novalue"], "KEY=VALUE"),
                (["publish", "t", "-M", "k=1", "-M", "k=2"], "twice"),
                (["publish", "t", "--data", "{"], "--data"),
                (["publish", "t", "--timestamp", "noon"], "--timestamp"),
                (["publish", "t", "--source", "a b"], "--source"),
                (["publish", "--stdin", "--id", "x"], "--stdin")):
            with self.subTest(args):
                self.assert_complaint(self.thump(*args), USAGE, mention)
        self.assertEqual(self.thumpd.stats()["published"], 0)

    def test_unknown_options_and_commands_are_wrong_usage(self):
        for args in (["publish", "t", "--mesage", "x"], ["pubish"], []):
            with self.subTest(args):
                done = self.thump(*args)
                self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
                self.assertTrue(done.stderr)
        self.assert_complaint(self.thump("pubish"), USAGE, "no command 'pubish'")

    def test_numbers_that_are_none_are_named(self):
        for args in (["tail", "-n", "0"], ["tail", "-n", "x"], ["tail", "--queue", "-1"],
                     ["history", "--limit", "-5"], ["tail", "-n", "010"], ["history", "--limit", "9" * 30]):
            with self.subTest(args):
                self.assert_complaint(self.thump(*args), USAGE, f"'{args[-1]}' is no whole number")

    def test_closed_standard_streams_are_no_one_else_s(self):
        for closed, code in (("<&-", OK), (">&-", FAILURE), ("2>&-", OK)):
            with self.subTest(closed):
                done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", THUMP, "--url",
                                       self.url, "stats"], capture_output=True, text=True,
                                      timeout=DEADLINE, env=environment(), check=False)
                self.assertEqual(done.returncode, code, done.stderr)
                if code == FAILURE:
                    self.assertIn("Bad file descriptor", done.stderr)

    def test_a_server_that_is_not_there_is_named_with_what_to_do(self):
        for command in (["publish", "t"], ["tail"], ["history"], ["types"], ["stats"], ["top"],
                        ["bench"]):
            with self.subTest(command):
                done = run_thump(*command, url="http://127.0.0.1:1")
                self.assert_complaint(done, UNREACHABLE, "http://127.0.0.1:1", "--url", "refused")

    def test_a_url_that_cannot_be_read_is_wrong_usage(self):
        for url in ("https://h", "http://", "ftp://h"):
            with self.subTest(url):
                self.assert_complaint(run_thump("stats", url=url), USAGE, "http://127.0.0.1:8080")

    def test_what_the_server_refuses_is_told(self):
        thumpd = self.start(config={"broker": {"strict_catalog": True}})
        done = self.thump("publish", "t", url=f"http://127.0.0.1:{thumpd.port}")
        self.assert_complaint(done, FAILURE, "strict")

    def test_a_token_is_never_shown(self):
        done = self.thump("publish", "t", "--token", "s3cret", url="http://127.0.0.1:1")
        self.assertNotIn("s3cret", done.stdout + done.stderr)
        done = run_thump("--help", env={"THUMP_TOKEN": "s3cret"})
        self.assertNotIn("s3cret", done.stdout + done.stderr)


class PublishLines(CliTestCase):
    def test_lines_are_published_in_order(self):
        ws = self.websocket("?queue=10000")
        lines = "".join(json.dumps({"type": "t", "id": str(i)}) + "\n" for i in range(3000))
        done = self.assert_done(self.thump("publish", "--stdin", stdin=lines))
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"^3,000 events published in .+/s\n$")
        self.assertEqual([e["id"] for e in ws.receive_events(3000)], [str(i) for i in range(3000)])

    def test_options_fill_in_what_a_line_lacks(self):
        ws = self.websocket()
        lines = ('{}\n\n  \r\n { "message":"own" }\n'
                 '{"type":"own","metadata":{"k":"own"},"source":"/own"}')
        self.assert_done(self.thump("publish", "task.failed", "-m", "given", "-M", "k=given",
                                    "--source", "/given", "--stdin", "-q", stdin=lines))
        got = [(e["type"], e["message"], e["metadata"]["k"], e["source"])
               for e in ws.receive_events(3)]
        self.assertEqual(got, [("task.failed", "given", "given", "/given"),
                               ("task.failed", "own", "given", "/given"),
                               ("own", "given", "own", "/own")])

    def test_what_history_exports_is_imported(self):
        self.thumpd.publish([{"type": "out", "message": str(i), "data": [i]} for i in range(3)])
        lines = self.assert_done(self.thump("history", "out", "--limit", "0", "--json")).stdout
        other = self.start()
        url = f"http://{other.host}:{other.port}"
        done = self.assert_done(self.thump("publish", "--stdin", "--json", stdin=lines, url=url))
        exported = [json.loads(line) for line in lines.splitlines()]
        receipts = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(receipts, [{"id": e["id"], "seq": i + 1} for i, e in enumerate(exported)])
        for i, (was, now) in enumerate(zip(exported, other.get("/v1/events").json()["events"])):
            self.assertEqual(now, was | {"seq": i + 1})

    def test_what_was_exported_is_checked_line_by_line_too(self):
        lines = '{"type":"good"}\n{"seq":7,"type":"not good"}\n'
        done = self.thump("publish", "--stdin", "--json", "-q", stdin=lines)
        self.assert_complaint(done, FAILURE, "line 2", "before it are published")
        self.assertEqual(self.thumpd.stats()["published"], 1)

    def test_what_the_server_refuses_whole_is_not_called_published(self):
        thumpd = self.start(config={"broker": {"strict_catalog": True}})
        lines = "".join(json.dumps({"type": kind}) + "\n" for kind in ("task.failed", "other"))
        done = self.thump("publish", "--stdin", "-q", stdin="\n" + lines,
                          url=f"http://{thumpd.host}:{thumpd.port}")
        self.assert_complaint(done, FAILURE, "line 3", "before line 2 are published")
        self.assertEqual(thumpd.stats()["published"], 0)

    def test_a_line_that_is_no_json_is_told_so(self):
        done = self.thump("publish", "--stdin", "-q", stdin="nope\n")
        self.assert_complaint(done, FAILURE, "line 1")
        self.assertIn("found 'o'", done.stderr)

    def test_a_line_that_is_no_event_ends_it_with_its_number(self):
        for bad in ("nonsense", "[]", '{"op":"gap","seq":1}', '{"message":"no type"}'):
            with self.subTest(bad):
                before = self.thumpd.stats()["published"]
                done = self.thump("publish", "--stdin", "-q",
                                  stdin='{"type":"t"}\n\n' + bad + '\n{"type":"t"}\n')
                self.assert_complaint(done, FAILURE, "line 3")
                self.assertEqual(self.thumpd.stats()["published"], before + 1)

    def test_what_only_the_server_refuses_has_its_line_too(self):
        line = json.dumps({"type": "t", "message": "x" * 70_000})
        done = self.thump("publish", "--stdin", "-q", stdin='\n{"type":"t"}\n' + line)
        self.assert_complaint(done, FAILURE, "line 3")

    def test_nothing_is_nothing(self):
        done = self.assert_done(self.thump("publish", "--stdin", stdin=""))
        self.assertIn("0 events", done.stderr)

    def test_lines_are_published_as_they_come(self):
        ws = self.websocket()
        process = subprocess.Popen([THUMP, "--url", self.url, "publish", "--stdin", "-q"],
                                   stdin=subprocess.PIPE, env=environment())
        self.addCleanup(process.kill)
        for i in range(3):
            os.write(process.stdin.fileno(), b'{"type":"t"}\n')
            self.assertEqual(ws.receive_json()["seq"], i + 1)
        process.stdin.close()
        self.assertEqual(process.wait(), OK)

    def test_a_connection_that_the_server_closed_meanwhile_is_made_again(self):
        thumpd = self.start(config={"server": {"idle_timeout": "100ms"}})
        process = subprocess.Popen(
            [THUMP, "--url", f"http://127.0.0.1:{thumpd.port}", "publish", "--stdin", "-q"],
            stdin=subprocess.PIPE, env=environment())
        self.addCleanup(process.kill)
        for count in (1, 2):
            os.write(process.stdin.fileno(), b'{"type":"t"}\n')
            eventually(lambda n=count: thumpd.stats()["published"] == n, "the event")
            # The one that asks is left.
            eventually(lambda: thumpd.stats()["connections"] == 1, "the end of the connection")
        process.stdin.close()
        self.assertEqual(process.wait(DEADLINE), OK)

    def test_progress_is_shown_on_a_terminal(self):
        terminal = self.on_terminal("publish", "--stdin")
        terminal.press(b'{"type":"t"}\n')
        terminal.read_until(b"\r1 event published")
        terminal.press(b"\x04")
        self.assertEqual(terminal.wait(), OK)


if __name__ == "__main__":
    unittest.main()
