"""N+1 replicas survive N failures; the last member of the ISR is waited for; an unclean election takes whoever is there
and loses what it lacks."""

import time

from klamm_process import Klamm, binary, check, wait_until
from records import Producer, create_topic, leader_of, losses, named, partitions_of, read_all

klamm = Klamm(binary())


def isr_of(topic):
    found = partitions_of(klamm, topic)
    return sorted(found[0].isrs) if found else []


def reliable(topic):
    return Producer(klamm, topic, **{"acks": "all", "enable.idempotence": True})


# All brokers but one, killed in turn.
topic = "survivor"
create_topic(klamm, topic, min_insync_replicas=1)
producer = reliable(topic)
wait_until(klamm, 20, "records are acknowledged", lambda: producer.count > 50)
for kills in range(2):
    leader = leader_of(klamm, topic)
    klamm.do(f"kill {leader}")
    before = producer.count
    wait_until(klamm, 40, f"the partition goes on after kill {kills + 1}", lambda: producer.count > before + 50)
producer.stop()
lost = losses(producer.acknowledged[0], read_all(klamm, topic)[0])
check(klamm, not lost and not producer.failed, f"one of three is left and has all {producer.count} records {named(lost)}")
for broker in (1, 2, 3):
    if klamm.told(f"Broker {broker} was killed"):
        klamm.do(f"restart {broker}")
wait_until(klamm, 60, "all are back", lambda: isr_of(topic) == [1, 2, 3])

for is_unclean in (False, True):
    topic = "taken" if is_unclean else "waiting"
    create_topic(klamm, topic, min_insync_replicas=1,
                 unclean_leader_election_enable=str(is_unclean).lower())
    producer = reliable(topic)
    wait_until(klamm, 20, "records are acknowledged", lambda: producer.count > 50)
    # The first leader leaves the ISR, then the second: the third alone has what comes after.
    gone = []
    for _ in range(2):
        broker = leader_of(klamm, topic)
        gone.append(broker)
        klamm.do(f"kill {broker}")
        wait_until(klamm, 40, f"broker {broker} leaves the ISR",
                   lambda: (now := isr_of(topic)) and broker not in now and leader_of(klamm, topic) > 0)
    before = producer.count
    wait_until(klamm, 40, "the last member acknowledges alone", lambda: producer.count > before + 50)
    last = leader_of(klamm, topic)
    producer.stop()
    klamm.do(f"kill {last}")
    klamm.do(f"restart {gone[0]}")
    if is_unclean:
        wait_until(klamm, 60, "an unclean election takes whoever is there",
                   lambda: leader_of(klamm, topic) == gone[0])
        check(klamm, klamm.told(f"{topic}-0 is led by", "UNCLEANLY"), "the unclean election is told")
        lost = losses(producer.acknowledged[0], read_all(klamm, topic)[0])
        check(klamm, lost, f"the unclean election lost {named(lost)}")
        for broker in (gone[1], last):
            klamm.do(f"restart {broker}")
        wait_until(klamm, 60, "all are back", lambda: isr_of(topic) == [1, 2, 3])
        check(klamm, klamm.told(f"dropped {topic}-0 from"), "what was truncated is told")
    else:
        klamm.do(f"restart {gone[1]}")
        wait_until(klamm, 60, "the others serve again", lambda: klamm.told(f"Broker {gone[0]} serves")
                   and klamm.told(f"Broker {gone[1]} serves"))
        time.sleep(3)
        check(klamm, leader_of(klamm, topic) == -1, f"the partition waits for broker {last}, though others are there")
        klamm.do(f"restart {last}")
        wait_until(klamm, 60, f"broker {last} leads again", lambda: leader_of(klamm, topic) > 0)
        lost = losses(producer.acknowledged[0], read_all(klamm, topic)[0])
        check(klamm, not lost and not producer.failed, f"all {producer.count} records are there {named(lost)}")
        wait_until(klamm, 60, "all are back", lambda: isr_of(topic) == [1, 2, 3])
check(klamm, klamm.stop() == 0, "klamm stopped cleanly")
