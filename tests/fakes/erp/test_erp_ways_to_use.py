"""The ways to use the fake: within a program, in a thread, as a pytest fixture, by https under another name."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import subprocess
import sys
import threading
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp.abc import AbstractResolver
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fake_erp.app import FakeErp
from fake_erp.serving import RunningErp, serving
from scenarios.harness.clock import RealClock
from scenarios.harness.running import CannotListen, DoorRefused, Ports

pytest_plugins = ["pytester"]

NAME = "erp.example"


async def test_a_program_serves_it_on_its_own_loop():
    fake = FakeErp(RealClock())
    world = fake.create_world(name="loja", moods=False)
    async with serving(fake) as addresses, aiohttp.ClientSession() as session:
        form = {"token": world.token, "formato": "json"}
        async with session.post(f"{addresses.api}/api2/info.php", data=form) as answer:
            assert orjson.loads(await answer.read())["retorno"]["conta"]["razao_social"] == world.company.razao_social
        taken = int(addresses.api.rpartition(":")[2])
        with pytest.raises(CannotListen):
            async with serving(FakeErp(RealClock()), Ports(port=taken)):
                pass
    with pytest.raises(OSError, match=r"refused"):
        socket.create_connection(("127.0.0.1", taken), timeout=2)


def test_a_thread_of_its_own_serves_programs_without_a_loop():
    before = threading.active_count()
    with RunningErp() as erp:
        account = erp.account(products=3, variations_share=0, moods=False)
        account.fault("info.php", "maintenance", first=2)
        codes = [_info(erp, account.token).get("codigo_erro") for _ in range(3)]
        assert codes == [None, 99, None]
        assert [entry["fault"] for entry in account.journal()] == [None, "maintenance", None]
        assert len(account.products()) == 3
        assert account.orders() == []
        account.change(plan="crescer")
        account.advance(60)
        account.flush()
        assert account.ask("GET")["calls_per_minute"] == 30
        with pytest.raises(DoorRefused, match="there is a world 'loja' already"):
            erp.account()
    assert threading.active_count() == before


def _info(erp: RunningErp, token: str) -> Any:
    form = f"token={token}&formato=json".encode()
    with urllib.request.urlopen(f"{erp.api}info.php", data=form) as answer:
        return orjson.loads(answer.read())["retorno"]


def test_the_fixture_gives_each_test_a_fake_of_its_own(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        import json, urllib.request

        seen = []

        def ask(erp, token):
            form = f"token={token}&formato=json".encode()
            return json.load(urllib.request.urlopen(f"{erp.api}info.php", data=form))["retorno"]

        def test_one(fake_erp):
            seen.append(fake_erp.api)
            assert ask(fake_erp, fake_erp.account("loja", moods=False).token)["status"] == "OK"

        def test_another(fake_erp):
            # Nothing is left of the account of the test before.
            assert ask(fake_erp, fake_erp.account("loja", moods=False, seed=2).token)["status"] == "OK"
            assert len(fake_erp.ask("GET", "worlds")) == 1
        """
    )
    # A process of its own: the plugin must be found as an installed one.
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    done.assert_outcomes(passed=2)


def test_the_fixture_is_listed_with_what_it_gives(pytester: pytest.Pytester):
    shown = pytester.runpytest_subprocess("--fixtures")
    shown.stdout.fnmatch_lines(["fake_erp*", "*A fake ERP of this test's own*"])


class _ByName(AbstractResolver):
    """Every name is this machine, as an entry of the hosts file would have it."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> Any:
        found = {"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}
        return [found]

    async def close(self) -> None:
        pass


def certificate(folder: Path, password: bytes | None = None) -> tuple[Path, Path]:
    """A certificate for `NAME` that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    packed = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, packed))
    return paths


def started(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "fake_erp", "serve", "--port", "0", "--door-port", "0", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


async def test_a_client_with_a_fixed_https_address_reaches_it_by_name(tmp_path: Path):
    cert, key = certificate(tmp_path)
    process = started("--tls-cert", str(cert), "--tls-key", str(key), "--world", "loja")
    assert process.stdout is not None
    try:
        ready = await asyncio.to_thread(process.stdout.readline)
        port = re.search(r"api https://127\.0\.0\.1:(\d+)/", ready)
        assert port, ready
        connector = aiohttp.TCPConnector(resolver=_ByName(), ssl=ssl.create_default_context(cafile=str(cert)))
        address = f"https://{NAME}:{port[1]}/api2/info.php"
        form = {"formato": "json"}
        async with aiohttp.ClientSession(connector=connector) as session, session.post(address, data=form) as answer:
            assert orjson.loads(await answer.read())["retorno"]["status"] == "Erro"
    finally:
        process.terminate()
        said = process.communicate(timeout=5)[1]
    assert said == ""


def test_what_is_no_certificate_is_one_line_that_says_what_to_do(tmp_path: Path):
    cert, key = certificate(tmp_path, b"secret")
    for options, hint in (
        (["--tls-cert", str(cert)], "--tls-cert and --tls-key belong together"),
        (["--tls-cert", str(tmp_path / "no.pem"), "--tls-key", str(key)], "--tls-cert: there is no file"),
        (["--tls-cert", str(cert), "--tls-key", str(key)], "the key without a password"),
        (["--tls-cert", str(key), "--tls-key", str(cert)], "no certificate and its key"),
    ):
        process = started(*options)
        said = process.communicate(timeout=20)[1]
        assert (process.returncode, hint in said, said.count("\n")) == (1, True, 1), said
