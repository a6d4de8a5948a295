"""A service with routes of its own beside thump's, seen from outside. The environment variable
TASK_SERVICE names it."""

import json
import os
import re
import signal
import subprocess
import threading
import unittest
from http.client import HTTPConnection

from thumpd_process import DEADLINE
from ws_client import WebSocket


class TaskService(unittest.TestCase):
    def setUp(self):
        self.process = subprocess.Popen(
            [os.environ["TASK_SERVICE"], "--listen", "127.0.0.1:0", "--events", "127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.process.stdout.close)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)
        ports = re.fullmatch(r"tasks at http://127.0.0.1:(\d+)/tasks, "
                             r"events at http://127.0.0.1:(\d+)\n", self.process.stdout.readline())
        self.tasks, self.events = (("127.0.0.1", int(port)) for port in ports.groups())
        self.ws = WebSocket(*self.events, "/v1/events")
        self.addCleanup(self.ws.close)
        self.assertEqual(self.ws.receive_json()["op"], "welcome")

    def ask(self, method, path, peer=None):
        own = peer or HTTPConnection(*self.tasks, timeout=DEADLINE)
        own.request(method, path)
        answer = own.getresponse()
        body = answer.read()
        if not peer:
            own.close()
        return answer.status, body

    def test_tells_of_what_its_own_routes_did(self):
        self.assertEqual(self.ask("GET", "/tasks"), (200, b"[]"))
        self.assertEqual(self.ask("PUT", "/tasks/t1")[0], 201)
        self.assertEqual(self.ask("PUT", "/tasks/t1")[0], 204)
        self.assertEqual(json.loads(self.ask("GET", "/tasks")[1]), ["t1"])
        self.assertEqual(self.ask("DELETE", "/tasks/t1")[0], 204)
        self.assertEqual(self.ask("DELETE", "/tasks/t1")[0], 404)
        self.assertEqual(self.ask("PUT", "/tasks/no%20good")[0], 400)
        self.assertEqual(self.ask("POST", "/tasks/t1")[0], 405)
        self.assertEqual(self.ask("GET", "/elsewhere")[0], 404)
        self.assertEqual([(e["type"], e["metadata"]) for e in self.ws.receive_events(2)],
                         [("task.created", {"task_id": "t1"}),
                          ("task.completed", {"task_id": "t1"})])

    def test_events_of_a_task_keep_their_order_across_threads(self):
        def work(number):
            peer = HTTPConnection(*self.tasks, timeout=DEADLINE)
            for _ in range(5):
                self.ask("PUT", f"/tasks/t{number}", peer)
                self.ask("DELETE", f"/tasks/t{number}", peer)
            peer.close()
        workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for worker in workers:
            worker.start()
        seen = {}
        for event in self.ws.receive_events(40):
            seen.setdefault(event["metadata"]["task_id"], []).append(event["type"])
        for worker in workers:
            worker.join()
        self.assertEqual(seen, {f"t{n}": ["task.created", "task.completed"] * 5 for n in range(4)})

    def test_drains(self):
        self.ask("PUT", "/tasks/t1")
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.ws.receive_json()["type"], "task.created")
        self.assertEqual(self.ws.close_code(), 1001)
        self.ws.close_politely(1001)
        self.assertEqual(self.process.wait(DEADLINE), 0)


if __name__ == "__main__":
    unittest.main()
