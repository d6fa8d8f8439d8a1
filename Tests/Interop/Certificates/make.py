"""Makes the certificates of the TLS tests anew: for tests alone, since their keys lie in the open.

Needs Python's `cryptography`, openssl and Java's keytool. All are valid from 2020 to 2120, but for the expired one."""

import datetime
import ipaddress
import pathlib
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = pathlib.Path(__file__).parent
PASSWORD = "open-sesame"


def year(number):
    return datetime.datetime(number, 1, 1, tzinfo=datetime.timezone.utc)


def certificate(name, common_name, issuer=None, alternatives=(), ends=2120):
    """Writes NAME.pem, and NAME.key where somebody signed it. Returns what signs others."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    signer, signing_key = issuer or (subject, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(year(2020))
        .not_valid_after(year(ends))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(list(alternatives)), critical=False)
    pem = builder.sign(signing_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (HERE / f"{name}.pem").write_bytes(pem)
    if issuer:
        key_pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (HERE / f"{name}.key").write_bytes(key_pem)
    return subject, key


def run(*arguments):
    subprocess.run(arguments, cwd=HERE, check=True, capture_output=True)


here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
authority = certificate("ca", "klamm's test authority")
certificate("other-ca", "another authority")
certificate("broker", "broker", authority, here)
certificate("named", "named", authority, [x509.DNSName("kafka-1.example")])
certificate("expired", "expired", authority, here, ends=2021)
certificate("client", "client", authority)

secret = f"pass:{PASSWORD}"
run("openssl", "pkcs8", "-topk8", "-in", "client.key", "-passout", secret, "-out", "client-encrypted.key")
pair = ["-in", "client.pem", "-inkey", "client.key", "-passout", secret]
run("openssl", "pkcs12", "-export", *pair, "-certfile", "ca.pem", "-out", "client.p12")
run("openssl", "pkcs12", "-export", "-legacy", *pair, "-out", "client-legacy.p12")
for name, kind in [("truststore.p12", "PKCS12"), ("truststore.jks", "JKS")]:
    (HERE / name).unlink(missing_ok=True)
    run("keytool", "-importcert", "-noprompt", "-alias", "ca", "-file", "ca.pem", "-keystore", name,
        "-storetype", kind, "-storepass", PASSWORD)
