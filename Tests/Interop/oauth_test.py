"""klamm attaches with bearer tokens: its own unsigned ones, and those of a token endpoint; records by the same."""

import subprocess
import tempfile

from confluent_kafka.admin import AdminClient, NewTopic

from secured import CERTIFICATES, BearerDoor, Front, TokenServer, claims, server_context
from klamm_process import Klamm, binary, check

SECRET = "quiet"


def snapshot(bootstrap, *properties, view="brokers", of=None):
    options = [part for text in properties for part in ("-X", text)] + (["--of", of] if of else [])
    return subprocess.run(
        [binary(), "snapshot", "--view", view, "--seconds", "0", "--bootstrap", bootstrap, *options],
        capture_output=True, text=True, timeout=60, check=False)


def refused(words, bootstrap, *properties):
    said = snapshot(bootstrap, *properties)
    check(klamm, said.returncode == 2 and words in said.stderr and said.stderr.count("\n") == 1,
          f"exit code 2 and {said.stderr.strip()[-200:]!r}")
    check(klamm, SECRET not in said.stderr and SECRET not in said.stdout, "no secret is shown")


def front(judge, tls=False):
    return Front(klamm.bootstrap, server_context() if tls else None, door=lambda: BearerDoor(judge))


klamm = Klamm(binary())
admin = AdminClient({"bootstrap.servers": klamm.bootstrap})
for future in admin.create_topics([NewTopic("orders", 1, 3)]).values():
    future.result(30)
subprocess.run(["kcat", "-b", klamm.bootstrap, "-P", "-t", "orders"], input="a-record-by-token\n", text=True,
               check=True)

login = ["security.protocol=SASL_PLAINTEXT", "sasl.mechanism=OAUTHBEARER"]
seen = []


def alice(token, extensions):
    seen.append((claims(token), extensions, token))
    return None if claims(token).get("sub") == "alice" else '{"status":"invalid_token"}'


unsecured = ["enable.sasl.oauthbearer.unsecure.jwt=true"]
believing = front(alice)
said = snapshot(believing.bootstrap, *login, *unsecured,
                "sasl.oauthbearer.config=principal=alice scope=a,b lifeSeconds=600 extension_tenant=acme")
check(klamm, said.returncode == 0 and "3/3 up" in said.stdout, "an unsigned token leads in")
token, extensions, text = seen[0]
check(klamm, extensions == {"tenant": "acme"} and token["scope"] == ["a", "b"] and text.endswith("."),
      "with its scope and extensions")
check(klamm, token["exp"] - token["iat"] == 600, "and for as long as was asked for")
said = snapshot(believing.bootstrap, *login, *unsecured, "sasl.oauthbearer.config=principal=alice",
                view="records", of="orders")
check(klamm, "a-record-by-token" in said.stdout, "records are read by the same")
refused("of this token it says {\"status\":\"invalid_token\"}", believing.bootstrap, *login, *unsecured,
        "sasl.oauthbearer.config=principal=mallory")
refused("OAUTHBEARER needs tokens: give sasl.oauthbearer.method=oidc", believing.bootstrap, *login)

server = TokenServer(secret=SECRET)
oidc = ["sasl.oauthbearer.method=oidc", f"sasl.oauthbearer.token.endpoint.url={server.url}",
        "sasl.oauthbearer.client.id=klamm", f"sasl.oauthbearer.client.secret={SECRET}",
        "sasl.oauthbearer.scope=read write", "sasl.oauthbearer.extensions=tenant=acme"]
asking = front(lambda token, extensions: None if token in server.given else "unknown", tls=True)
tls = ["security.protocol=SASL_SSL", f"ssl.ca.location={CERTIFICATES}/ca.pem", "sasl.mechanism=OAUTHBEARER"]
said = snapshot(asking.bootstrap, *tls, *oidc, view="records", of="orders")
check(klamm, "a-record-by-token" in said.stdout, "a token endpoint's token leads in, through TLS, and to records")
check(klamm, len(server.given) == 1, "one token serves all connections")
check(klamm, server.forms[0] == {"grant_type": ["client_credentials"], "scope": ["read write"]},
      "asked for as RFC 6749 says")

with tempfile.NamedTemporaryFile("w", suffix=".properties") as java:
    java.write(f"""security.protocol=SASL_SSL
ssl.truststore.location={CERTIFICATES}/truststore.p12
ssl.truststore.password=open-sesame
sasl.mechanism=OAUTHBEARER
sasl.login.callback.handler.class=org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler
sasl.oauthbearer.token.endpoint.url={TokenServer(secret=SECRET, context=server_context()).url}
sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required \\
    clientId="klamm" clientSecret="{SECRET}";
""")
    java.flush()
    everybody = front(lambda token, extensions: None, tls=True)
    said = subprocess.run(
        [binary(), "snapshot", "--view", "brokers", "--seconds", "0", "--bootstrap", everybody.bootstrap,
         "--config", java.name],
        capture_output=True, text=True, timeout=60, check=False)
    check(klamm, said.returncode == 0 and "3/3 up" in said.stdout, "Java's file of properties does it, too, by https")

wrong = [text.replace(SECRET, "guess") for text in oidc]
refused("refused (401, invalid_client, Basic ***)", asking.bootstrap, *tls, *wrong)
gone = [text.replace(server.url, "http://127.0.0.1:1/token") for text in oidc]
refused("the token endpoint http://127.0.0.1:1/token cannot be asked: connection refused", asking.bootstrap,
        *tls, *gone)
check(klamm, klamm.stop() == 0, "a clean stop")
