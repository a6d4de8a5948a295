"""A program that embeds the server, seen from outside. The environment variable EMBEDDED_SERVER
names it."""

import os
import re
import signal
import subprocess
import unittest
from http.client import HTTPConnection

from sse_client import SseStream
from thumpd_process import DEADLINE
from ws_client import WebSocket


class EmbeddedServer(unittest.TestCase):
    def start(self, *flags):
        process = subprocess.Popen(
            [os.environ["EMBEDDED_SERVER"], "--listen", "127.0.0.1:0", *flags],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        host, port = re.fullmatch(r"listening on http://(.+):(\d+)\n",
                                  process.stdout.readline()).groups()
        self.address = (host, int(port))
        return process

    def subscribe(self, kind):
        stream = kind(*self.address, "/v1/events")
        self.addCleanup(stream.close)
        return stream

    def publish(self, body):
        peer = HTTPConnection(*self.address, timeout=DEADLINE)
        self.addCleanup(peer.close)
        peer.request("POST", "/v1/events", body, {"Content-Type": "application/json"})
        self.assertEqual(peer.getresponse().status, 202)

    def test_outside_sees_its_events_and_inside_sees_those_from_outside(self):
        process = self.start()
        ws, sse = self.subscribe(WebSocket), self.subscribe(SseStream)
        self.assertEqual(ws.receive_json()["op"], "welcome")
        self.assertEqual(sse.next_event().type, "thump.welcome")
        for event in ws.receive_events(3):
            self.assertEqual(event["type"], "task.completed")
        self.assertEqual(sse.next_event().type, "task.completed")

        self.publish('{"type": "task.failed", "message": "image not found"}')
        self.assertEqual(process.stdout.readline(), "failure: image not found\n")
        while ws.receive_json()["type"] != "task.failed":
            pass

        process.send_signal(signal.SIGINT)
        self.assertEqual(ws.close_code(), 1001)
        ws.close_politely(1001)
        self.assertTrue(sse.rest()[1], "the stream is cut off")
        sse.close()
        self.assertEqual(process.wait(DEADLINE), 0)

    def test_ends_when_its_time_is_over(self):
        process = self.start("--for", "1")
        self.assertEqual(process.wait(DEADLINE), 0)


if __name__ == "__main__":
    unittest.main()
