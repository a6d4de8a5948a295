"""The log's lines: one for each event of operation, none of them forged, none too many."""

import json
import resource
import socket
import unittest
from urllib.parse import quote

from metrics import read_metrics
from thumpd_process import DEADLINE, ProcessTestCase, eventually

MESSAGE = "secret-payload" + "x" * 32_000
NAME = 'a "name" \u202eforged'
WRITTEN_NAME = r'"a \"name\" \xe2\x80\xaeforged"'


class Log(ProcessTestCase):
    server = {"send_buffer_bytes": 65536, "close_timeout": "1m", "drain_timeout": "500ms"}

    def setUp(self):
        pass  # each test has a configuration of its own

    def serve(self, server=None, **config):
        self.thumpd = self.start(config={"server": self.server | (server or {})} | config)

    def lines(self, *words):
        return [line for line in self.thumpd.lines if all(word in line for word in words)]

    def await_line(self, *words):
        """The one line with these words."""
        found = eventually(lambda: self.lines(*words), f"a line with {words}")
        self.assertEqual(len(found), 1, found)
        return found[0]

    def stall(self, query=""):
        """A subscriber that reads nothing and has lost events."""
        ws = self.websocket(query, receive_buffer=4096)
        for _ in range(40):
            self.thumpd.publish([{"type": "t", "message": MESSAGE}] * 8)
        return ws

    def test_slow_subscriber_is_found_and_recovers(self):
        self.serve()
        ws = self.stall("?queue=5&name=" + quote(NAME))
        one = f"subscriber {ws.welcome['subscriber']} (websocket, 127.0.0.1:"
        found = self.await_line(one, "is slow")
        self.assertIn(WRITTEN_NAME, found)
        self.assertRegex(found, r"warning .* is slow: \d+ events behind, \d+ dropped so far$")
        while ws.receive_json().get("op") != "gap":
            pass
        self.await_line("info", one, "has recovered: ")
        self.assertEqual(self.lines("secret-payload"), [])

    def test_slow_subscriber_that_leaves(self):
        self.serve()
        ws = self.stall("?queue=5")
        self.await_line("is slow")
        ws.close()
        self.await_line("has left while slow: 5 unread")

    def test_subscribers_that_keep_up_are_not_worth_a_line(self):
        self.serve()
        before = len(self.thumpd.lines)
        ws = self.websocket()
        for _ in range(20):
            self.thumpd.publish([{"type": "t"}] * 10)
            ws.receive_events(10)
        ws.close_politely()
        self.assertEqual(len(self.thumpd.lines), before)

    def test_operator_closes_a_subscriber(self):
        self.serve()
        ws = self.websocket()
        one = ws.welcome["subscriber"]
        self.assertEqual(self.thumpd.request("DELETE", f"/v1/subscribers/{one}").status, 204)
        self.assertEqual(ws.close_code(), 4010)
        self.await_line("info", f"subscriber {one} closed by an operator at 127.0.0.1:")

    def test_refused_connections_are_told_once_with_their_number(self):
        self.serve({"max_connections": 2})
        held = [socket.create_connection((self.thumpd.host, self.thumpd.port), DEADLINE)
                for _ in range(2)]
        for _ in range(3):
            self.assertEqual(self.thumpd.get("/healthz").status, 503)
        told = eventually(lambda: self.lines("warning connections refused: "), "the line")
        self.assertLessEqual(len(told), 2)  # the rest is told later
        self.assertTrue(told[0].endswith("(max_connections is 2)"), told)
        for one in held:
            one.close()
        found = eventually(self.metrics_or_none, "a connection")
        self.assertEqual(found.value("thump_connections_refused_total"), 3)

    def metrics_or_none(self):
        """The metrics, unless there are still too many connections."""
        return read_metrics(self.thumpd) if self.thumpd.get("/healthz").status == 200 else None

    def test_refused_subscriptions(self):
        self.serve(broker={"max_subscribers": 1})
        ws = self.websocket()
        events = {"Accept": "text/event-stream"}
        self.assertEqual(self.thumpd.get("/v1/events", headers=events).status, 503)
        self.await_line("warning subscriptions refused: 1 (max_subscribers is 1)")
        self.assertEqual(read_metrics(self.thumpd).value("thump_subscriptions_refused_total"), 1)
        ws.close()

    def test_events_refused_while_draining(self):
        self.serve({"drain_timeout": "1m"})
        ws = self.stall()
        publisher = self.thumpd.connect()
        self.thumpd.get("/readyz", connection=publisher)
        self.thumpd.signal()
        self.await_line("SIGTERM, draining")
        eventually(lambda: self.lines("draining 2 connections"), "the drain")
        self.assertEqual(self.thumpd.post({"type": "t"}, connection=publisher).status, 503)
        publisher.close()
        self.await_line("warning events refused: 1 (the broker has stopped)")
        self.assertEqual(ws.close_code(), 1001)
        ws.close()
        self.assertEqual(self.thumpd.wait(), 0)
        self.await_line("info drained")

    def test_running_out_of_descriptors(self):
        self.serve()
        limit = self.thumpd.descriptors()
        before = resource.prlimit(self.thumpd.pid, resource.RLIMIT_NOFILE, (limit, 4096))
        with socket.create_connection((self.thumpd.host, self.thumpd.port), DEADLINE):
            eventually(lambda: self.lines("warning failures to accept a connection: "), "the line")
            resource.prlimit(self.thumpd.pid, resource.RLIMIT_NOFILE, (4096, 4096))
            self.assertEqual(self.thumpd.get("/healthz").status, 200)
        self.assertGreater(before[0], limit)
        self.assertGreater(read_metrics(self.thumpd).value("thump_accept_failures_total"), 0)

    def test_json_lines_say_the_same(self):
        self.serve(log={"format": "json"})
        self.stall("?queue=5&name=" + quote(NAME))
        line = json.loads(self.await_line("is slow"))
        self.assertEqual(line["level"], "warning")
        self.assertIn(WRITTEN_NAME, line["message"])


if __name__ == "__main__":
    unittest.main()
