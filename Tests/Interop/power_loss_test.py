"""acks=1 without idempotence, replication held back, and power lost at the leader: what the leader alone had
acknowledged is lost, every time, and can be named. The second argument says how often (5 is the full length)."""

import time

from klamm_process import Klamm, binary, check, seconds, wait_until
from records import Producer, create_topic, leader_of, losses, named, partitions_of, read_all

klamm = Klamm(binary())
for attempt in range(int(seconds(2))):
    topic = f"weak-{attempt}"
    create_topic(klamm, topic)
    producer = Producer(
        klamm, topic, **{"acks": 1, "enable.idempotence": False, "message.timeout.ms": 20_000, "retries": 100})
    wait_until(klamm, 20, "records are acknowledged", lambda: producer.count > 50)
    leader = leader_of(klamm, topic)
    others = [broker for broker in (1, 2, 3) if broker != leader]
    for other in others:
        klamm.do(f"stall {leader}-{other}")
    before = producer.count
    wait_until(klamm, 20, "the leader acknowledges what nobody copies", lambda: producer.count > before + 50)
    klamm.do(f"power-loss {leader}")
    klamm.do("heal all")
    wait_until(klamm, 20, "another broker leads", lambda: leader_of(klamm, topic) in others)
    time.sleep(0.5)
    klamm.do(f"restart {leader}")
    producer.stop(30)
    wait_until(klamm, 60, "every replica is in sync again",
               lambda: (found := partitions_of(klamm, topic)) and len(found[0].isrs) == 3)
    lost = losses(producer.acknowledged[0], read_all(klamm, topic)[0])
    check(klamm, lost, f"attempt {attempt + 1}: power lost at broker {leader}: lost {named(lost)}")
    check(klamm, klamm.told(f"{topic}-0 is led by"), "the election is told")
    check(klamm, klamm.told(f"Broker {leader} lost power"), "the cause is told")
check(klamm, klamm.stop() == 0, "klamm stopped cleanly")
