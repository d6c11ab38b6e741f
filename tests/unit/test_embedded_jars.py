"""Fetching jars from a repository of this test's own: three tiny files over real HTTP."""

import hashlib
import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import trustme

from profilegraph.config import load_settings
from profilegraph.embedded import downloads
from profilegraph.embedded.jars import fetch
from profilegraph.embedded.progress import SILENT
from profilegraph.embedded.registry import Jar, neo4j_version, read_registry
from profilegraph.errors import (
    EmbeddedDiskFull,
    EmbeddedJarAltered,
    EmbeddedJarsUnreachable,
    EmbeddedServerError,
    InvalidConfiguration,
)

CONTENTS = {f"org/example/{name}/1/{name}-1.jar": name.encode() * 5_000 for name in "abc"}
JARS = tuple(
    Jar(path, f"sha256:{hashlib.sha256(content).hexdigest()}", len(content))
    for path, content in CONTENTS.items()
)


NAMES_OF_CERTIFICATES = (
    "PROFILEGRAPH_CERTIFICATES",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "PIP_CERT",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)


@dataclass
class Repository:
    base: str
    served: list[str] = field(default_factory=list)
    broken_off: set[str] = field(default_factory=set)
    altered: set[str] = field(default_factory=set)


class Handler(BaseHTTPRequestHandler):
    repository: Repository

    def do_GET(self) -> None:
        path = self.path.removeprefix("/maven/")
        self.repository.served.append(path)
        content = CONTENTS[path]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if path in self.repository.broken_off:
            self.wfile.write(content[:100])
        elif path in self.repository.altered:
            self.wfile.write(content.swapcase())
        else:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep the test's output free of requests."""


