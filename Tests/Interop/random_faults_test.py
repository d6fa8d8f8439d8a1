"""Random kills, freezes and cut links under acks=all, min.insync.replicas=2 and an idempotent producer: nothing is lost,
nothing doubled, and the order is kept. The second argument says for how many seconds (60 is the full length)."""

import random
import time

from klamm_process import Klamm, binary, check, seconds, wait_until
from records import Producer, create_topic, losses, named, partitions_of, read_all

TOPIC = "safe"
PARTITIONS = 3

klamm = Klamm(binary())
create_topic(klamm, TOPIC, PARTITIONS, min_insync_replicas=2)
producer = Producer(klamm, TOPIC, PARTITIONS, **{"acks": "all", "enable.idempotence": True})
length = seconds(12)
seed = time.time_ns() % 1_000_000
print(f"seed {seed}", flush=True)
chance = random.Random(seed)
end = time.monotonic() + length
done = {"kill": 0, "freeze": 0, "cut": 0}
while time.monotonic() < end:
    kind = chance.choice(list(done)) if all(done.values()) else next(kind for kind in done if not done[kind])
    victim = chance.randint(1, 3)
    other = chance.choice([broker for broker in (1, 2, 3) if broker != victim])
    for_seconds = chance.uniform(0.3, 2.5)
    done[kind] += 1
    if kind == "kill":
        klamm.do(f"kill {victim}")
        time.sleep(for_seconds)
        klamm.do(f"restart {victim}")
    else:
        what = f"freeze {victim}" if kind == "freeze" else f"cut {victim}{chance.choice('->')}{other}"
        klamm.do(f"{what} for {int(for_seconds * 1000)}ms")
        time.sleep(for_seconds)
    time.sleep(chance.uniform(0, 1))
klamm.do("heal all")
wait_until(klamm, 60, "every replica is in sync again",
           lambda: (found := partitions_of(klamm, TOPIC)) and all(len(one.isrs) == 3 for one in found))
producer.stop()
check(klamm, not producer.failed, f"no record failed for good {producer.failed[:3]}")
check(klamm, producer.count > 100 * length / 10, f"{producer.count} acknowledged under {done}")
for partition, found in enumerate(read_all(klamm, TOPIC, PARTITIONS)):
    acknowledged = producer.acknowledged[partition]
    lost = losses(acknowledged, found)
    check(klamm, not lost, f"{TOPIC}-{partition} lost {named(lost)}")
    values = [int(value) for value, _ in found]
    check(klamm, len(values) == len(set(values)), f"{TOPIC}-{partition} holds nothing twice")
    check(klamm, values == sorted(values), f"{TOPIC}-{partition} is in order")
    offsets = dict(found)
    # A batch whose first answer was lost may be acknowledged as a duplicate without its offset.
    wrong = [one for one in acknowledged if one[1] is not None and offsets[one[0]] != one[1]]
    check(klamm, not wrong, f"{TOPIC}-{partition} lies where it was acknowledged {wrong[:3]}")
check(klamm, klamm.stop() == 0, "klamm stopped cleanly")
