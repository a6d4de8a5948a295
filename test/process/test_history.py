"""Places in the past: pages of it, streams that begin or end there, and cursors that are stale."""

import datetime
import json
import time
import unittest
from urllib.parse import quote

from thumpd_process import ProcessTestCase, eventually
from ws_client import HandshakeRefused

DRAIN = {"drain_timeout": "500ms"}


class HistoryTestCase(ProcessTestCase):
    def publish_numbered(self, count, **fields):
        return [e["seq"] for e in self.thumpd.publish(
            [{"type": "t", "message": str(i), **fields} for i in range(count)])]

    def page(self, query=""):
        answer = self.thumpd.get("/v1/events" + query)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def seqs(self, query=""):
        return [e["seq"] for e in self.page(query)["events"]]

    def stream(self, query, count):
        """The first records of a WebSocket in short: sequence numbers, and gaps as they are."""
        ws = self.websocket(query)
        records = [ws.receive_json() for _ in range(count)]
        ws.close()
        return [r["seq"] if "op" not in r else r for r in records]

    def past_and_present(self, query, count):
        """What a WebSocket, SSE and pages have in common from `query` on: `count` events."""
        seqs = self.seqs(query)
        self.assertEqual(len(seqs), count)
        self.assertEqual(self.stream(query, count), seqs)
        sse = self.sse(query)
        self.assertEqual([json.loads(e.data)["seq"] for e in sse.next_events(count)], seqs)
        sse.close()
        return seqs


