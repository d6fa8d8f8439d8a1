"""kafka-python, confluent-kafka and kcat in one group: each partition is read by exactly one of them."""

import subprocess
import threading
import time

import confluent_kafka
import kafka
from confluent_kafka.admin import AdminClient, NewTopic

from klamm_process import Klamm, binary, check, wait_until

PARTITIONS = 6
GROUP = "three-clients"
TOPIC = "shared"

klamm = Klamm(binary())
admin = AdminClient({"bootstrap.servers": klamm.bootstrap})
admin.create_topics([NewTopic(TOPIC, PARTITIONS, 3)])[TOPIC].result(30)

seen = {"kafka-python": set(), "confluent-kafka": set(), "kcat": set()}
values = []
stopping = threading.Event()


def run_kafka_python():
    consumer = kafka.KafkaConsumer(
        TOPIC, bootstrap_servers=klamm.bootstrap.split(","), group_id=GROUP, auto_offset_reset="earliest",
        partition_assignment_strategy=[kafka.coordinator.assignors.range.RangePartitionAssignor])
    while not stopping.is_set():
        for records in consumer.poll(timeout_ms=100).values():
            for record in records:
                seen["kafka-python"].add(record.partition)
                values.append(record.value.decode())
    consumer.close()


def run_confluent():
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": klamm.bootstrap, "group.id": GROUP, "auto.offset.reset": "earliest",
        "partition.assignment.strategy": "range"})
    consumer.subscribe([TOPIC])
    while not stopping.is_set():
        record = consumer.poll(0.1)
        if record is not None and record.error() is None:
            seen["confluent-kafka"].add(record.partition())
            values.append(record.value().decode())
    consumer.close()


def run_kcat():
    process = subprocess.Popen(
        ["kcat", "-b", klamm.bootstrap, "-G", GROUP, "-q", "-u", "-f", "%p %s\\n",
         "-X", "auto.offset.reset=earliest", "-X", "partition.assignment.strategy=range", TOPIC],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    threading.Thread(target=lambda: (stopping.wait(), process.terminate()), daemon=True).start()
    for line in process.stdout:
        partition, value = line.split()
        seen["kcat"].add(int(partition))
        values.append(value)


threads = [threading.Thread(target=run) for run in (run_kafka_python, run_confluent, run_kcat)]
for thread in threads:
    thread.start()


def members():
    described = admin.describe_consumer_groups([GROUP])[GROUP].result(10)
    stable = described.state == confluent_kafka.ConsumerGroupState.STABLE
    return [member for member in described.members if member.assignment.topic_partitions] if stable else []


wait_until(klamm, 60, "three members, each with partitions", lambda: len(members()) == 3)
assigned = [partition.partition for member in members() for partition in member.assignment.topic_partitions]
check(klamm, sorted(assigned) == list(range(PARTITIONS)), "the group is stable and every partition has one member")

producer = confluent_kafka.Producer({"bootstrap.servers": klamm.bootstrap, "acks": "all"})
sent = []
for partition in range(PARTITIONS):
    for number in range(50):
        sent.append(f"{partition}/{number}")
        producer.produce(TOPIC, value=sent[-1], partition=partition)
check(klamm, producer.flush(30) == 0, "300 records acknowledged")
wait_until(klamm, 30, "all records read", lambda: len(values) >= len(sent))
time.sleep(1)
check(klamm, sorted(values) == sorted(sent), "each record was read once")
check(klamm, all(seen.values()), f"each client read: { {name: sorted(found) for name, found in seen.items()} }")
partitions = [partition for found in seen.values() for partition in found]
check(klamm, sorted(partitions) == list(range(PARTITIONS)), "no partition was read by two of them")
stopping.set()
for thread in threads:
    thread.join(30)
check(klamm, klamm.stop() == 0, "klamm stopped cleanly")
