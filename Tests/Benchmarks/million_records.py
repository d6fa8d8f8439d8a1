#!/usr/bin/env python3
"""What the console holds of a topic with a million records: it is opened in a terminal (tmux), attached to a cluster of its
own, pages through the topic from the end back and from the beginning on, then to its end by searching for one value near
it, and follows it. After each its resident memory is read, and how long it took.

    swift build -c release
    Tests/Benchmarks/million_records.py .build/release/klamm [records [pages]]

Needs kcat and tmux. The bound that the code keeps: 2,000 rows or 32 MiB of records in the console, 32 MiB in a page on its
way, and 4 MiB fetched ahead for each of at most 32 partitions that are read at once. Exits with 1 where the console grows
by more than LIMIT_MIB.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

LIMIT_MIB = 160
SESSION = f"klamm-million-{os.getpid()}"
klamm = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".build/release/klamm")
count = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
pages = int(sys.argv[3]) if len(sys.argv) > 3 else 200
port = 29392


def tmux(*arguments):
    return subprocess.run(["tmux", *arguments], check=True, capture_output=True, text=True).stdout


def screen():
    return tmux("capture-pane", "-p", "-t", SESSION)


def press(*keys):
    tmux("send-keys", "-t", SESSION, *keys)


def until(what, seconds=60):
    """The screen, once it shows this."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        shown = screen()
        if what(shown):
            return shown
        time.sleep(0.01)
    raise SystemExit(f"never came:\n{screen()}")


def first_row(shown):
    rows = re.findall(r"^│\s+(\d+)\s+([\d,]+)\s+\d\d\d\d-", shown, re.MULTILINE)
    return rows[0] if rows else None


def resident(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def produce(bootstrap):
    """Orders of about a hundred bytes, by their number; one near the end is like no other."""
    kcat = subprocess.Popen(
        ["kcat", "-P", "-b", bootstrap, "-t", "million", "-K", "\t", "-X", "linger.ms=50"], stdin=subprocess.PIPE)
    needle = count - count // 100
    for start in range(0, count, 10_000):
        lines = []
        for number in range(start, min(count, start + 10_000)):
            sku = "needle" if number == needle else f"sku-{number % 977}"
            lines.append(f'user-{number % 5000}\t{{"id":{number},"sku":"{sku}","total":{number % 990}.5,"note":"{"x" * 40}"}}\n')
        kcat.stdin.write("".join(lines).encode())
    kcat.stdin.close()
    if kcat.wait():
        raise SystemExit("kcat failed")


def main():
    folder = tempfile.mkdtemp(prefix="klamm-million-")
    environment = dict(os.environ, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder)
    cluster = subprocess.Popen(
        [klamm, "serve", "--ephemeral", "--port", str(port), "--set", "num.partitions=6",
         "--set", "default.replication.factor=1"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    bootstrap = f"127.0.0.1:{port}"
    try:
        while subprocess.run(["kcat", "-L", "-b", bootstrap, "-m", "1"], capture_output=True).returncode:
            if cluster.poll() is not None:
                raise SystemExit("the cluster did not start")
            time.sleep(0.2)
        began = time.monotonic()
        produce(bootstrap)
        print(f"{count:,} records in {time.monotonic() - began:.1f} s", flush=True)
        tmux("new-session", "-d", "-s", SESSION, "-x", "140", "-y", "40",
             f"XDG_STATE_HOME={folder} XDG_CONFIG_HOME={folder} exec {klamm} attach --bootstrap {bootstrap}")
        pid = int(tmux("list-panes", "-t", SESSION, "-F", "#{pane_pid}"))
        until(lambda shown: re.search(r"million\s+6", shown))
        time.sleep(2)
        before = resident(pid)
        most = 0.0

        def tell(what, began, detail=""):
            nonlocal most
            memory = resident(pid)
            most = max(most, memory)
            print(f"{what:<34} {time.monotonic() - began:6.1f} s  {memory:6.1f} MiB  {detail}", flush=True)

        tell("attached", time.monotonic())
        press("/"); press("-l", "million"); press("Enter")
        until(lambda shown: "/million" in shown)
        began = time.monotonic()
        press("r")
        until(lambda shown: first_row(shown) and "end of the log" in shown)
        tell("the last records", began)

        def page(key, times, what):
            began = time.monotonic()
            for _ in range(times):
                row = first_row(screen())
                press(key)
                until(lambda shown: first_row(shown) not in (None, row) and "reading…" not in shown)
            tell(what, began, f"first row {first_row(screen())}")

        page("[", pages, f"{pages} pages back")
        began = time.monotonic()
        press("b")
        until(lambda shown: first_row(shown) and first_row(shown)[1] == "0" and "more follow" in shown)
        tell("from the beginning", began)
        page("]", pages, f"{pages} pages on")
        for field, text in [(2, "needle"), (2, "sku-1")]:
            began = time.monotonic()
            press("s")
            until(lambda shown: "Anywhere" in shown)
            for _ in range(field):
                press("Tab")
            press("C-u"); press("-l", text); press("Enter")
            shown = until(lambda shown: f"value {text}" in shown and "stops" not in shown
                          and ("offsets  end of the log" in shown or "no more are kept" in shown), 600)
            tell(f"searched for {text}", began, re.search(r"\d+% · [\d,]+ of [\d,]+ offsets|no more[^│╯]*", shown).group())
            if text == "needle" and '"sku":"needle"' not in shown:
                raise SystemExit(f"not found:\n{shown}")
        tell("at the end", time.monotonic(), f"grew by {most - before:.1f} MiB at most")
        sys.exit(0 if most - before < LIMIT_MIB else 1)
    finally:
        subprocess.run(["tmux", "kill-session", "-t", SESSION], capture_output=True)
        cluster.terminate()
        cluster.wait()


main()
