"""The servers that are measured: how each is started, and how one subscribes and publishes there.

Everything they write goes to a directory of the run; they listen on the loopback address only.
"""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Server:
    """One that can be started. `post` is None where nothing can be published by HTTP."""

    name: str
    command: list
    subscribe: list
    publish: list
    post: list | None = None
    workers: bool = False  # whether its children do the work
    environment: dict = field(default_factory=dict)


def websocket(port, path, *more):
    return ["--url", f"ws://127.0.0.1:{port}{path}", *more]


def publish_at(scheme, port, path):
    return ["--pub-url", f"{scheme}://127.0.0.1:{port}{path}"]


def write(directory, name, text):
    path = Path(directory) / name
    path.write_text(text)
    return str(path)


def floor(binaries, port, mode):
    return Server(
        "floor",
        [str(binaries / "rawfan"), "--port", str(port), "--mode", mode],
        websocket(port, "/sub"),
        publish_at("ws", port, "/pub"),
        publish_at("http", port, "/pub"),
    )


def bare_asio(binaries, port):
    return Server(
        "bare Asio",
        [str(binaries / "asiofan"), "--port", str(port)],
        websocket(port, "/sub"),
        publish_at("ws", port, "/pub"),
        publish_at("http", port, "/pub"),
    )


def thump(binaries, port, deflate=False):
    return Server(
        "thump",
        [str(binaries / "thumpd"), "--listen", f"127.0.0.1:{port}"],
        websocket(port, "/v1/events"),
        publish_at("ws", port, "/v1/events?subscribe=false"),
        publish_at("http", port, "/v1/events"),
        environment={"THUMP_SERVER_PERMESSAGE_DEFLATE": "true"} if deflate else {},
    )


def nats(directory, port):
    program = shutil.which("nats-server")
    if not program:
        return None
    settings = write(
        directory,
        "nats.conf",
        f"listen: 127.0.0.1:{port + 1}\n"
        f"websocket {{ listen: '127.0.0.1:{port}', no_tls: true }}\n"
        "max_connections: 100000\n",
    )
    return Server(
        "nats",
        [program, "-c", settings],
        websocket(port, "/", "--speak", "nats"),
        publish_at("ws", port, "/"),
        environment={"GOMAXPROCS": "1"},
    )


def redis(directory, port):
    program = shutil.which("redis-server")
    if not program:
        return None
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory)]
    command += ["--save", "", "--appendonly", "no", "--maxclients", "20000", "--protected-mode", "no"]
    command += ["--client-output-buffer-limit", "pubsub 0 0 0"]
    return Server(
        "redis",
        command,
        ["--url", f"tcp://127.0.0.1:{port}/", "--speak", "resp"],
        publish_at("tcp", port, "/"),
    )


def mosquitto(directory, port):
    program = shutil.which("mosquitto")
    if not program:
        return None
    # With WebSocket alone, Debian's version believes that it does not listen at all.
    settings = write(
        directory,
        "mosquitto.conf",
        f"listener {port + 1} 127.0.0.1\n"
        f"listener {port} 127.0.0.1\nprotocol websockets\nallow_anonymous true\n"
        "max_queued_messages 0\nlog_type none\n",
    )
    return Server(
        "mosquitto",
        [program, "-c", settings],
        websocket(port, "/", "--speak", "mqtt", "--proto", "mqtt"),
        publish_at("ws", port, "/"),
    )


def nchan(directory, port):
    program = shutil.which("nginx")
    module = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
    if not program or not module.exists():
        return None
    settings = write(
        directory,
        "nginx.conf",
        f"""load_module {module};
daemon off; worker_processes 1; worker_rlimit_nofile 50000;
pid {directory}/nginx.pid; error_log {directory}/nginx.log crit;
events {{ worker_connections 40000; }}
http {{
  access_log off; keepalive_requests 100000000;
  client_body_temp_path {directory}; proxy_temp_path {directory};
  fastcgi_temp_path {directory}; uwsgi_temp_path {directory}; scgi_temp_path {directory};
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /sub {{ nchan_subscriber websocket; nchan_channel_id t;
                       nchan_subscriber_first_message newest; }}
    location = /pub {{ nchan_publisher websocket http; nchan_channel_id t;
                       nchan_message_buffer_length 1000; }}
  }}
}}
""",
    )
    return Server(
        "nchan",
        [program, "-c", settings, "-p", str(directory), "-e", f"{directory}/nginx.log"],
        websocket(port, "/sub"),
        publish_at("ws", port, "/pub"),
        publish_at("http", port, "/pub"),
        workers=True,
    )


def node_ws(modules, port, deflate=False):
    program = shutil.which("node")
    if not program or not (modules / "node_modules" / "ws").is_dir():
        return None
    return Server(
        "node ws",
        [program, str(HERE / "ws_fanout.mjs"), str(port)],
        websocket(port, "/sub"),
        publish_at("ws", port, "/pub"),
        environment={"THUMP_BENCH_MODULES": str(modules)}
        | ({"THUMP_BENCH_DEFLATE": "1"} if deflate else {}),
    )


def uwebsockets(modules, port, deflate=False):
    """Through Bun, whose WebSocket server it is: npm has no build of it that stands alone."""
    program = modules / "node_modules" / ".bin" / "bun"
    if not program.exists():
        return None
    return Server(
        "uWebSockets",
        [str(program), str(HERE / "uws_fanout.js"), str(port)],
        websocket(port, "/sub"),
        publish_at("ws", port, "/pub"),
        publish_at("http", port, "/pub"),
        environment={"THUMP_BENCH_DEFLATE": "1"} if deflate else {},
    )


def installed_peers(directory, modules, port, deflate=False):
    """Those of the others that are there; with `deflate`, those that compress too."""
    if deflate:
        found = [uwebsockets(modules, port, deflate), node_ws(modules, port, deflate)]
        return [s for s in found if s]
    found = [uwebsockets(modules, port), nats(directory, port), redis(directory, port)]
    found += [mosquitto(directory, port), nchan(directory, port), node_ws(modules, port)]
    return [s for s in found if s]


class Running:
    """A server that runs, on the first processor where there are two."""

    def __init__(self, server, port, log):
        environment = dict(os.environ, **server.environment)
        pin = ["taskset", "-c", "0"] if os.cpu_count() > 1 else []
        self.server = server
        self.log = open(log, "ab")
        self.process = subprocess.Popen(
            pin + server.command, stdout=self.log, stderr=self.log, env=environment
        )
        try:
            self._wait_for(port)
        except Exception:
            self.end()
            raise

    def _wait_for(self, port):
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.server.name} ended with {self.process.returncode}")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.server.name} does not listen")

    def ids(self):
        own = self.process.pid
        if not self.server.workers:
            return [own]
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        return [int(child) for child in children]

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
