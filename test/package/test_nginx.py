"""conf/nginx.conf with a real nginx before a real thumpd."""

import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/process"))

from sse_client import SseStream                                # noqa: E402
from thumpd_process import DEADLINE, Thumpd, eventually         # noqa: E402
from ws_client import HandshakeRefused, WebSocket               # noqa: E402


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


@unittest.skipUnless(shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "no nginx here")
class BehindNginx(unittest.TestCase):
    def setUp(self):
        self.thumpd = Thumpd()
        self.addCleanup(self.thumpd.end)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="thump-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.make_certificate()
        self.plain, self.secure = free_ports(2)
        self.start_nginx()
        self.tls = ssl.create_default_context(cafile=self.folder / "cert.pem")

    def make_certificate(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost",
             "-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"],
            check=True, stderr=subprocess.DEVNULL)

    def start_nginx(self):
        """With the addresses and files of this test in place of the example's."""
        text = (ROOT / "conf/nginx.conf").read_text("utf-8")
        for pattern, replacement in (
                (r"server 127\.0\.0\.1:8080;", f"server 127.0.0.1:{self.thumpd.port};"),
                (r"listen 80;", f"listen 127.0.0.1:{self.plain};"),
                (r"listen 443 ", f"listen 127.0.0.1:{self.secure} "),
                (r"listen \[::\]:\d+[^;]*;", ""),
                (r"/etc/ssl/certs/\S+;", f"{self.folder}/cert.pem;"),
                (r"/etc/ssl/private/\S+;", f"{self.folder}/key.pem;"),
                (r"events\.example\.org", "localhost")):
            text, count = re.subn(pattern, replacement, text)
            self.assertGreater(count, 0, f"conf/nginx.conf has no {pattern}")
        temporary = "".join(f"{kind}_temp_path {self.folder}/{kind};\n" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "nginx.conf").write_text(
            f"daemon off; worker_processes 1; pid {self.folder}/pid; error_log stderr warn;\n"
            f"events {{ worker_connections 256; }}\n"
            f"http {{ access_log off; {temporary}\n{text}\n}}\n", "utf-8")
        nginx = subprocess.Popen(
            [shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"), "-e", "stderr",
             "-p", self.folder, "-c", self.folder / "nginx.conf"])
        self.addCleanup(nginx.wait)
        self.addCleanup(nginx.terminate)
        eventually(lambda: answers(self.secure) or nginx.poll() is not None, "nginx listening")
        self.assertIsNone(nginx.poll(), "nginx does not run")

    def request(self, method, path, body=None, headers=None):
        peer = http.client.HTTPSConnection("localhost", self.secure, timeout=DEADLINE,
                                           context=self.tls)
        self.addCleanup(peer.close)
        peer.request(method, path, body, headers or {})
        answer = peer.getresponse()
        return answer.status, answer.read()

    def test_events_pass_through_at_once(self):
        ws = WebSocket("localhost", self.secure, "/v1/events", tls=self.tls)
        self.addCleanup(ws.close)
        self.assertEqual(ws.receive_json()["op"], "welcome")
        sse = SseStream("localhost", self.secure, "/v1/events", tls=self.tls)
        self.addCleanup(sse.close)
        self.assertEqual(sse.next_event().type, "thump.welcome")

        status, body = self.request("POST", "/v1/events", '{"type": "task.failed"}',
                                    {"Content-Type": "application/json"})
        self.assertEqual((status, json.loads(body)["accepted"]), (202, 1))
        self.assertEqual(ws.receive_json()["type"], "task.failed")
        self.assertEqual(sse.next_event().type, "task.failed")
        ws.send_json({"type": "task.created"})
        self.assertEqual(ws.receive_json()["type"], "task.created")
        ws.close_politely(1000)

    def test_pages_of_the_site_may_connect_and_others_may_not(self):
        own = {"Origin": f"https://localhost:{self.secure}"}
        WebSocket("localhost", self.secure, "/v1/events", own, tls=self.tls).close()
        with self.assertRaises(HandshakeRefused) as refused:
            WebSocket("localhost", self.secure, "/v1/events",
                      {"Origin": "https://elsewhere.example"}, tls=self.tls)
        self.assertEqual(refused.exception.status, 403)

    def test_everything_else_is_there_too(self):
        for path in ("/", "/healthz", "/v1/stats", "/v1/subscribers"):
            self.assertEqual(self.request("GET", path)[0], 200, path)
        self.assertEqual(self.request("DELETE", "/v1/subscribers/999")[0], 404)

    def test_http_is_sent_to_https(self):
        peer = http.client.HTTPConnection("localhost", self.plain, timeout=DEADLINE)
        self.addCleanup(peer.close)
        peer.request("GET", "/v1/events?types=a", headers={"Host": "localhost"})
        answer = peer.getresponse()
        self.assertEqual((answer.status, answer.headers["Location"]),
                         (308, "https://localhost/v1/events?types=a"))


if __name__ == "__main__":
    unittest.main()
