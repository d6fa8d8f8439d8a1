"""A secured front of a klamm cluster: a TLS listener for each broker that passes everything on, and tells clients to come back
to it. klamm itself speaks no TLS; Kafka does, and klamm attaches to it."""

import pathlib
import re
import socket
import ssl
import struct
import threading

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
