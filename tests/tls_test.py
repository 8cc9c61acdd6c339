#!/usr/bin/env python3
"""TLS and certificates of clients, from the settings to a decision: the server is asked over TLS alone, a certificate that was let in is a system, and
every other one is not.

Usage: tls_test.py QIANTANG PACKS_FOLDER
Certificates are made by openssl's command. The server listens on loopback at a port that the system chooses. The last line is "N passed, N failed".
"""
import hashlib
import http.client
import json
import os
import pathlib
import signal
import ssl
import subprocess
import sys

import cases

QIANTANG, PACKS = sys.argv[1], sys.argv[2]
PACK = os.path.join(PACKS, "payments")
T0 = 1795420800000
WAIT = 60


def openssl(*arguments, folder):
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, timeout=WAIT)
    assert done.returncode == 0, done.stderr


def make_authority(folder, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
            "-out", f"{name}.pem", folder=folder)


def make_certificate(folder, authority, name, extension=""):
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out",
            f"{name}.csr", folder=folder)
    pathlib.Path(folder, "extension").write_text(extension)
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-days", "30", "-out", f"{name}.pem", "-extfile",
            "extension", folder=folder)


def fingerprint(folder, name):
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pathlib.Path(folder, f"{name}.pem").read_text())).hexdigest()


def run(*arguments, code=0):
    done = subprocess.run([QIANTANG, *arguments], capture_output=True, text=True, timeout=WAIT)
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout


class Server:
    def __init__(self, folder, client):
        settings = pathlib.Path(folder, "settings.yaml")
        settings.write_text(f"server: {{port: 0, tls_certificate: {folder}/server.pem, tls_key: {folder}/server.key, tls_client_ca: {folder}/bank.pem, tls_client: {client}}}\n"
                            f"folders: {{data: {folder}/data}}\n"
                            "decisions: {default_budget: 1 min, overload_wait: 1 min}\njournal: {segment_bytes: 8 MiB}\n")
        self.folder = folder
        self.process = subprocess.Popen([QIANTANG, "serve", "--config", settings, "--pack", PACK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("listening on https://"):
                self.port = int(line.rsplit(":", 1)[1])
                return
        raise AssertionError(self.process.stderr.read())

    def ask(self, method, path, body=None, certificate=None, version=None):
        context = ssl.create_default_context(cafile=os.path.join(self.folder, "bank.pem"))
        if certificate is not None:
            context.load_cert_chain(os.path.join(self.folder, f"{certificate}.pem"), os.path.join(self.folder, f"{certificate}.key"))
        if version is not None:
            context.minimum_version = context.maximum_version = version
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=WAIT, context=context)
        connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"} if body is not None else {})
        reply = connection.getresponse()
        value = json.loads(reply.read())
        connection.close()
        return reply.status, value

    def refuses(self, **how):
        """The handshake fails, or what follows it."""
        try:
            answer = self.ask("GET", "/healthz", **how)
        except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
            return True
        raise AssertionError(answer)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(WAIT)
        errors = self.process.stderr.read()
        assert code == 0, (code, errors)
        self.process.stdout.close()
        self.process.stderr.close()


def event(number):
    return {"event_id": f"e{number}", "event_type": "pay", "event_time": T0 + number, "phase": "REQUEST", "account": "a", "amount": 100}


def prepare(folder):
    make_authority(folder, "bank")
    make_authority(folder, "stranger")
    make_certificate(folder, "bank", "server", "subjectAltName=IP:127.0.0.1\n")
    for name in ("core", "other"):
        make_certificate(folder, "bank", name)
    make_certificate(folder, "stranger", "fake")
    run("key", "add", "core-banking", "--data", f"{folder}/data", "--scopes", "events:write", "decisions:read", "--certificate", fingerprint(folder, "core"))


def test_a_certificate_is_a_system(folder):
    prepare(folder)
    server = Server(folder, "wanted")
    assert server.ask("GET", "/healthz")[0] == 200
    assert server.ask("POST", "/v1/events", event(1))[1]["code"] == "unauthorized"
    status, decision = server.ask("POST", "/v1/events", event(1), "core")
    assert status == 200 and decision["action"] == "PASS", decision
    assert server.ask("GET", "/v1/decisions/e1", None, "core")[0] == 200
    assert server.ask("GET", "/v1/audit", None, "core")[1]["code"] == "scope_missing"
    # One that the authority has signed, and nobody has let in.
    assert server.ask("POST", "/v1/events", event(2), "other")[1]["code"] == "credential_unknown"
    # One that somebody else has signed ends the handshake.
    server.refuses(certificate="fake")
    server.end()
    assert " 1 decisions: all came out again" in run("verify", "--data", f"{folder}/data")


def test_nobody_without_a_certificate(folder):
    prepare(folder)
    server = Server(folder, "required")
    server.refuses()
    server.refuses(certificate="fake")
    assert server.ask("POST", "/v1/events", event(1), "core")[0] == 200
    server.end()


def test_old_versions_and_plain_text(folder):
    prepare(folder)
    server = Server(folder, "none")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        assert server.ask("GET", "/healthz", version=version)[0] == 200
    # What a client of today does not even offer, openssl's command can.
    old = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], input="", capture_output=True,
                         text=True, timeout=WAIT)
    assert old.returncode != 0 and "Cipher is (NONE)" in old.stdout, old.stdout[-500:]
    plain = http.client.HTTPConnection("127.0.0.1", server.port, timeout=WAIT)
    try:
        plain.request("GET", "/healthz")
        status = plain.getresponse().status
        raise AssertionError(status)
    except (http.client.HTTPException, ConnectionError):
        pass
    plain.close()
    server.end()


def test_a_key_that_does_not_fit(folder):
    prepare(folder)
    os.replace(os.path.join(folder, "core.key"), os.path.join(folder, "server.key"))
    settings = pathlib.Path(folder, "settings.yaml")
    settings.write_text(f"server: {{port: 0, tls_certificate: {folder}/server.pem, tls_key: {folder}/server.key}}\nfolders: {{data: {folder}/data}}\n")
    done = subprocess.run([QIANTANG, "serve", "--config", settings, "--pack", PACK], capture_output=True, text=True, timeout=WAIT)
    assert done.returncode != 0 and "HT003" in done.stderr, (done.returncode, done.stdout, done.stderr)


cases.run(globals(), sys.argv[3:])