class History(HistoryTestCase):
    config = {"server": DRAIN, "history": {"max_events": 1500}}

    def test_since_is_exclusive_and_until_inclusive(self):
        self.publish_numbered(10)
        epoch = self.page()["epoch"]
        self.assertEqual(self.past_and_present("?since=7", 3), [8, 9, 10])
        self.assertEqual(self.past_and_present(f"?since={epoch}:7", 3), [8, 9, 10])
        self.assertEqual(self.past_and_present("?since=4&until=6", 2), [5, 6])
        self.assertEqual(self.past_and_present(f"?since=0&until={epoch}:2", 2), [1, 2])
        self.assertEqual(self.past_and_present("?since=earliest", 10), list(range(1, 11)))
        self.assertEqual(self.past_and_present("?since=last:2", 2), [9, 10])
        self.assertEqual(self.past_and_present("?since=5&until=last:3", 2), [6, 7])
        self.assertEqual(self.seqs("?since=10"), [])
        self.assertEqual(self.seqs("?since=8&until=8"), [])
        self.assertEqual(self.seqs("?since=last:0"), [])

    def test_last_events_are_counted_after_the_filter(self):
        for i in range(30):
            self.thumpd.publish({"type": f"t{i % 3}", "metadata": {"odd": str(i % 2)}})
        self.assertEqual(self.past_and_present("?types=t2&since=last:3", 3), [24, 27, 30])
        self.assertEqual(self.past_and_present("?meta.odd=1&since=last:2", 2), [28, 30])
        self.assertEqual(self.past_and_present("?types=t2&since=last:99", 10),
                         list(range(3, 31, 3)))

    def test_times_and_durations(self):
        self.publish_numbered(3)
        now = datetime.datetime.now(datetime.timezone.utc)
        later = eventually(lambda: (t := datetime.datetime.now(datetime.timezone.utc)) > now and t)
        self.publish_numbered(2)
        for text in (later.isoformat(), later.isoformat().replace("+00:00", "Z"),
                     later.astimezone(datetime.timezone(
                         datetime.timedelta(hours=-7))).isoformat()):
            with self.subTest(text=text):
                self.assertEqual(self.past_and_present(f"?since={quote(text)}", 2), [4, 5])
                self.assertEqual(self.past_and_present(f"?since=0&until={quote(text)}", 3),
                                 [1, 2, 3])
        for back in ("90s", "10m", "2h", "1d"):
            self.assertEqual(self.past_and_present(f"?since={back}", 5), [1, 2, 3, 4, 5])
            self.assertEqual(self.seqs(f"?until={back}"), [])
        self.assertEqual(self.seqs("?since=2100-01-01T00:00:00Z"), [])

    def test_pages_follow_one_another_without_hole_or_repetition(self):
        self.publish_numbered(750)
        self.publish_numbered(750)
        self.assertEqual(len(self.seqs()), 100)
        self.assertEqual(len(self.seqs("?limit=1000")), 1000)
        all_seqs, cursor = [], "0"
        while True:
            page = self.page(f"?limit=400&since={cursor}")
            seqs = [e["seq"] for e in page["events"]]
            self.assertEqual((page["first_seq"], page["last_seq"]), (seqs[0], seqs[-1]))
            all_seqs += seqs
            cursor = f"{page['epoch']}:{page['last_seq']}"
            if not page["more"]:
                break
        self.assertEqual(all_seqs, list(range(1, 1501)))
        self.assertFalse(self.page("?since=1400&limit=100")["more"])
        self.assertEqual(page["cursor"], f"{page['epoch']}:1500")
        empty = self.page(f"?since={cursor}")
        self.assertEqual(empty["cursor"], cursor)
        self.assertEqual((empty["events"], empty["last_seq"], empty["more"]), ([], 1500, False))

    def test_who_polls_for_what_is_rare_goes_on_from_what_was_looked_through(self):
        self.thumpd.publish([{"type": "often"}, {"type": "rare"}, {"type": "often"}])
        page = self.page("?types=rare")
        self.assertEqual(page["last_seq"], page["events"][0]["seq"])
        self.assertEqual(page["cursor"], f"{page['epoch']}:{page['last_seq'] + 1}")
        self.assertEqual(self.page("?types=none")["cursor"], page["cursor"])
        first = self.page("?types=often&limit=1")
        self.assertTrue(first["more"])
        self.assertEqual(self.page(f"?types=often&since={first['cursor']}")["events"][0]["seq"],
                         page["last_seq"] + 1)

    def test_last_events_are_those_before_the_end(self):
        self.publish_numbered(20)
        self.assertEqual(self.seqs("?since=last:3&until=12"), [10, 11, 12])

    def test_page_of_large_events_ends_early_and_says_that_there_is_more(self):
        for _ in range(8):
            self.publish_numbered(15, data="x" * 60_000)
        page = self.page("?limit=1000")
        self.assertLess(len(page["events"]), 120)
        self.assertTrue(page["more"])
        self.assertLess(len(json.dumps(page)), 5 << 20)

    def test_bad_values_are_named(self):
        for query, name in (("since=yesterday", "since"), ("since=", "since"), ("since=-1", "since"),
                            ("since=18446744073709551616", "since"), ("since=last:", "since"),
                            ("since=last:x", "since"), ("since=10y", "since"),
                            ("since=2026-13-01T00:00:00Z", "since"), ("since=e:", "since"),
                            ("until=:7", "until"), ("limit=0", "limit"), ("limit=1001", "limit"),
                            ("limit=x", "limit"), ("max_rate=0&overflow=latest", "max_rate")):
            with self.subTest(query=query):
                self.assert_problem(self.thumpd.get("/v1/events?" + query), 400, f"'{name}'")
                if name != "limit":
                    with self.assertRaises(HandshakeRefused) as refused:
                        self.websocket("?" + query)
                    self.assertEqual(refused.exception.status, 400)

    def test_stream_with_an_end_ends_there(self):
        self.publish_numbered(5)
        records, code = self.websocket("?since=2&until=4").receive_until_close()
        self.assertEqual(([r["seq"] for r in records], code), ([3, 4], 1000))
        events, complete = self.sse("?since=2&until=4").rest()
        self.assertEqual([json.loads(e.data)["seq"] for e in events], [3, 4])
        self.assertTrue(complete)
        reader = self.websocket("?until=7")  # which is yet to come
        of_another_type = self.websocket("?types=none&until=7")
        stream_of_another_type = self.sse("?types=none&until=7")
        self.publish_numbered(5)
        records, code = reader.receive_until_close()
        self.assertEqual(([r["seq"] for r in records], code), ([6, 7], 1000))
        self.assertEqual(of_another_type.receive_until_close(), ([], 1000))
        self.assertEqual(stream_of_another_type.rest(), ([], True))

    def test_welcome_tells_where_the_stream_begins(self):
        self.publish_numbered(5)
        for query, start in (("", 5), ("?since=3", 3), ("?since=earliest", 0), ("?since=last:2", 3),
                             ("?types=none&since=last:2", 0), ("?until=9", 5),
                             ("?subscribe=false", 5)):
            self.assertEqual(self.websocket(query).welcome["start"], start, query)
        ws = self.websocket()
        ws.send_json({"op": "subscribe", "since": "last:4", "ref": 1})
        self.assertEqual(ws.receive_json()["start"], 1)

    def test_duplicate_free_join_of_past_and_present_on_a_replaced_subscription(self):
        self.publish_numbered(20)
        ws = self.websocket()
        ws.send_json({"op": "subscribe", "since": "earliest", "queue": 5, "ref": 1})
        for i in range(20):
            ws.send_json({"type": "t", "message": str(i)})
        self.assertEqual(ws.receive_json()["op"], "subscribed")
        self.assertEqual([e["seq"] for e in ws.receive_events(40)], list(range(1, 41)))


