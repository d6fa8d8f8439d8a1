"""klamm attaches through TLS as a user does: what works prints a view, what does not says in one sentence what to do."""

import subprocess

from secured import CERTIFICATES, Front, server_context
from klamm_process import Klamm, binary, check


def snapshot(bootstrap, *properties, view="brokers"):
    options = [part for text in properties for part in ("-X", text)]
    return subprocess.run(
        [binary(), "snapshot", "--view", view, "--seconds", "0", "--bootstrap", bootstrap, *options],
        capture_output=True, text=True, timeout=60, check=False)


def refused(words, bootstrap, *properties):
    said = snapshot(bootstrap, *properties)
    check(klamm, said.returncode == 2 and words in said.stderr and said.stderr.count("\n") == 1,
          f"exit code 2 and {said.stderr.strip()[-160:]!r}")


klamm = Klamm(binary())
tls, trust = "security.protocol=SSL", f"ssl.ca.location={CERTIFICATES}/ca.pem"
front = Front(klamm.bootstrap, server_context())
said = snapshot(front.bootstrap, tls, trust)
check(klamm, said.returncode == 0 and "3/3 up" in said.stdout, "three brokers are seen over TLS")
check(klamm, front.bootstrap.split(",")[0].split(":")[1] in said.stdout, "and their listeners are the secured ones")
said = snapshot(Front(klamm.bootstrap, server_context(), "localhost").bootstrap, tls, trust)
check(klamm, said.returncode == 0 and "3/3 up" in said.stdout, "by name, too")

demanding = Front(klamm.bootstrap, server_context(demands_client=True))
keystore = [f"ssl.keystore.location={CERTIFICATES}/client.p12", "ssl.keystore.password=open-sesame"]
said = snapshot(demanding.bootstrap, tls, trust, *keystore)
check(klamm, said.returncode == 0 and "3/3 up" in said.stdout, "with a client's certificate where one is demanded")

refused("it demands a client's certificate", demanding.bootstrap, tls, trust)
refused("is not trusted by the system's certificates", front.bootstrap, tls)
refused("its certificate was made for kafka-1.example",
        Front(klamm.bootstrap, server_context("named")).bootstrap, tls, trust)
refused("its certificate expired on 2021-01-01", Front(klamm.bootstrap, server_context("expired")).bootstrap, tls, trust)
refused("speaks no TLS there", klamm.bootstrap, tls, trust)
refused("security.protocol=SSL", front.bootstrap)
refused("cannot be read: no such file", front.bootstrap, tls, "ssl.ca.location=/nowhere.pem")
check(klamm, klamm.stop() == 0, "a clean stop")
