"""How it ends: SIGTERM lets everyone take what is theirs, a second one does not."""

import json
import signal
import socket
import time
import unittest

from thumpd_process import DEADLINE, Thumpd, eventually


class Drain(unittest.TestCase):
    def start(self, drain_timeout="1m", **server):
        thumpd = Thumpd(config={"server": {"drain_timeout": drain_timeout} | server})
        self.addCleanup(thumpd.end)
        return thumpd

    def stalled(self, thumpd):
        """A subscriber that reads nothing and has much queued: a drain waits for it."""
        ws = thumpd.websocket("?queue=1000", receive_buffer=4096)
        self.addCleanup(ws.close)
        message = "x" * 32_000
        for _ in range(50):
            thumpd.publish([{"type": "t", "message": message}])
        self.assertGreater(thumpd.subscribers()[0]["ledger"]["queued"], 0)
        return ws

    def test_idle_process_ends_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name):
                thumpd = self.start()
                thumpd.signal(number)
                self.assertEqual(thumpd.wait(), 0)
                self.assertIn("draining", "\n".join(thumpd.lines))
                self.assertTrue(thumpd.lines[-1].endswith("stopped"), thumpd.lines)

    def test_idle_connections_do_not_hold_it_up(self):
        thumpd = self.start(drain_timeout="1h")
        idle = thumpd.connect()
        thumpd.get("/healthz", connection=idle)
        silent = socket.create_connection((thumpd.host, thumpd.port), DEADLINE)
        self.addCleanup(silent.close)
        thumpd.signal()
        self.assertEqual(thumpd.wait(), 0)
        idle.close()

    def test_websocket_gets_what_was_queued_then_1001(self):
        thumpd = self.start()
        ws = thumpd.websocket("?queue=1000")
        self.addCleanup(ws.close)
        for _ in range(10):
            thumpd.publish([{"type": "t"}] * 50)
        thumpd.signal()
        records, code = ws.receive_until_close()
        self.assertEqual([r["seq"] for r in records], list(range(1, 501)))
        self.assertEqual(code, 1001)
        ws.close()
        self.assertEqual(thumpd.wait(), 0)

    def test_slow_websocket_gets_all_that_was_queued_while_draining(self):
        thumpd = self.start()
        ws = self.stalled(thumpd)
        ledger = thumpd.subscribers()[0]["ledger"]
        thumpd.signal()
        eventually(lambda: any("draining" in line for line in thumpd.lines), "the drain")
        records, code = ws.receive_until_close()
        self.assertEqual(code, 1001)
        events = [r["seq"] for r in records if "op" not in r]
        gaps = [r for r in records if r.get("op") == "gap"]
        self.assertEqual(len(events), ledger["delivered"] + ledger["queued"])
        self.assertEqual(sum(g["dropped"] for g in gaps), ledger["dropped"])
        ws.close()
        self.assertEqual(thumpd.wait(), 0)

    def test_sse_ends_with_a_complete_body(self):
        thumpd = self.start()
        stream = thumpd.sse("?queue=1000")
        self.addCleanup(stream.close)
        for _ in range(10):
            thumpd.publish([{"type": "t"}] * 50)
        thumpd.signal()
        events, complete = stream.rest()
        self.assertEqual([json.loads(e.data)["seq"] for e in events if e.type == "t"],
                         list(range(1, 501)))
        self.assertTrue(complete)
        stream.close()
        self.assertEqual(thumpd.wait(), 0)

    def test_while_draining_it_is_not_ready_and_takes_nothing_new(self):
        thumpd = self.start()
        ws = self.stalled(thumpd)
        before = [thumpd.connect() for _ in range(3)]
        for connection in before:
            thumpd.get("/readyz", connection=connection)
        thumpd.signal()
        eventually(lambda: any("draining" in line for line in thumpd.lines), "the drain")
        # For as long as it takes: idle connections are looked at several times a second.
        a_while = time.monotonic() + 1
        eventually(lambda: time.monotonic() > a_while, "a second")
        self.assertEqual(thumpd.get("/readyz", connection=before[0]).status, 503)
        self.assertEqual(thumpd.get("/healthz", connection=before[1]).status, 200)
        self.assertEqual(thumpd.post({"type": "t"}, connection=before[2]).status, 503)
        with self.assertRaises(OSError):
            socket.create_connection((thumpd.host, thumpd.port), 1).close()
        for connection in before:
            connection.close()
        self.assertTrue(thumpd.alive())
        self.assertEqual(ws.close_code(), 1001)
        ws.close()
        self.assertEqual(thumpd.wait(), 0)

    def test_drain_timeout_cuts_off_who_does_not_read(self):
        thumpd = self.start(drain_timeout="200ms")
        self.stalled(thumpd)
        thumpd.signal()
        self.assertEqual(thumpd.wait(), 0)

    def test_second_signal_ends_it_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number.name):
                thumpd = self.start(drain_timeout="1h")
                self.stalled(thumpd)
                thumpd.signal()
                eventually(lambda: any("draining" in line for line in thumpd.lines), "the drain")
                self.assertTrue(thumpd.alive())
                thumpd.signal(number)
                self.assertEqual(thumpd.wait(), 128 + number)


if __name__ == "__main__":
    unittest.main()
