"""A stranger's producer (kafka-python, retries=0) writes while its leader loses power. With acks=1 klamm names the records that
were acknowledged to it and are gone: exactly the values whose futures succeeded and that a full read lacks. With acks=all
and min.insync.replicas=2 it names none. The second argument says how often each (20 is the full length)."""

import threading
import time

from kafka import KafkaProducer

from klamm_process import Klamm, binary, check, seconds, wait_until
from records import create_topic, leader_of, partitions_of, read_all


class Stranger:
    """Sends numbered values and remembers what came of each."""

    def __init__(self, klamm, topic, acks):
        self.topic = topic
        self.futures = []
        self.stopping = threading.Event()
        self.producer = KafkaProducer(
            bootstrap_servers=klamm.bootstrap.split(","), acks=acks, retries=0, linger_ms=0,
            request_timeout_ms=5000, max_block_ms=2000)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        number = 0
        while not self.stopping.is_set():
            value = f"{self.topic}:{number}"
            number += 1
            try:
                self.futures.append((value, self.producer.send(self.topic, value.encode(), partition=0)))
            except Exception:  # no room, or no metadata: it was never sent
                pass
            time.sleep(0.002)

    def stop(self):
        self.stopping.set()
        self.thread.join()
        wait_until(klamm, 60, "every future has ended", lambda: all(future.is_done for _, future in self.futures))
        self.producer.close(timeout=5)

    @property
    def succeeded(self):
        return [value for value, future in list(self.futures) if future.is_done and future.succeeded()]


def attempt(klamm, topic, acks, holds_back):
    """Returns how many were lost for certain, and how many of unknown receipt."""
    create_topic(klamm, topic, min_insync_replicas=2)
    stranger = Stranger(klamm, topic, acks)
    wait_until(klamm, 20, "records are acknowledged", lambda: len(stranger.succeeded) > 50)
    leader = leader_of(klamm, topic)
    others = [broker for broker in (1, 2, 3) if broker != leader]
    if holds_back:
        for other in others:
            klamm.do(f"stall {leader}-{other}")
        before = len(stranger.succeeded)
        time.sleep(0.2)
        if acks == 1:
            wait_until(klamm, 20, "the leader acknowledges what nobody copies",
                       lambda: len(stranger.succeeded) > before + 50)
    # What has succeeded by now was read long before the leader goes; only what is on its way then may be in doubt.
    settled = set(stranger.succeeded)
    time.sleep(0.1)
    klamm.do(f"power-loss {leader}")
    klamm.do("heal all")
    wait_until(klamm, 20, "another broker leads", lambda: leader_of(klamm, topic) in others)
    stranger.stop()
    klamm.do(f"restart {leader}")
    wait_until(klamm, 60, "every replica is in sync again",
               lambda: (found := partitions_of(klamm, topic)) and len(found[0].isrs) == 3)
    there = {value for value, _ in read_all(klamm, topic)[0]}
    missing = {value for value in stranger.succeeded if value not in there}
    losses = [loss for loss in klamm.ledger()["losses"] if loss["partition"] == f"{topic}-0" and not loss["returned"]]
    records = [record for loss in losses for record in loss["records"]]
    certain = {record["value"] for record in records if record["receipt"] == "read"}
    unknown = {record["value"] for record in records if record["receipt"] == "unknown"}
    if sum(loss["count"] for loss in losses) != len(records):
        klamm.fail(f"{topic}: not every lost record is shown with its value")
    if certain != missing - unknown:
        klamm.fail(f"{topic}: named but not missing {certain - missing}, missing but not named "
                   f"{missing - certain - unknown}")
    if unknown & settled:
        klamm.fail(f"{topic}: in doubt, though their client had long read it: {unknown & settled}")
    if unknown & there:
        klamm.fail(f"{topic}: told to be lost, but there: {unknown & there}")
    for loss in losses:
        why = " ".join(loss["why"])
        told = [f"broker {leader} lost power", "went with its power", f"when broker {leader} acknowledged last"]
        if not all(words in why for words in told):
            klamm.fail(f"{topic}: the cause is not told: {why}")
    return len(certain), len(unknown)


klamm = Klamm(binary())
times = int(seconds(2))
for number in range(times):
    # Held back, replication lags for certain; else the loss is what is on its way at that moment, if anything.
    holds_back = number % 2 == 0
    lost, unknown = attempt(klamm, f"weak-{number}", 1, holds_back)
    check(klamm, lost > 0 or not holds_back,
          f"acks=1, run {number + 1}: {lost} acknowledged records lost and named, {unknown} more of unknown receipt")
for number in range(times):
    lost, unknown = attempt(klamm, f"strong-{number}", "all", number % 2 == 0)
    check(klamm, lost == 0 and unknown == 0, f"acks=all, min.insync.replicas=2, run {number + 1}: none lost, none named")
check(klamm, klamm.stop() == 0, "klamm stopped cleanly")
