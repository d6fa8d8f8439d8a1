"""A klamm cluster as an outside program sees it: a process that prints one line of JSON when it is ready."""

import contextlib
import json
import os
import queue
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time


class Klamm:
    """Runs `klamm serve`. Its log goes to a file that is shown when a check fails."""

    def __init__(self, binary, data_dir=None, port=0, options=()):
        self.binary = binary
        self.options = list(options)
        self.events = []
        self.data_dir = data_dir
        # A data directory is there to be started again, and then the brokers must be where they were.
        self.port = port or (three_free_ports() if data_dir else 0)
        self.log = tempfile.NamedTemporaryFile("w+", prefix="klamm-", suffix=".log", delete=False)
        self.start()

    def start(self):
        arguments = [self.binary, "serve", "--events", "--port", str(self.port)]
        arguments += ["--data-dir", self.data_dir] if self.data_dir else ["--ephemeral"]
        arguments += self.options
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        ready, _, _ = select.select([self.process.stdout], [], [], 30)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.fail("klamm did not become ready")
        said = json.loads(line)
        self.bootstrap = said["bootstrap.servers"]
        self.directory = said["data.dir"]
        self.control = said.get("control")
        self.answers = queue.Queue()
        threading.Thread(target=self.listen, args=(self.process, self.answers), daemon=True).start()

    def listen(self, process, answers):
        for line in process.stdout:
            said = json.loads(line)
            if "event" in said:
                self.events.append(said)
            else:
                answers.put(said)

    def do(self, line):
        """Injects a fault, or whatever else the line says; returns klamm's answer."""
        return self.ask(line)["ok"]

    def ledger(self):
        """What brokers have acknowledged, and what of it was lost."""
        return self.ask("ledger")["ledger"]

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        try:
            said = self.answers.get(timeout=30)
        except queue.Empty:
            self.fail(f"no answer to \"{line}\"")
        if "error" in said:
            self.fail(f"\"{line}\": {said['error']}")
        return said

    def told(self, *words):
        """The events whose text holds all these words."""
        return [event["text"] for event in list(self.events) if all(word in event["text"] for word in words)]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """SIGTERM; the exit code tells whether the stop was clean."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.fail("klamm did not stop within 15 s of SIGTERM")

    def fail(self, why):
        self.log.flush()
        with open(self.log.name) as log:
            tail = log.readlines()[-40:]
        print(f"FAIL {why}\n--- the end of klamm's log\n{''.join(tail)}", flush=True)
        if self.process.poll() is None:
            self.process.kill()
        os._exit(1)


def three_free_ports():
    """The first of three ports in a row that nobody uses now."""
    for first in range(20_000 + os.getpid() % 10_000, 60_000, 3):
        with contextlib.ExitStack() as held:
            try:
                for port in range(first, first + 3):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    sys.exit("no three free ports in a row")


def check(klamm, condition, what):
    """Prints what was shown, or fails with klamm's log."""
    if not condition:
        klamm.fail(what)
    print(f"PASS {what}", flush=True)


def wait_until(klamm, seconds, what, condition):
    """Waits for something that the cluster is to do by itself; fails after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    klamm.fail(f"not within {seconds} s: {what}")


def binary():
    if len(sys.argv) not in (2, 3):
        sys.exit(f"usage: {sys.argv[0]} PATH-TO-KLAMM [SECONDS]")
    return sys.argv[1]


def seconds(otherwise):
    """How long the script is to break things: its second argument."""
    return float(sys.argv[2]) if len(sys.argv) == 3 else otherwise
