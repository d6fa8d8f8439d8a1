"""Producers that remember what was acknowledged, and readers of whole logs."""

import threading
import time

import confluent_kafka
from confluent_kafka.admin import AdminClient, NewTopic

from klamm_process import wait_until


def create_topic(klamm, name, partitions=1, **config):
    admin = AdminClient({"bootstrap.servers": klamm.bootstrap, "log_level": 0})
    config = {key.replace("_", "."): str(value) for key, value in config.items()}
    admin.create_topics([NewTopic(name, partitions, 3, config=config)])[name].result(30)
    wait_until(klamm, 20, f"{name} has its replicas in sync",
               lambda: all(len(found.isrs) == 3 for found in partitions_of(klamm, name)))


def partitions_of(klamm, name):
    """The partitions as Metadata shows them, or none if it cannot be had."""
    try:
        metadata = AdminClient(
            {"bootstrap.servers": klamm.bootstrap, "log_level": 0}).list_topics(name, timeout=5)
    except confluent_kafka.KafkaException:
        return []
    return [found for _, found in sorted(metadata.topics[name].partitions.items())]


def leader_of(klamm, name):
    """The leader of partition 0; -1 while there is none, or nobody answers."""
    found = partitions_of(klamm, name)
    return found[0].leader if found else -1


class Producer:
    """Numbers its records per partition and keeps what was acknowledged, with the offset, None where none was told."""

    def __init__(self, klamm, topic, partitions=1, **config):
        self.topic = topic
        self.partitions = partitions
        self.acknowledged = [[] for _ in range(partitions)]
        self.failed = []
        self.stopping = threading.Event()
        self.producer = confluent_kafka.Producer({
            "bootstrap.servers": klamm.bootstrap, "linger.ms": 2, "log_level": 0, "reconnect.backoff.max.ms": 300,
            "topic.metadata.refresh.interval.ms": 1000, "socket.timeout.ms": 5000,
            "delivery.timeout.ms": 120_000} | config)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def report(self, error, record):
        if error:
            self.failed.append((record.partition(), record.value().decode(), str(error)))
        else:
            self.acknowledged[record.partition()].append((record.value().decode(), record.offset()))

    def run(self):
        number = 0
        while not self.stopping.is_set():
            for partition in range(self.partitions):
                try:
                    self.producer.produce(self.topic, value=str(number), partition=partition, on_delivery=self.report)
                except BufferError:
                    self.producer.poll(0.1)
            number += 1
            self.producer.poll(0.002)

    def stop(self, patience=90):
        self.stopping.set()
        self.thread.join()
        self.producer.flush(patience)

    @property
    def count(self):
        return sum(len(records) for records in self.acknowledged)


def read_all(klamm, topic, partitions=1):
    """Every record of each partition, as (value, offset), in the order of the log."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": klamm.bootstrap, "group.id": f"reader-{time.monotonic_ns()}", "check.crcs": True,
        "auto.offset.reset": "earliest", "enable.partition.eof": True, "enable.auto.commit": False, "log_level": 0})
    consumer.assign([confluent_kafka.TopicPartition(topic, number, 0) for number in range(partitions)])
    found = [[] for _ in range(partitions)]
    ends = set()
    while len(ends) < partitions:
        record = consumer.poll(30)
        if record is None:
            klamm.fail(f"{topic} cannot be read to its end")
        elif record.error() is None:
            found[record.partition()].append((record.value().decode(), record.offset()))
        elif record.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
            ends.add(record.partition())
    consumer.close()
    return found


def losses(acknowledged, found):
    """The acknowledged records that are not there, as (value, offset)."""
    there = {value for value, _ in found}
    return [record for record in acknowledged if record[0] not in there]


def named(lost):
    """`records 12-90 (offsets 12-90)`, for a person."""
    if not lost:
        return "nothing"
    values = [int(value) for value, _ in lost]
    told = [offset for _, offset in lost if offset is not None]
    offsets = f"at offsets {min(told)}-{max(told)}" if told else "without an offset"
    return f"{len(lost)} records, {min(values)}-{max(values)}, acknowledged {offsets}"
