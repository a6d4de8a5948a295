"""Many publishers at once: every subscriber sees every event, once, in the one order."""

import json
import threading
import unittest

from thumpd_process import ProcessTestCase

PUBLISHERS = 8
EVENTS_EACH = 150
TOTAL = PUBLISHERS * EVENTS_EACH


class ManyPublishers(ProcessTestCase):
    def publish_all(self):
        """Half of the publishers over HTTP, half over WebSockets, all at once."""
        start = threading.Barrier(PUBLISHERS)
        given, failures = {}, []

        def over_http(name):
            connection = self.thumpd.connect()
            start.wait()
            for i in range(EVENTS_EACH):
                made, = self.thumpd.publish({"type": "t", "id": f"{name}-{i}"}, connection=connection)
                given[made["seq"]] = made["id"]
            connection.close()

        def over_websocket(name):
            ws = self.thumpd.websocket("?subscribe=false")
            start.wait()
            for i in range(EVENTS_EACH):
                ws.send_json({"op": "publish", "event": {"type": "t", "id": f"{name}-{i}"}, "ref": i})
                answer = ws.receive_json()
                assert (answer["op"], answer["ref"]) == ("published", i), answer
                given[answer["seq"]] = answer["id"]
            ws.close()

        def guarded(work, name):
            try:
                work(name)
            except Exception as failure:  # a thread's failure is this test's
                failures.append(failure)
                start.abort()

        threads = [threading.Thread(target=guarded, args=(over_websocket if n % 2 else over_http, n))
                   for n in range(PUBLISHERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        return given

    def test_every_subscriber_sees_1_to_n_in_one_order(self):
        sockets = [self.websocket("?queue=10000") for _ in range(3)]
        streams = [self.sse("?queue=10000") for _ in range(2)]
        given = self.publish_all()
        self.assertEqual(sorted(given), list(range(1, TOTAL + 1)))
        expected = [(seq, given[seq]) for seq in range(1, TOTAL + 1)]
        for ws in sockets:
            self.assertEqual([(e["seq"], e["id"]) for e in ws.receive_events(TOTAL)], expected)
        for stream in streams:
            events = [json.loads(e.data) for e in stream.next_events(TOTAL)]
            self.assertEqual([(e["seq"], e["id"]) for e in events], expected)
        for name in range(PUBLISHERS):
            own = [i for _, i in expected if i.startswith(f"{name}-")]
            self.assertEqual(own, [f"{name}-{i}" for i in range(EVENTS_EACH)])
        stats = self.thumpd.stats()
        self.assertEqual((stats["published"], stats["refused"], stats["gaps"]), (TOTAL, 0, 0))
        self.assertEqual(stats["ledger"]["delivered"], 5 * TOTAL)


if __name__ == "__main__":
    unittest.main()
