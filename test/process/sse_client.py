"""A client of server-sent events (WHATWG HTML 9.2) over HTTP/1.0 and 1.1."""

import os
import socket

TIMEOUT = 60.0 if "THUMP_SANITIZED" in os.environ else 15.0


class Ended(Exception):
    """The body ended. `complete`: in the way its framing asks for."""

    def __init__(self, complete):
        super().__init__("complete" if complete else "cut off")
        self.complete = complete


class SseEvent:
    def __init__(self, kind, data, last_id):
        self.type, self.data, self.id = kind, data, last_id

    def __repr__(self):
        return f"<{self.type} id={self.id!r} {self.data[:200]!r}>"


class SseStream:
    def __init__(self, host, port, path, headers=None, version="1.1", method="GET",
                 receive_buffer=None, tls=None):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect((host, port))
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=host)
        fields = {"Host": f"{host}:{port}", "Accept": "text/event-stream"} | (headers or {})
        head = f"{method} {path} HTTP/{version}\r\n" + "".join(
            f"{k}: {v}\r\n" for k, v in fields.items())
        self.socket.sendall(head.encode() + b"\r\n")

        self._raw = b""       # what the socket gave, still framed
        self.body = b""       # all of the body so far
        self._unread = b""    # the body's part that is not yet parsed
        self.comments = []
        self.retry = None
        self.welcome = None
        self._last_id = ""
        self._read_head()

    def _read_head(self):
        while b"\r\n\r\n" not in self._raw:
            self._fill()
        head, self._raw = self._raw.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {k.strip().lower(): v.strip()
                        for k, _, v in (line.partition(":") for line in lines[1:])}
        self._chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"

    def _fill(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise Ended(complete=not getattr(self, "_chunked", True))
        self._raw += data

    def _raw_until(self, count):
        while len(self._raw) < count:
            self._fill()
        taken, self._raw = self._raw[:count], self._raw[count:]
        return taken

    def _read_body(self):
        if not self._chunked:
            if not self._raw:
                self._fill()
            piece, self._raw = self._raw, b""
        else:
            while b"\r\n" not in self._raw:
                self._fill()
            line, self._raw = self._raw.split(b"\r\n", 1)
            piece = self._raw_until(int(line.split(b";")[0], 16))
            if self._raw_until(2) != b"\r\n":
                raise AssertionError("a chunk does not end where it says")
            if not piece:
                raise Ended(complete=True)
        self.body += piece
        self._unread += piece

    def _next_line(self):
        while True:
            ends = [i for i in (self._unread.find(b"\n"), self._unread.find(b"\r")) if i >= 0]
            # A CR that is last may yet be followed by its LF.
            if ends and (self._unread[min(ends):] != b"\r"):
                end = min(ends)
                skip = 2 if self._unread[end:end + 2] == b"\r\n" else 1
                line, self._unread = self._unread[:end], self._unread[end + skip:]
                return line.decode("utf-8")
            self._read_body()

    def next_event(self):
        """The next event as a browser would dispatch it. Raises Ended."""
        kind, data = "", []
        while True:
            line = self._next_line()
            if not line:
                if data:
                    return SseEvent(kind or "message", "\n".join(data), self._last_id)
                kind = ""
                continue
            field, _, value = line.partition(":")
            value = value[1:] if value.startswith(" ") else value
            if not field:
                self.comments.append(value)
            elif field == "event":
                kind = value
            elif field == "data":
                data.append(value)
            elif field == "id" and "\0" not in value:
                self._last_id = value
            elif field == "retry" and value.isascii() and value.isdigit():
                self.retry = int(value)

    def next_events(self, count):
        return [self.next_event() for _ in range(count)]

    def wait_for_comment(self):
        """Reads until a comment more than before has come."""
        before = len(self.comments)
        while len(self.comments) == before:
            line = self._next_line()
            if line.startswith(":"):
                self.comments.append(line[1:].strip())
            elif line.startswith("id:"):
                self._last_id = line[3:].strip()   # the cursor that comes with it
            elif line:
                raise AssertionError(f"a field where a comment was due: {line!r}")

    def rest(self):
        """All events up to the end, and whether the end was a proper one."""
        events = []
        try:
            while True:
                events.append(self.next_event())
        except Ended as ended:
            return events, ended.complete

    def close(self):
        self.socket.close()
