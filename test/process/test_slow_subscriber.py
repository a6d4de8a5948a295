"""A subscriber that stops reading loses events, is told which, and slows nobody."""

import threading
import unittest

from thumpd_process import DEADLINE, ProcessTestCase
from ws_client import Closed

BATCH = 8
MESSAGE = "x" * 32_000
TOTAL = 320  # over 10 MB: far more than the kernel's buffers and the queue take


class SlowSubscriber(ProcessTestCase):
    # Whoever publishes here may itself be slow: a close waits for its reader.
    config = {"server": {"send_buffer_bytes": 65536, "close_timeout": "1m",
                         "drain_timeout": "500ms"}}

    def setUp(self):
        super().setUp()
        self.fast_events = []

    def publish_past(self, slow_id, fast):
        """Publishes TOTAL events while `fast` reads all and the ledgers are watched."""
        for _ in range(TOTAL // BATCH):
            self.thumpd.publish([{"type": "t", "message": MESSAGE}] * BATCH)
            self.fast_events += fast.receive_events(BATCH)
            for row in self.thumpd.subscribers():
                self.assert_balanced(row["ledger"])
                self.assertLessEqual(row["lag"], row["queue"])
        return next(r["ledger"] for r in self.thumpd.subscribers() if r["id"] == slow_id)

    def stall(self, query=""):
        """A reader that reads nothing while TOTAL events pass, another that reads all."""
        slow = self.websocket(query, receive_buffer=4096)
        fast = self.websocket("?queue=1000")
        ledger = self.publish_past(slow.welcome["subscriber"], fast)
        self.assertEqual(ledger["matched"], TOTAL)
        self.assertGreater(ledger["dropped"] + ledger["conflated"], 0)
        return slow, fast, ledger

    def publish_until(self, reader, kind):
        """The gap is told within a second even when nothing follows; then a marker is sent."""
        reader.wait_for(lambda r: r.get("op") == "gap")
        self.thumpd.publish({"type": kind})
        reader.join()

    def test_resuming_reader_gets_exactly_one_gap_and_the_other_misses_nothing(self):
        slow, fast, ledger = self.stall()
        reader = Reader(slow, "marker")
        self.publish_until(reader, "marker")
        records = reader.records

        events = [r for r in records if "op" not in r and r["type"] == "t"]
        gaps = [r for r in records if r.get("op") == "gap" and r["from"] <= TOTAL]
        self.assertEqual(len(gaps), 1, gaps)
        gap = gaps[0]
        kept = [e["seq"] for e in events]
        self.assertEqual(kept, list(range(1, len(kept) + 1)))
        self.assertEqual((gap["from"], gap["to"]), (len(kept) + 1, TOTAL))
        self.assertEqual(gap["dropped"], TOTAL - len(kept))
        self.assertEqual(gap["dropped"], ledger["dropped"])
        self.assertGreaterEqual(gap["bytes"], gap["dropped"] * len(MESSAGE))
        oldest = self.thumpd.stats()["history"]["oldest_seq"]
        self.assertEqual((gap["reason"], gap["recoverable"]), ("queue_full", gap["from"] >= oldest))
        self.assertEqual([e["seq"] for e in self.fast_events], list(range(1, TOTAL + 1)))

    def test_drop_oldest_keeps_the_newest(self):
        slow, _, ledger = self.stall("?overflow=drop_oldest")
        reader = Reader(slow, "marker")
        self.publish_until(reader, "marker")
        told = sum(r["dropped"] for r in reader.records if r.get("op") == "gap")
        kept = [r["seq"] for r in reader.records if "op" not in r and r["type"] == "t"]
        self.assertEqual(kept[-1], TOTAL)
        self.assertEqual(kept, sorted(set(kept)))
        self.assertEqual(len(kept) + told, TOTAL)
        self.assertEqual(told, ledger["dropped"])

    def test_latest_keeps_the_newest_of_each_key(self):
        slow, _, ledger = self.stall("?overflow=latest&key=type")
        reader = Reader(slow, "marker")
        self.publish_until(reader, "marker")
        kept = [r["seq"] for r in reader.records if "op" not in r and r["type"] == "t"]
        told = sum(r["dropped"] for r in reader.records if r.get("op") == "gap")
        self.assertEqual(kept[-1], TOTAL)
        self.assertEqual(len(kept) + told, TOTAL)
        self.assertEqual(ledger["conflated"], told)

    def test_disconnect_closes_with_4008(self):
        slow = self.websocket("?overflow=disconnect", receive_buffer=4096)
        fast = self.websocket("?queue=1000")
        for _ in range(TOTAL // BATCH):
            self.thumpd.publish([{"type": "t", "message": MESSAGE}] * BATCH)
            self.fast_events += fast.receive_events(BATCH)
        records, code = slow.receive_until_close()
        self.assertEqual(code, 4008)
        seqs = [r["seq"] for r in records if "op" not in r]
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
        self.assertEqual([e["seq"] for e in self.fast_events], list(range(1, TOTAL + 1)))


class Reader:
    """Reads records in the background, up to an event of some type."""

    def __init__(self, ws, last_type):
        self.records = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, args=(ws, last_type), daemon=True)
        self._failure = None
        self._thread.start()

    def _read(self, ws, last_type):
        try:
            while not self.records or self.records[-1].get("type") != last_type:
                record = ws.receive_json()
                with self._changed:
                    self.records.append(record)
                    self._changed.notify_all()
        except (OSError, Closed) as failure:
            with self._changed:
                self._failure = failure
                self._changed.notify_all()

    def wait_for(self, wanted, deadline=DEADLINE):
        with self._changed:
            met = self._changed.wait_for(
                lambda: self._failure or any(wanted(r) for r in self.records), deadline)
        if not met or self._failure:
            raise AssertionError(f"it did not come; {self._failure}, {len(self.records)} records")

    def join(self, deadline=DEADLINE):
        self._thread.join(deadline)
        if self._thread.is_alive() or self._failure:
            raise AssertionError(f"the last record did not come; {self._failure}")


if __name__ == "__main__":
    unittest.main()