class StaleCursors(HistoryTestCase):
    config = {"server": DRAIN, "history": {"max_events": 10}}

    def setUp(self):
        super().setUp()
        self.publish_numbered(25)  # 16 to 25 are kept
        self.epoch = self.page("?since=20")["epoch"]
        unknown = {"from": 0, "to": 0, "dropped": 0}
        overrun = {"from": 6, "to": 15, "dropped": 10}
        self.cases = {"5": overrun, f"{self.epoch}:5": overrun,
                      "another:20": unknown,              # of another life
                      "26": unknown, f"{self.epoch}:26": unknown}   # of the future

    def assert_stale(self, gap, numbers):
        self.assertEqual(gap, {"op": "gap", **numbers, "bytes": 0, "reason": "cursor_expired",
                               "recoverable": False, "oldest": 16})

    def test_streams_begin_with_a_gap_and_go_on_with_all_that_is_kept(self):
        for cursor, numbers in self.cases.items():
            with self.subTest(cursor=cursor):
                gap, *seqs = self.stream(f"?since={cursor}", 11)
                self.assert_stale(gap, numbers)
                self.assertEqual(seqs, list(range(16, 26)))

                sse = self.sse(f"?since={cursor}")
                gap = sse.next_event()
                self.assertEqual(gap.type, "thump.gap")
                self.assert_stale(json.loads(gap.data), numbers)
                self.assertEqual([e.id for e in sse.next_events(10)],
                                 [f"{self.epoch}:{seq}" for seq in range(16, 26)])

                ws = self.websocket()
                ws.send_json({"op": "subscribe", "since": cursor, "ref": 1})
                self.assertEqual(ws.receive_json()["op"], "subscribed")
                self.assert_stale(ws.receive_json(), numbers)
                self.assertEqual(ws.receive_json()["seq"], 16)

    def test_gap_ends_where_the_stream_does(self):
        ws = self.thumpd.websocket("?since=2&until=5")
        self.addCleanup(ws.close)
        gap = ws.receive_json()
        self.assertEqual((gap["op"], gap["from"], gap["to"], gap["dropped"]), ("gap", 3, 5, 3))

    def test_gap_is_told_though_no_event_follows(self):
        ws = self.websocket("?types=nothing&since=5")
        self.assert_stale(ws.receive_json(), self.cases["5"])

    def test_pages_answer_410_with_the_oldest(self):
        for cursor in self.cases:
            with self.subTest(cursor=cursor):
                problem = self.assert_problem(self.thumpd.get(f"/v1/events?since={cursor}"), 410,
                                              "16")
                self.assertEqual((problem["oldest"], problem["epoch"]), (16, self.epoch))
        self.assert_problem(self.thumpd.get("/v1/events?since=99"), 410, "the newest event is 25")
        self.assert_problem(self.thumpd.get("/v1/events?since=other:20"), 410, "new life")
        self.assertEqual(self.seqs("?since=15"), list(range(16, 26)))  # misses nothing
        self.assertEqual(self.seqs("?since=earliest"), list(range(16, 26)))

    def test_event_source_resumes_by_its_last_event_id(self):
        sse = self.sse("?since=20", headers={"Last-Event-ID": f"{self.epoch}:23"})
        self.assertEqual([e.id for e in sse.next_events(2)],
                         [f"{self.epoch}:24", f"{self.epoch}:25"])
        sse = self.sse(f"?last_event_id={self.epoch}:24")
        self.assertEqual(sse.next_event().id, f"{self.epoch}:25")

    def test_recoverable_gap_can_be_recovered(self):
        """What the queue lost, a page still has."""
        reader = self.websocket("?queue=1&max_rate=0.01&overflow=latest")
        self.publish_numbered(1)
        self.assertEqual(reader.receive_json()["seq"], 26)
        self.publish_numbered(5)
        lagging = eventually(lambda: next(
            (r for r in self.thumpd.subscribers() if r["ledger"]["conflated"] == 4), None))
        self.assert_balanced(lagging["ledger"])
        self.assertEqual(self.seqs("?since=26&until=30"), [27, 28, 29, 30])