@pytest.fixture
def authority() -> trustme.CA:
    """Return an authority that no system knows, as a company's proxy has one."""
    return trustme.CA()


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setattr(downloads, "RETRIES", 0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with closing(server.socket):
        Handler.repository = Repository(f"http://127.0.0.1:{server.server_port}/maven")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Handler.repository
        server.shutdown()
        thread.join()


class Heard:
    """A progress that remembers what it was told."""

    def __init__(self) -> None:
        self.promised = (0, 0)
        self.sizes: list[int] = []

    def fetching(self, jars: int, size: int) -> None:
        self.promised = (jars, size)

    def fetched(self, size: int) -> None:
        self.sizes.append(size)

    def starting(self) -> None:
        raise AssertionError

    def finished(self) -> None:
        raise AssertionError


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_jars_come_whole_and_are_fetched_once(repository: Repository, tmp_path: Path) -> None:
    fetch(JARS, tmp_path, repository.base, SILENT)
    assert files(tmp_path) == CONTENTS
    fetch(JARS, tmp_path, repository.base, SILENT)
    assert sorted(repository.served) == sorted(CONTENTS)


def test_progress_is_told_of_every_jar_and_byte(repository: Repository, tmp_path: Path) -> None:
    heard = Heard()
    fetch(JARS, tmp_path, repository.base + "/", heard)
    assert heard.promised == (3, 15_000)
    assert heard.sizes == [5_000] * 3


def test_a_broken_off_jar_is_not_there_and_comes_at_the_next_try(
    repository: Repository, tmp_path: Path
) -> None:
    broken = JARS[1].path
    repository.broken_off.add(broken)
    with pytest.raises(EmbeddedServerError):
        fetch(JARS, tmp_path, repository.base, SILENT)
    assert not (tmp_path / broken).exists()
    repository.broken_off.clear()
    fetch(JARS, tmp_path, repository.base, SILENT)
    assert files(tmp_path) == CONTENTS


def test_a_broken_off_jar_is_asked_for_again(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "RETRIES", 1)
    repository.broken_off.add(JARS[0].path)
    with pytest.raises(EmbeddedServerError):
        fetch(JARS, tmp_path, repository.base, SILENT)
    assert repository.served.count(JARS[0].path) == 2


def test_a_jar_that_differs_from_its_checksum_is_refused(
    repository: Repository, tmp_path: Path
) -> None:
    repository.altered.add(JARS[2].path)
    with pytest.raises(EmbeddedJarAltered, match=r"c-1\.jar") as refused:
        fetch(JARS, tmp_path, repository.base, SILENT)
    assert not (tmp_path / JARS[2].path).exists()
    assert "PROFILEGRAPH_MAVEN_MIRROR" in refused.value.hint


def test_a_jar_that_was_damaged_on_disk_is_replaced(repository: Repository, tmp_path: Path) -> None:
    fetch(JARS, tmp_path, repository.base, SILENT)
    damaged = tmp_path / JARS[0].path
    damaged.write_bytes(damaged.read_bytes().swapcase())
    fetch(JARS, tmp_path, repository.base, SILENT)
    assert files(tmp_path) == CONTENTS


def test_no_network_and_no_jars_says_what_to_do(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedJarsUnreachable) as failed:
        fetch(JARS, tmp_path, "http://127.0.0.1:1/maven", SILENT)
    assert failed.value.code == "EMBEDDED_JARS_UNREACHABLE"
    assert "PROFILEGRAPH_MAVEN_MIRROR" in failed.value.hint
    assert failed.value.where == "http://127.0.0.1:1/maven"


def test_jars_that_are_here_need_no_network(repository: Repository, tmp_path: Path) -> None:
    fetch(JARS, tmp_path, repository.base, SILENT)
    fetch(JARS, tmp_path, "http://127.0.0.1:1/maven", SILENT)


@pytest.fixture
def behind_a_certificate(repository: Repository, authority: trustme.CA) -> Iterator[Repository]:
    """The same jars by HTTPS, with a certificate of that authority."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    # The handshake belongs into the thread of its connection: one that fails must not end the rest.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    with closing(server.socket):
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Repository(f"https://127.0.0.1:{server.server_port}/maven")
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "PROFILEGRAPH_CERTIFICATES", "PIP_CERT"])
def test_a_certificate_that_the_system_or_a_setting_trusts_is_taken(
    behind_a_certificate: Repository,
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    for name in NAMES_OF_CERTIFICATES:
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv(variable, str(file))
    fetch(JARS, tmp_path / "jars", behind_a_certificate.base, SILENT, trust=load_settings().trust())
    assert files(tmp_path / "jars") == CONTENTS


def test_a_certificate_that_nobody_trusts_is_refused_and_the_setting_named(
    behind_a_certificate: Repository, tmp_path: Path
) -> None:
    with pytest.raises(EmbeddedJarsUnreachable, match="certificate verify failed") as refused:
        fetch(JARS, tmp_path, behind_a_certificate.base, SILENT)
    assert "PROFILEGRAPH_CERTIFICATES" in refused.value.hint
    assert files(tmp_path) == {}


def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match=str(tmp_path / "none.pem")):
        load_settings(certificates=tmp_path / "none.pem").trust()


def test_jars_are_not_begun_when_the_disk_cannot_hold_them(
    repository: Repository, tmp_path: Path
) -> None:
    with pytest.raises(EmbeddedDiskFull, match="1 MB are free"):
        fetch(JARS, tmp_path, repository.base, SILENT, free=1 << 20)
    assert repository.served == []


def test_a_cache_that_cannot_be_written_is_named(repository: Repository, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(EmbeddedServerError) as failed:
        fetch(JARS, blocked / "jars", repository.base, SILENT)
    assert "PROFILEGRAPH_CACHE" in failed.value.hint


def test_the_committed_list_names_neo4j_and_a_checksum_for_each_jar() -> None:
    jars = read_registry()
    assert neo4j_version(jars) == "2026.08.1"
    assert len({jar.path for jar in jars}) == len(jars) == 237
    assert all(len(jar.checksum) == len("sha256:") + 64 and jar.size > 0 for jar in jars)
