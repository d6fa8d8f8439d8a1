"""A secured front of a klamm cluster: a TLS listener for each broker that passes everything on, and tells clients to come back
to it. klamm itself speaks no TLS; Kafka does, and klamm attaches to it."""

import base64
import http.server
import json
import pathlib
import re
import socket
import ssl
import struct
import threading
import time
import urllib.parse

CERTIFICATES = pathlib.Path(__file__).parent / "Certificates"


def server_context(certificate="broker", demands_client=False, newest=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem", CERTIFICATES / f"{certificate}.key")
    if newest:
        context.maximum_version = newest
    if demands_client:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(CERTIFICATES / "ca.pem")
    return context


class Front:
    """`name` is what clients are told to connect to; as long as 127.0.0.1, since it takes that one's place in frames."""

    def __init__(self, bootstrap, context=None, name="127.0.0.1", door=None):
        assert len(name) == len("127.0.0.1")
        self.context, self.name, self.door, self.connections = context, name, door, 0
        self.listeners = {}
        for address in bootstrap.split(","):
            self.listeners[int(address.rsplit(":", 1)[1])] = socket.create_server(("127.0.0.1", 0))
        self.ports = {port: listener.getsockname()[1] for port, listener in self.listeners.items()}
        self.bootstrap = ",".join(f"{name}:{port}" for port in self.ports.values())
        for port, listener in self.listeners.items():
            threading.Thread(target=self.accept, args=(listener, port), daemon=True).start()

    def accept(self, listener, port):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(client, port), daemon=True).start()

    def serve(self, client, port):
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context:
                client = self.context.wrap_socket(client, server_side=True)
            broker = socket.create_connection(("127.0.0.1", port))
            broker.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            guest = self.door() if self.door else None
            back = threading.Thread(target=self.answer, args=(broker, client, guest), daemon=True)
            back.start()
            while (frame := read_frame(client)) is not None:
                own = guest.heard(frame) if guest else None
                if own is None:
                    broker.sendall(frame)
                else:
                    client.sendall(struct.pack(">i", len(own)) + own)
        except OSError:
            pass
        finally:
            for end in (client, locals().get("broker")):
                if end:
                    try:
                        end.close()
                    except OSError:
                        pass

    def answer(self, broker, client, guest):
        try:
            while (frame := read_frame(broker)) is not None:
                if guest:
                    frame = guest.answered(frame)
                client.sendall(self.renamed(frame))
        except OSError:
            pass
        finally:
            client.close()

    def renamed(self, frame):
        """A port follows its host in every message that holds one."""
        def port(found):
            there = struct.unpack(">i", found.group(1))[0]
            return self.name.encode() + struct.pack(">i", self.ports[there]) if there in self.ports else found.group(0)
        return re.sub(rb"127\.0\.0\.1(.{4})", port, frame, flags=re.S)

    def close(self):
        for listener in self.listeners.values():
            listener.close()


def read_frame(connection):
    head = read_exactly(connection, 4)
    if head is None:
        return None
    size = struct.unpack(">i", head)[0]
    if not 0 <= size <= 100 << 20:
        return None
    body = read_exactly(connection, size)
    return None if body is None else head + body


def read_exactly(connection, count):
    content = b""
    while len(content) < count:
        part = connection.recv(count - len(content))
        if not part:
            return None
        content += part
    return content


class BearerDoor:
    """The broker's side of OAUTHBEARER (RFC 7628, KIP-255) for one connection: nothing passes before the login.

    `judge` tells of a token and its extensions why they are not accepted, or None."""

    def __init__(self, judge, session_ms=0):
        self.judge, self.session_ms, self.is_open, self.refusal = judge, session_ms, False, None
        self.versions_asked = set()

    def heard(self, frame):
        """What to answer; None passes the frame on."""
        key, version, correlation, name = struct.unpack_from(">hhih", frame, 4)
        body = 14 + max(0, name)
        if key == 18:
            self.versions_asked.add(struct.pack(">i", correlation))
            return None
        if key == 17:
            size = struct.unpack_from(">h", frame, body)[0]
            mechanism = frame[body + 2:body + 2 + size]
            error = 0 if mechanism == b"OAUTHBEARER" else 33
            return struct.pack(">ihih", correlation, error, 1, 11) + b"OAUTHBEARER"
        if key == 36:
            return self.authenticated(version, correlation, frame[body:])
        if not self.is_open:
            raise OSError("asked before the login")
        return None

    def authenticated(self, version, correlation, body):
        assert version < 2
        said = body[4:4 + struct.unpack_from(">i", body)[0]]
        error, answer, message = 0, b"", None
        if self.refusal:
            assert said == b"\x01", said
            error, message = 58, self.refusal
        else:
            head, *pairs = said.split(b"\x01")
            assert head == b"n,," and pairs[-2:] == [b"", b""], said
            pairs = dict(pair.decode().split("=", 1) for pair in pairs[:-2])
            token = pairs.pop("auth").removeprefix("Bearer ")
            self.refusal = self.judge(token, pairs)
            if self.refusal:
                answer = self.refusal.encode()
            else:
                self.is_open = True
        text = struct.pack(">h", -1) if message is None else struct.pack(">h", len(message)) + message.encode()
        tail = struct.pack(">q", self.session_ms if self.is_open else 0) if version >= 1 else b""
        return struct.pack(">ih", correlation, error) + text + struct.pack(">i", len(answer)) + answer + tail

    def answered(self, frame):
        """klamm knows no logins; a list of versions names them, in the old way that stays below the newest ones."""
        if frame[4:8] not in self.versions_asked:
            return frame
        self.versions_asked.discard(frame[4:8])
        return with_logins(frame)


def with_logins(frame):
    """ApiVersions in version 3: an error, a compact array of (key, from, to, no tags), and more."""
    count, position = varint(frame, 10)
    added = b"".join(struct.pack(">hhh", key, 0, 1) + b"\0" for key in (17, 36))
    end = position + 7 * (count - 1)
    body = frame[4:10] + write_varint(count + 2) + frame[position:end] + added + frame[end:]
    return struct.pack(">i", len(body)) + body


def varint(content, position):
    value = shift = 0
    while True:
        byte = content[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position


def write_varint(value):
    content = bytearray()
    while value >= 0x80:
        content.append(value & 0x7F | 0x80)
        value >>= 7
    content.append(value)
    return bytes(content)


def claims(token):
    """What an unsigned or signed token says."""
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


class TokenServer:
    """An authorization server for one client, by http or https."""

    def __init__(self, client="klamm", secret="quiet", life=3600, context=None):
        self.given, self.forms = [], []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.forms.append(urllib.parse.parse_qs(form))
                expected = "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()
                if self.headers["Authorization"] != expected:
                    # Some servers repeat what they were told.
                    told = self.headers["Authorization"]
                    return self.answer(401, {"error": "invalid_client", "error_description": told})
                now = time.time()
                body = base64.urlsafe_b64encode(json.dumps({"sub": client, "exp": now + life}).encode()).decode()
                token = f"eyJhbGciOiJub25lIn0.{body.rstrip('=')}.{len(outer.given)}"
                outer.given.append(token)
                return self.answer(200, {"access_token": token, "expires_in": life, "token_type": "Bearer"})

            def answer(self, status, content):
                content = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{server.server_port}/token"
        threading.Thread(target=server.serve_forever, daemon=True).start()