class Expiry(HistoryTestCase):
    config = {"server": {"send_buffer_bytes": 16384, **DRAIN}, "history": {"max_age": "1s"}}

    def test_what_grew_too_old_to_be_read_is_expired(self):
        reader = self.websocket("?overflow=catch_up&queue=10", receive_buffer=4096)
        for _ in range(10):
            self.publish_numbered(10, data="x" * 20_000)
        row = eventually(lambda: next(
            (r for r in self.thumpd.subscribers()
             if r["ledger"]["expired"] > 0 and r["lag"] <= 10), None))
        self.assert_balanced(row["ledger"])
        self.assertEqual(row["ledger"]["dropped"], 0)
        self.thumpd.publish({"type": "end"})
        records = [reader.receive_json()]
        while records[-1].get("type") != "end":
            records.append(reader.receive_json())
        gaps = [r for r in records if "op" in r]
        self.assertEqual([g["reason"] for g in gaps], ["expired"])
        self.assertEqual(gaps[0]["dropped"], row["ledger"]["expired"])
        kept = [r["seq"] for r in records if "op" not in r]
        self.assertEqual(kept, list(range(1, gaps[0]["from"])) + [101])
        eventually(lambda: self.thumpd.stats()["history"]["events"] == 0, "an empty history")


class NoHistory(HistoryTestCase):
    config = {"server": DRAIN, "history": {"max_events": 0}}

    def test_nothing_is_kept_and_catching_up_is_refused(self):
        self.publish_numbered(3)
        self.assertEqual(self.seqs("?since=earliest"), [])
        self.assertEqual(self.thumpd.stats()["history"],
                         {"oldest_seq": 0, "events": 0, "bytes": 0})
        with self.assertRaises(HandshakeRefused) as refused:
            self.websocket("?overflow=catch_up")
        self.assertEqual(refused.exception.status, 400)


class BoundedRate(HistoryTestCase):
    def test_newest_per_key_at_most_so_many_a_second(self):
        reader = self.websocket("?overflow=latest&key=task&max_rate=20")
        began = time.monotonic()
        for i in range(300):
            self.thumpd.publish({"type": "t", "message": str(i), "metadata": {"task": str(i % 3)}})
        took = time.monotonic() - began
        events, told = [], 0
        while {e["message"] for e in events[-3:]} != {"297", "298", "299"}:
            record = reader.receive_json()
            if "op" in record:
                self.assertEqual(record["reason"], "conflated")
                told += record["dropped"]
            else:
                events.append(record)
        took_all = time.monotonic() - began
        self.assertGreaterEqual(took_all, took)
        # The first goes at once; a late timer may make up for one more.
        self.assertLessEqual(len(events), 20 * took_all + 2)
        self.assertEqual(len(events) + told, 300)
        row = self.thumpd.subscribers()[0]
        self.assertEqual(row["ledger"]["conflated"], told)
        self.assertEqual(row["ledger"]["delivered"], len(events))


if __name__ == "__main__":
    unittest.main()
