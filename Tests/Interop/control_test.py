"""The README's section for other people's tests: its curl lines against a klamm, as printed, and orders_example.py.
Then what only a whole program shows: a token, a bad address, a client that hangs on to a stream."""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from klamm_process import Klamm, binary, check

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "..", "..", "README.md")) as readme:
    section = readme.read().split("\n## For your own tests\n")[1].split("\n## ")[0]


def block(language):
    return re.search(rf"```{language}\n(.*?)```", section, re.DOTALL).group(1)


def ask(url, headers={}, method="GET"):
    """The status and the text, whatever they are."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers, method=method), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


# The example starts the klamm that is being tested, by its name.
with tempfile.TemporaryDirectory() as folder:
    os.symlink(os.path.abspath(binary()), os.path.join(folder, "klamm"))
    example = os.path.join(here, "orders_example.py")
    path = folder + os.pathsep + os.environ["PATH"]
    run = subprocess.run([sys.executable, example], env=os.environ | {"PATH": path}, capture_output=True, text=True,
                         timeout=180)
    if run.returncode != 0:
        sys.exit(f"FAIL orders_example.py\n{run.stdout}{run.stderr}")
    print(f"PASS orders_example.py\n{run.stdout}", end="", flush=True)
    with open(example) as file:
        lines = {line.strip() for line in file}
    shown = {line.strip() for line in block("python").splitlines()}
    if shown - lines:
        sys.exit(f"FAIL the README shows what is not in orders_example.py: {shown - lines}")

klamm = Klamm(binary(), options=["--control", "127.0.0.1:0"])
url = klamm.control
lines = block("sh").replace("\\\n", " ").splitlines()
asked = [line for line in lines if line.startswith("curl")]
for line in asked:
    # A stream ends when one has seen enough.
    command = line.replace("http://127.0.0.1:8474", url).split("  #")[0]
    if "/v1/events" in command:
        command = f"{command} | head -n 4"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120)
    check(klamm, run.returncode == 0 and run.stdout and '"error"' not in run.stdout,
          f"{line}: {run.stdout.strip()[:100]}")
check(klamm, len(asked) >= 10, f"{len(asked)} curl lines")
listed = {(words[0], words[1].split("?")[0]) for words in map(str.split, ask(url + "/")[1].splitlines())
          if words[0] in ("GET", "POST", "DELETE")}
told = {(words[0].strip("`"), words[1].strip("`").split("?")[0]) for words in
        (row.split("|")[1].split() for row in section.splitlines() if row.startswith("| `"))}
check(klamm, listed == told, f"the README's table lists every route: {sorted(listed ^ told)}")

snapshot = json.loads(ask(url + "/v1/snapshot")[1])
check(klamm, snapshot["cluster.id"] and len(snapshot["brokers"]) == 3, "the snapshot is JSON")
samples = [line for line in ask(url + "/metrics")[1].splitlines() if not line.startswith("#")]
check(klamm, all(re.fullmatch(r"[a-z_]+(\{[^}]*\})? -?[0-9.]+", line) for line in samples) and len(samples) > 10,
      f"/metrics has {len(samples)} samples")
check(klamm, ask(url + "/v1/ledger", {"Host": "evil.example"})[0] == 403, "another host's name is refused")
check(klamm, ask(url + "/v1/faults", {"Origin": "http://evil.example"}, "DELETE")[0] == 403, "another site is refused")
stream = urllib.request.urlopen(url + "/v1/events?after=0")
check(klamm, stream.readline() == b"id: 1\n", "events are streamed from the first on")
check(klamm, klamm.stop() == 0, "klamm stops while somebody listens")

guarded = Klamm(binary(), options=["--control", "0.0.0.0:0", "--control-token", "s3cret"])
url = guarded.control.replace("0.0.0.0", "127.0.0.1")
check(guarded, ask(url + "/v1/ledger")[0] == 401, "without the token nobody is answered")
check(guarded, ask(url + "/v1/ledger", {"Authorization": "Bearer s3cret"})[0] == 200, "with the token one is")
check(guarded, guarded.stop() == 0, "klamm stopped cleanly")

for options in (["--control", "0.0.0.0:0"], ["--control", "8474"], ["--control-token", "x"],
                ["--control", "127.0.0.1:0", "--control-token", "a b"],
                ["--control", "192.0.2.1:0", "--control-token", "x"]):
    run = subprocess.run([binary(), "serve", "--ephemeral", "--port", "0"] + options, capture_output=True, text=True,
                         timeout=30, stdin=subprocess.DEVNULL)
    if run.returncode != 2 or "--control" not in run.stderr:
        sys.exit(f"FAIL {options}: {run.returncode} {run.stderr}")
    print(f"PASS {' '.join(options)}: {run.stderr.splitlines()[0]}", flush=True)
