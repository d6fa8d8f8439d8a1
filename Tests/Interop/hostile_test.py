"""Thousands of broken requests, cut from real ones: each costs its sender the connection at most, and no broker stops."""

import glob
import json
import os
import random
import re
import socket
import struct
import subprocess
import time

from klamm_process import Klamm, binary, check

SECONDS = 10
SEED = int(os.environ.get("KLAMM_SEED", "1"))
HERE = os.path.dirname(os.path.abspath(__file__))


def requests():
    """Every request of the golden vectors, as key, version, flexibility of the header, body."""
    for path in sorted(glob.glob(f"{HERE}/../KafkaProtocolTests/Vectors/messages/*Request.jsonl")):
        for line in open(path, encoding="utf-8"):
            vector = json.loads(line)
            yield vector["apiKey"], vector["version"], vector["headerVersion"] >= 2, bytes.fromhex(vector["hex"])


def broken(body, dice):
    """The body with a few bytes changed, cut, added, or taken for a size."""
    body = bytearray(body)
    for _ in range(dice.choice([1, 1, 2, 5])):
        at = dice.randrange(len(body)) if body else 0
        kind = dice.randrange(4)
        if kind == 0 and body:
            body[at] = dice.choice([0, 0x7F, 0x80, 0xFF, dice.randrange(256)])
        elif kind == 1:
            del body[at:]
        elif kind == 2:
            body[at:at] = bytes(dice.randrange(256) for _ in range(dice.randrange(8)))
        elif body:
            body[at:at + 4] = struct.pack(">i", dice.choice([-1, 2**31 - 1, -2**31, 0, 5]))
    return bytes(body)


klamm = Klamm(binary())
addresses = [address.rsplit(":", 1) for address in klamm.bootstrap.split(",")]
subprocess.run(["kcat", "-b", klamm.bootstrap, "-P", "-t", "left-alone"], input="a\nb\n", text=True, check=True)

dice = random.Random(SEED)
valid = list(requests())
sent = 0
end = time.monotonic() + SECONDS
while time.monotonic() < end:
    key, version, flexible, body = dice.choice(valid)
    if dice.random() < 0.8:
        body = broken(body, dice)
    header = struct.pack(">hhih", key, version, sent, 4) + b"fuzz" + (b"\0" if flexible else b"")
    frame = struct.pack(">i", len(header) + len(body)) + header + body
    if dice.random() < 0.02:
        frame = dice.choice([b"GET / HTTP/1.1\r\n\r\n", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", frame[:dice.randrange(8)]])
    host, port = dice.choice(addresses)
    try:
        with socket.create_connection((host, int(port)), timeout=5) as client:
            client.settimeout(0.01)
            client.sendall(frame)
            client.recv(65536)
    except (socket.timeout, ConnectionResetError, BrokenPipeError):
        pass
    except OSError as error:
        klamm.fail(f"after {sent} requests (seed {SEED}): {error}")
    sent += 1

check(klamm, klamm.process.poll() is None, f"alive after {sent} requests, most of them broken (seed {SEED})")
for address in klamm.bootstrap.split(","):
    read = subprocess.run(
        ["kcat", "-b", address, "-C", "-t", "left-alone", "-e", "-q"], capture_output=True, text=True, timeout=30)
    check(klamm, read.stdout == "a\nb\n", f"{address} serves on")
klamm.log.flush()
with open(klamm.log.name, encoding="utf-8") as log:
    lines = [line for line in log if "closing" in line]
named = [line for line in lines if re.search(r"broker \d: closing 127\.0\.0\.1:\d+: \S", line)]
check(klamm, lines and len(named) == len(lines), f"{len(lines)} connections were closed, each with client and reason")
check(klamm, klamm.stop() == 0, "clean stop")
