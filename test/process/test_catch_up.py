"""A reader that stalls on `catch_up` reads on in history from where it was; it loses only what
history had to let go of."""

import json
import unittest

from thumpd_process import ProcessTestCase, eventually

BATCH = 1000
TOTAL = 60_000  # a minute's worth at 1,000 events/s
EVENT = {"type": "t", "message": "x" * 200, "metadata": {"region": "eu"}}
SERVER = {"send_buffer_bytes": 65536, "drain_timeout": "500ms"}


class CatchUpTestCase(ProcessTestCase):
    def stalled(self, query=""):
        """A reader that reads nothing until it is asked to."""
        return self.websocket("?overflow=catch_up" + query, receive_buffer=4096)

    def publish_up_to(self, last, batch=BATCH):
        """Publishes events of two types by turns, up to that sequence number."""
        pair = [json.dumps(EVENT), json.dumps(EVENT | {"type": "u"})]
        connection = self.thumpd.connect()
        self.addCleanup(connection.close)
        at = self.thumpd.stats()["last_seq"]
        while at < last:
            lines = (pair * batch)[:min(batch, last - at)]
            at = self.thumpd.publish("\n".join(lines), content_type="application/x-ndjson",
                                     connection=connection)[-1]["seq"]

    def fill(self, reader):
        """Publishes until the kernel takes nothing more for a reader, and its queue is full."""
        unchanged, before = 0, None
        while unchanged < 20:
            row = self.row(reader)
            if row["lag"] < row["queue"]:
                self.publish_up_to(self.thumpd.stats()["last_seq"] + 10)
            unchanged = unchanged + 1 if row["lag"] == before else 0
            before = row["lag"]

    def row(self, reader):
        wanted = reader.welcome["subscriber"]
        return next(r for r in self.thumpd.subscribers() if r["id"] == wanted)

    def read(self, reader, last):
        """All records up to the event `last`."""
        records = []
        while not records or records[-1].get("seq") != last:
            records.append(reader.receive_json())
        return records


class CatchUp(CatchUpTestCase):
    config = {"server": SERVER, "history": {"max_events": 100_000, "max_bytes": 1 << 28}}

    def test_stalled_readers_get_every_event_once_in_order(self):
        every, half = self.stalled(), self.stalled("&types=u")
        self.publish_up_to(TOTAL)
        for reader, matched in ((every, TOTAL), (half, TOTAL // 2)):
            row = self.row(reader)
            self.assert_balanced(row["ledger"])
            self.assertEqual(row["ledger"]["matched"], matched)
            self.assertEqual(row["ledger"]["dropped"], 0)
            self.assertEqual(row["lag"], row["ledger"]["queued"])
            self.assertGreater(row["lag"], matched // 2)  # what it still has to read in history

        seqs = [r["seq"] for r in self.read(every, TOTAL)]
        self.assertEqual(seqs, list(range(1, TOTAL + 1)))
        seqs = [r["seq"] for r in self.read(half, TOTAL)]
        self.assertEqual(seqs, list(range(2, TOTAL + 1, 2)))
        eventually(lambda: self.thumpd.stats()["ledger"]["queued"] == 0, "an empty queue")
        self.assertEqual(self.row(every)["ledger"]["delivered"], TOTAL)
        self.assertEqual(self.thumpd.stats()["gaps"], 0)

        self.thumpd.publish(EVENT)  # they have rejoined the live flow
        self.assertEqual(every.receive_json()["seq"], TOTAL + 1)

    def test_readers_that_stall_take_no_memory(self):
        """What a reader has yet to read is in history, which it shares."""
        first = self.stalled()
        self.publish_up_to(TOTAL)
        self.assertGreater(self.row(first)["lag"], TOTAL // 2)
        before = self.thumpd.resident_bytes()
        readers = [self.stalled("&since=earliest") for _ in range(50)]
        for row in self.thumpd.subscribers():
            self.assertGreater(row["lag"], TOTAL // 2)
        # 50 copies of what they have to read would be half a gigabyte.
        self.assertLess(self.thumpd.resident_bytes() - before, 16 << 20)
        seqs = [r["seq"] for r in self.read(readers[-1], TOTAL)]
        self.assertEqual(seqs, list(range(1, TOTAL + 1)))


class CatchUpInAShortHistory(CatchUpTestCase):
    config = {"server": SERVER, "history": {"max_events": 100}}

    def test_overrun_is_told_by_exactly_one_gap(self):
        reader = self.stalled()
        self.fill(reader)
        self.publish_up_to(TOTAL)
        ledger = self.row(reader)["ledger"]
        self.assert_balanced(ledger)
        self.assertEqual(ledger["matched"], TOTAL)

        records = self.read(reader, TOTAL)
        gaps = [r for r in records if "op" in r]
        self.assertEqual(len(gaps), 1, gaps)
        gap = gaps[0]
        at = records.index(gap)
        before, after = records[:at], records[at + 1:]
        self.assertEqual([r["seq"] for r in before], list(range(1, gap["from"])))
        self.assertEqual([r["seq"] for r in after], list(range(gap["to"] + 1, TOTAL + 1)))
        self.assertEqual(len(after), 100)  # all that history had
        self.assertEqual(gap["dropped"], gap["to"] - gap["from"] + 1)
        self.assertEqual(gap["dropped"], ledger["dropped"])
        self.assertEqual((gap["reason"], gap["recoverable"]), ("history_overrun", False))
        # The strings of an event: type, a UUID, message and metadata.
        self.assertEqual(gap["bytes"], gap["dropped"] * (1 + 36 + 200 + len("region" + "eu")))
        eventually(lambda: self.row(reader)["lag"] == 0, "an empty queue")
        ledger = self.row(reader)["ledger"]
        self.assertEqual(ledger["delivered"], TOTAL - gap["dropped"])
        self.assertEqual(self.thumpd.stats()["gaps"], 1)


if __name__ == "__main__":
    unittest.main()
