"""Thousands of connections that come and go leave nothing behind.

THUMP_CHURN sets how many (default 2,000).
"""

import os
import socket
import struct
import unittest

from thumpd_process import DEADLINE, ProcessTestCase, eventually

ROUNDS = int(os.environ.get("THUMP_CHURN", "2000"))
ALLOWED_GROWTH = 2 << 20  # bytes; an object of 2 KiB kept for each of 2,000 would be twice that


class Churn(ProcessTestCase):
    def come_and_go(self, i):
        kind = i % 6
        if kind == 0:
            self.thumpd.websocket("?types=task.*&meta.region=eu").close_politely()
        elif kind == 1:
            self.thumpd.websocket().close()
        elif kind == 2:
            self.thumpd.sse().close()
        elif kind == 3:
            self.thumpd.get("/healthz")
        elif kind == 4:  # leaves in the middle of a request
            peer = socket.create_connection((self.thumpd.host, self.thumpd.port), DEADLINE)
            peer.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            peer.close()
        else:  # leaves with a reset
            ws = self.thumpd.websocket()
            self.thumpd.publish({"type": "t", "message": "x" * 1000})
            ws.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            ws.close()

    def settle(self, descriptors):
        eventually(lambda: self.thumpd.stats()["subscribers"] == 0, "the end of subscriptions")
        eventually(lambda: self.thumpd.descriptors() <= descriptors, "the end of connections")

    def test_nothing_stays_behind(self):
        self.thumpd.get("/healthz")
        descriptors = self.thumpd.descriptors()
        for i in range(ROUNDS // 4):  # the allocator's and the tables' first growth
            self.come_and_go(i)
        self.settle(descriptors)
        before = self.thumpd.resident_bytes()
        for i in range(ROUNDS):
            self.come_and_go(i)
        self.settle(descriptors)
        self.assertLess(self.thumpd.resident_bytes() - before, ALLOWED_GROWTH)
        self.assert_balanced(self.thumpd.stats()["ledger"])


if __name__ == "__main__":
    unittest.main()
