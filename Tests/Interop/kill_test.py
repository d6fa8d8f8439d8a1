"""kill -9 of klamm under load by an idempotent producer that lives through the restart: nothing acknowledged is lost or
doubled."""

import collections
import tempfile
import threading
import time

import confluent_kafka
from confluent_kafka.admin import AdminClient, NewTopic

from klamm_process import Klamm, binary, check

TOPIC = "ledger"
KILLS = 3

klamm = Klamm(binary(), data_dir=tempfile.mkdtemp(prefix="klamm-kill-") + "/data")
admin = AdminClient({"bootstrap.servers": klamm.bootstrap})
admin.create_topics([NewTopic(TOPIC, 3, 3)])[TOPIC].result(30)

acknowledged = []
failed = []
stopping = threading.Event()


def report(error, record):
    (failed if error else acknowledged).append(record.value().decode())


def produce():
    producer = confluent_kafka.Producer({
        "bootstrap.servers": klamm.bootstrap, "enable.idempotence": True, "acks": "all", "linger.ms": 5,
        "delivery.timeout.ms": 120_000, "log_level": 2, "reconnect.backoff.max.ms": 500})
    number = 0
    while not stopping.is_set():
        producer.produce(TOPIC, value=str(number), on_delivery=report)
        number += 1
        producer.poll(0)
        if number % 20 == 0:
            time.sleep(0.005)
    producer.flush(60)


thread = threading.Thread(target=produce)
thread.start()
for kill in range(KILLS):
    time.sleep(2)
    before = len(acknowledged)
    klamm.kill()
    check(klamm, before > 0, f"kill -9 number {kill + 1}, with {before} records acknowledged")
    klamm.start()
    end = time.monotonic() + 30
    while len(acknowledged) <= before + 200 and time.monotonic() < end:
        time.sleep(0.05)
    check(klamm, len(acknowledged) > before + 200, "the same producer goes on after the restart")
stopping.set()
thread.join(90)
check(klamm, not failed, f"no record failed for good ({len(acknowledged)} acknowledged)")

consumer = confluent_kafka.Consumer({
    "bootstrap.servers": klamm.bootstrap, "group.id": "check", "auto.offset.reset": "earliest",
    "enable.partition.eof": True})
consumer.assign([confluent_kafka.TopicPartition(TOPIC, number, 0) for number in range(3)])
read = collections.Counter()
ends = set()
while len(ends) < 3:
    record = consumer.poll(20)
    if record is None:
        klamm.fail("the log cannot be read to its end")
    if record.error() and record.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
        ends.add(record.partition())
    elif record.error() is None:
        read[record.value().decode()] += 1
consumer.close()
lost = [value for value in acknowledged if value not in read]
doubled = [value for value, count in read.items() if count > 1]
check(klamm, not lost, f"every acknowledged record is there {lost[:5]}")
check(klamm, not doubled, f"each of them once {doubled[:5]}")
check(klamm, klamm.stop() == 0, "klamm stopped cleanly")
