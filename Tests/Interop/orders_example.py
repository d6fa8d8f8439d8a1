"""What becomes of an application's orders when the leader of their partition dies?"""

import json
import subprocess
import threading
import urllib.parse
import urllib.request

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic


class Klamm:
    """A cluster in a process of its own, asked over HTTP."""

    def __enter__(self):
        self.process = subprocess.Popen(
            ["klamm", "serve", "--ephemeral", "--port", "0", "--control", "127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.servers, self.url = ready["bootstrap.servers"].split(","), ready["control"]
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait()

    def ask(self, method, path, body=None, **query):
        url = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(url, json.dumps(body).encode() if body else None, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def fault(self, words):
        self.ask("POST", "/v1/faults", {"fault": words})

    def wait(self, condition):
        self.ask("GET", "/v1/wait", until=condition)

    def leader(self):
        topics = self.ask("GET", "/v1/snapshot")["topics"]
        return next(topic for topic in topics if topic["name"] == "orders")["partitions"][0]["leader"]


class Billing(threading.Thread):
    """The application under test: reads orders, and commits after the work."""

    def __init__(self, servers):
        super().__init__(daemon=True)
        self.orders = []
        self.is_stopping = threading.Event()
        self.consumer = KafkaConsumer(
            "orders", bootstrap_servers=servers, group_id="billing", auto_offset_reset="earliest",
            enable_auto_commit=False)

    def run(self):
        while not self.is_stopping.is_set():
            for records in self.consumer.poll(timeout_ms=200).values():
                self.orders += [record.value.decode() for record in records]
                self.consumer.commit()
        self.consumer.close()


def play(klamm, acks):
    """Ten orders are billed; ten more reach the leader alone, which dies, is replaced, and comes back."""
    topic = NewTopic("orders", 1, 3, topic_configs={"min.insync.replicas": "2"})
    KafkaAdminClient(bootstrap_servers=klamm.servers).create_topics([topic])
    producer = KafkaProducer(
        bootstrap_servers=klamm.servers, acks=acks, retries=100, max_in_flight_requests_per_connection=1)
    billing = Billing(klamm.servers)
    billing.start()
    for number in range(10):
        producer.send("orders", b"early %d" % number).get(30)
    klamm.wait("isr(orders-0) = 3 and committed(billing, orders-0) = 10")

    leader = klamm.leader()
    for other in {1, 2, 3} - {leader}:
        klamm.fault(f"stall {leader}-{other}")
    late = [producer.send("orders", b"late %d" % number) for number in range(10)]
    klamm.wait("unreplicated(orders-0) > 0")
    if acks == 1:
        for future in late:
            future.get(30)
    klamm.fault(f"kill {leader}")
    klamm.ask("DELETE", "/v1/faults")
    klamm.wait(f"leader(orders-0) > 0 and leader(orders-0) != {leader}")
    for future in late:
        future.get(30)
    klamm.fault(f"restart {leader}")
    klamm.wait("isr(orders-0) = 3 and lag(billing) = 0")
    billing.is_stopping.set()
    billing.join()
    return billing.orders, klamm.ask("GET", "/v1/ledger")


def test_acks_1_loses_orders_and_klamm_names_them():
    with Klamm() as klamm:
        billed, ledger = play(klamm, acks=1)
    assert billed == [f"early {number}" for number in range(10)]
    lost = [record["value"] for loss in ledger["losses"] for record in loss["records"]]
    assert lost == [f"late {number}" for number in range(10)]
    print("\n".join(ledger["losses"][0]["why"]))


def test_acks_all_loses_none():
    with Klamm() as klamm:
        billed, ledger = play(klamm, acks="all")
    assert billed == [f"early {number}" for number in range(10)] + [f"late {number}" for number in range(10)]
    assert ledger["lost"] == 0 and ledger["losses"] == []


test_acks_1_loses_orders_and_klamm_names_them()
test_acks_all_loses_none()
