"""A WebSocket client (RFC 6455) that can also do what no client should."""

import base64
import json
import os
import socket
import struct
import zlib

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
TIMEOUT = 60.0 if "THUMP_SANITIZED" in os.environ else 15.0


def deflate(payload, **options):
    """A message as permessage-deflate sends it (RFC 7692, section 7.2.1)."""
    compressor = zlib.compressobj(wbits=-15, **options)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflate(payload):
    return zlib.decompressobj(-15).decompress(payload + b"\0\0\xff\xff")


class HandshakeRefused(Exception):
    """The server answered with something other than 101."""

    def __init__(self, status, head, body):
        super().__init__(f"{status}: {body[:300]!r}")
        self.status, self.head, self.body = status, head, body


class Closed(Exception):
    """The peer closed. `code` is that of its close frame; None: it sent none."""

    def __init__(self, code, reason=""):
        super().__init__(f"closed with {code} {reason!r}")
        self.code, self.reason = code, reason


def encode_frame(opcode, payload=b"", fin=True, masked=True, reserved=0):
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    mask_bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([mask_bit | len(payload)])
    elif len(payload) < 1 << 16:
        head += struct.pack("!BH", mask_bit | 126, len(payload))
    else:
        head += struct.pack("!BQ", mask_bit | 127, len(payload))
    if masked:
        mask = os.urandom(4)
        key = int.from_bytes((mask * (len(payload) // 4 + 1))[:len(payload)], "big")
        payload = (int.from_bytes(payload, "big") ^ key).to_bytes(len(payload), "big")
        head += mask
    return head + payload


class WebSocket:
    def __init__(self, host, port, path, headers=None, receive_buffer=None, deflate=None,
                 tls=None):
        """`deflate` is what to offer in Sec-WebSocket-Extensions; `extensions` what was granted."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family)
        if receive_buffer:  # only before connecting does it bound the window
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=host)
        self._received = b""
        self.welcome = None
        self.payload_bytes = 0  # of messages, as they came over the wire
        headers = dict(headers or {})
        if deflate:
            headers["Sec-WebSocket-Extensions"] = deflate
        try:
            self._shake_hands(host, port, path, headers)
        except BaseException:
            self.socket.close()
            raise

    def _shake_hands(self, host, port, path, headers):
        fields = {
            "Host": f"{host}:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13"} | headers
        head = f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items())
        self.socket.sendall(head.encode() + b"\r\n")
        while b"\r\n\r\n" not in self._received:
            self._read_more()
        head, self._received = self._received.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        self.headers = {k.strip().lower(): v.strip()
                        for k, _, v in (line.partition(":") for line in lines[1:])}
        status = int(lines[0].split()[1])
        if status != 101:
            body = self._exactly(int(self.headers.get("content-length", 0)))
            raise HandshakeRefused(status, self.headers, body)
        self.extensions = self.headers.get("sec-websocket-extensions", "")

    def _read_more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise Closed(None)
        self._received += data

    def _exactly(self, count):
        while len(self._received) < count:
            self._read_more()
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    # Sending

    def send_frame(self, opcode, payload=b"", fin=True, masked=True, reserved=0):
        self.socket.sendall(encode_frame(opcode, payload, fin, masked, reserved))

    def send_text(self, text):
        self.send_frame(TEXT, text.encode() if isinstance(text, str) else text)

    def send_deflated(self, text):
        self.send_frame(TEXT, deflate(text.encode()), reserved=4)

    def send_json(self, value):
        self.send_text(json.dumps(value))

    # Receiving

    def receive_frame(self):
        """The next frame: (fin, opcode, payload). What came compressed is expanded."""
        first, second = self._exactly(2)
        compressed = bool(self.extensions) and first & 0x78 == 0x40
        if first & 0x70 and not compressed:
            raise AssertionError("reserved bits are set")
        if second & 0x80:
            raise AssertionError("a server's frame is masked")
        length = second & 0x7F
        if length == 126:
            length, = struct.unpack("!H", self._exactly(2))
        elif length == 127:
            length, = struct.unpack("!Q", self._exactly(8))
        payload = self._exactly(length)
        self.payload_bytes += 0 if first & 0x08 else length
        if compressed:
            if not first & 0x80:
                raise AssertionError("a compressed message in fragments")
            payload = inflate(payload)
        return bool(first & 0x80), first & 0x0F, payload

    def receive_text(self):
        """The next text message. Pings are answered on the way. Raises Closed."""
        message = b""
        while True:
            fin, opcode, payload = self.receive_frame()
            if opcode == PING:
                self.send_frame(PONG, payload)
            elif opcode == CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if payload else 1005
                raise Closed(code, payload[2:].decode())
            elif opcode in (TEXT, CONTINUATION):
                message += payload
                if fin:
                    return message.decode()
            elif opcode == BINARY:
                raise AssertionError("a binary message")

    def receive_json(self):
        return json.loads(self.receive_text())

    def receive_events(self, count):
        """The next events. A control record among them is an error."""
        events = [self.receive_json() for _ in range(count)]
        for event in events:
            assert "op" not in event, event
        return events

    def receive_until_close(self):
        """All records up to the close, and its code."""
        records = []
        try:
            while True:
                records.append(self.receive_json())
        except Closed as closed:
            return records, closed.code

    def close_code(self):
        """Reads past whatever comes first, to the close."""
        return self.receive_until_close()[1]

    def close(self):
        """Leaves without a word. Harmless when called twice."""
        self.socket.close()

    def close_politely(self, code=1000):
        self.send_frame(CLOSE, struct.pack("!H", code))
        answer = self.close_code()
        self.socket.close()
        return answer
