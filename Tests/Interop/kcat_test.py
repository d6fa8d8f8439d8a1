"""kcat against a fresh cluster: the list of brokers, and 100,000 lines through each codec and back."""

import collections
import glob
import os
import struct
import subprocess
import time

from confluent_kafka.admin import AdminClient, NewTopic

from klamm_process import Klamm, binary, check

LINES = 100_000
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


def kcat(*arguments, stdin=None):
    return subprocess.run(
        ["kcat", *arguments], input=stdin, capture_output=True, text=True, timeout=300, check=False
    )


def stored_codecs(directory, topic):
    """Counts records by the codec of their batch in the leaders' and followers' own segment files.

    The codec is the low three bits of `attributes`."""
    counts = collections.Counter()
    for path in glob.glob(f"{directory}/**/{topic}-*/*.log", recursive=True):
        with open(path, "rb") as segment:
            content = segment.read()
        position = 0
        while position + 61 <= len(content):
            length, attributes = struct.unpack_from(">i", content, position + 8)[0], content[position + 22]
            counts[CODECS[attributes & 7]] += struct.unpack_from(">i", content, position + 57)[0]
            position += 12 + length
    return counts


klamm = Klamm(binary())
listing = kcat("-b", klamm.bootstrap, "-L")
check(klamm, "3 brokers:" in listing.stdout, "kcat -L lists three brokers")

admin = AdminClient({"bootstrap.servers": klamm.bootstrap})
topics = [f"lines-{codec}" for codec in CODECS]
for future in admin.create_topics([NewTopic(topic, 6, 3) for topic in topics]).values():
    future.result(30)

lines = [f"{number} {'x' * (number % 90)} ü" for number in range(LINES)]
for codec, topic in zip(CODECS, topics):
    began = time.monotonic()
    settings = ["-X", f"compression.codec={codec}", "-X", "acks=all", "-X", "linger.ms=20"]
    sent = kcat("-b", klamm.bootstrap, "-P", "-t", topic, *settings, stdin="\n".join(lines) + "\n")
    check(klamm, sent.returncode == 0, f"{topic}: kcat sent {LINES} lines with acks=all {sent.stderr.strip()[-200:]}")
    read = kcat("-b", klamm.bootstrap, "-C", "-t", topic, "-o", "beginning", "-e", "-q")
    same = sorted(read.stdout.splitlines()) == sorted(lines)
    check(klamm, same, f"{topic}: read back exactly those lines ({time.monotonic() - began:.1f} s)")
    # librdkafka sends a batch as it is where compression does not make it smaller: batches of a line or two, of which
    # a busy machine makes some. So records are counted, not batches.
    found = stored_codecs(klamm.directory, topic)
    check(klamm, found[codec] > 0 and set(found) <= {codec, "none"}, f"{topic}: stored records {dict(found)}")
    check(klamm, sum(found.values()) == 3 * LINES, f"{topic}: each line is on three replicas")
    if codec != "none":
        check(klamm, found[codec] > 9 * found["none"], f"{topic}: nearly all of them carry the codec")

listing = kcat("-b", klamm.bootstrap, "-L", "-t", "lines-none")
partitions = [line for line in listing.stdout.splitlines() if line.strip().startswith("partition ")]
full = [line for line in partitions if len(line.split("isrs:")[1].split(",")) == 3]
check(klamm, len(full) == 6, "kcat -L lists six partitions, each with three replicas in the ISR")
check(klamm, klamm.stop() == 0 and not os.path.exists(klamm.directory), "a clean stop removes the ephemeral data")
