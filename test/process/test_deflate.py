"""permessage-deflate (RFC 7692) with a client that takes every frame apart by zlib itself."""

import json
import unittest

from thumpd_process import ProcessTestCase, eventually
from ws_client import Closed, deflate

BROWSERS_OFFER = "permessage-deflate; client_max_window_bits"
GRANTED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"


def event(number, size=600):
    return {"type": "task.failed", "message": f"{number} " + "image not found " * (size // 16)}


class Off(ProcessTestCase):
    def test_offer_is_passed_over_by_default(self):
        ws = self.websocket(deflate=BROWSERS_OFFER)
        self.assertEqual(ws.extensions, "")
        self.thumpd.publish(event(1))
        self.assertEqual(ws.receive_json()["message"], event(1)["message"])

    def test_compressed_message_breaks_the_protocol(self):
        ws = self.websocket()
        ws.send_deflated('{"type":"a"}')
        self.assertEqual(ws.close_code(), 1002)


class On(ProcessTestCase):
    config = {"server": {"permessage_deflate": True, "drain_timeout": "500ms",
                         "max_message_bytes": 1 << 16}}

    def connect(self, query="", offer=BROWSERS_OFFER):
        return self.websocket(query, deflate=offer)

    def test_offers_are_granted_or_passed_over(self):
        for offer, answer in (
                (BROWSERS_OFFER, GRANTED), ("permessage-deflate", GRANTED),
                ("permessage-deflate; server_max_window_bits=15",
                 GRANTED + "; server_max_window_bits=15"),
                ("permessage-deflate; server_max_window_bits=10", ""),
                ("permessage-deflate; server_max_window_bits=10, permessage-deflate", GRANTED),
                ("permessage-deflate; nonsense", ""), ("x-webkit-deflate-frame", "")):
            with self.subTest(offer=offer):
                self.assertEqual(self.connect(offer=offer).extensions, answer)

    def test_everybody_reads_the_same_and_some_with_fewer_bytes(self):
        small, plain = self.connect(), self.websocket()
        self.assertEqual({s["transport"] for s in self.thumpd.subscribers()}, {"websocket"})
        small.payload_bytes = plain.payload_bytes = 0
        for start in range(0, 200, 50):
            self.thumpd.publish([event(start + i) for i in range(50)])
        mine, other = small.receive_events(200), plain.receive_events(200)
        self.assertEqual(mine, other)
        self.assertEqual([e["seq"] for e in mine], list(range(1, 201)))
        self.assertLess(small.payload_bytes * 3, plain.payload_bytes)
        ledger = eventually(lambda: self.thumpd.stats()["ledger"])
        self.assertEqual((ledger["matched"], ledger["delivered"]), (400, 400))

    def test_small_records_and_events_are_not_compressed(self):
        ws = self.connect()
        ws.send_json({"op": "ping", "ref": 1})
        before = ws.payload_bytes
        answer = ws.receive_text()
        self.assertEqual(ws.payload_bytes - before, len(answer))

    def test_client_compresses_what_it_says(self):
        ws = self.connect()
        for size in (100, 10_000, 60_000):
            ws.send_deflated(json.dumps({"op": "publish", "event": event(0, size), "ref": size}))
            self.assertEqual(ws.receive_json()["ref"], size)
            self.assertEqual(ws.receive_json()["message"], event(0, size)["message"])

    def test_bomb_is_refused_and_nobody_else_is_hurt(self):
        other = self.connect()
        before = self.thumpd.resident_bytes()
        bomb = deflate(b" " * (60 << 20), level=9)
        for _ in range(20):
            ws = self.connect("?subscribe=false")
            ws.send_frame(1, bomb, reserved=4)
            self.assertEqual(ws.close_code(), 1009)
            ws.close()
        self.assertLess(self.thumpd.resident_bytes() - before, 20 << 20)
        self.thumpd.publish(event(1))
        self.assertEqual(other.receive_json()["seq"], 1)

    def test_resumed_and_replaced_subscriptions_are_compressed(self):
        self.thumpd.publish([event(i) for i in range(20)])
        ws = self.connect("?since=earliest")
        before = ws.payload_bytes
        self.assertEqual([e["seq"] for e in ws.receive_events(20)], list(range(1, 21)))
        self.assertLess(ws.payload_bytes - before, 20 * 300)
        ws.send_json({"op": "subscribe", "since": 10, "ref": 1})
        self.assertEqual(ws.receive_json()["op"], "subscribed")
        self.assertEqual([e["seq"] for e in ws.receive_events(10)], list(range(11, 21)))

    def test_drain_closes_as_without(self):
        ws = self.connect()
        self.thumpd.publish(event(1))
        self.thumpd.signal()
        self.assertEqual(ws.receive_json()["seq"], 1)
        with self.assertRaises(Closed) as closed:
            ws.receive_json()
        self.assertEqual(closed.exception.code, 1001)
        ws.close()
        self.assertEqual(self.thumpd.wait(), 0)


if __name__ == "__main__":
    unittest.main()
