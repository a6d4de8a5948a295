"""What publishers are told: who took an event, and that its id was published before."""

import unittest

from thumpd_process import ProcessTestCase, eventually

FULL = "/v1/events?receipt=full"


class Receipts(ProcessTestCase):
    config = {"server": {"send_buffer_bytes": 16384, "drain_timeout": "500ms"}}

    def test_counts_who_matched_who_took_it_and_who_lost_it(self):
        self.websocket()
        self.sse("?types=t")
        self.websocket("?types=other")
        receipts = self.thumpd.publish([{"type": "t"}, {"type": "other"}, {"type": "none"}],
                                       path=FULL)
        self.assertEqual([(r["matched"], r["queued"], r["dropped"]) for r in receipts],
                         [(2, 2, 0), (2, 2, 0), (1, 1, 0)])
        plain, = self.thumpd.publish({"type": "t"})
        self.assertEqual(set(plain), {"id", "seq"})

    def test_full_queue_shows_at_once_and_catching_up_counts_as_queued(self):
        self.websocket("?queue=1", receive_buffer=4096)
        self.websocket("?queue=1&overflow=catch_up", receive_buffer=4096)
        event = {"type": "t", "message": "x" * 20_000}

        def receipt():
            made, = self.thumpd.publish(event, path=FULL)
            self.assertEqual((made["matched"], made["queued"] + made["dropped"]), (2, 2))
            return made["dropped"] == 1

        eventually(receipt, "a full queue")

    def test_other_values_are_refused(self):
        answer = self.thumpd.post({"type": "t"}, path="/v1/events?receipt=half")
        self.assert_problem(answer, 400, "'receipt'")


class Duplicates(ProcessTestCase):
    config = {"server": {"drain_timeout": "500ms"},
              "broker": {"dedup_window": "1h", "max_remembered_ids": 3}}

    def test_repeated_id_is_answered_with_the_first_and_published_once(self):
        reader = self.websocket()
        answer = self.thumpd.post([{"type": "a", "id": "x"}, {"type": "a", "id": "x"},
                                   {"type": "b"}], path=FULL)
        self.assertEqual(answer.status, 202)
        first, again, other = answer.json()["events"]
        self.assertEqual(answer.json()["accepted"], 3)
        self.assertEqual((first["seq"], again["seq"], other["seq"]), (1, 1, 2))
        self.assertEqual(again, {"id": "x", "seq": 1, "duplicate": True,
                                 "matched": 0, "queued": 0, "dropped": 0})
        self.assertNotIn("duplicate", first)
        self.assertEqual(self.thumpd.publish({"type": "c", "id": "x"}),
                         [{"id": "x", "seq": 1, "duplicate": True}])

        publisher = self.websocket("?subscribe=false")
        publisher.send_json({"op": "publish", "event": {"type": "a", "id": "x"}, "ref": 7})
        self.assertEqual(publisher.receive_json(), {"op": "published", "ref": 7, "id": "x",
                                                    "seq": 1, "duplicate": True})
        self.thumpd.publish({"type": "end"})
        self.assertEqual([e["type"] for e in reader.receive_events(3)], ["a", "b", "end"])
        self.assertEqual(self.thumpd.stats()["duplicates"], 3)

    def test_id_is_forgotten_after_its_window(self):
        thumpd = self.start(config={"server": {"drain_timeout": "500ms"},
                                    "broker": {"dedup_window": "1s"}})
        thumpd.publish({"type": "a", "id": "x"})
        eventually(lambda: thumpd.publish({"type": "a", "id": "x"})[0]["seq"] == 2,
                   "a second event of the same id")

    def test_number_of_remembered_ids_is_bounded(self):
        for name in "abcd":
            self.thumpd.publish({"type": "t", "id": name})
        self.assertEqual(self.thumpd.publish({"type": "t", "id": "d"})[0]["seq"], 4)
        self.assertEqual(self.thumpd.publish({"type": "t", "id": "a"})[0]["seq"], 5)

    def test_off_by_default(self):
        thumpd = self.start(config={"server": {"drain_timeout": "500ms"}})
        seqs = [thumpd.publish({"type": "a", "id": "x"})[0]["seq"] for _ in range(3)]
        self.assertEqual(seqs, [1, 2, 3])


if __name__ == "__main__":
    unittest.main()
