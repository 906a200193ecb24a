"""Whether links still lead somewhere: asked of real hosts on this machine, under invented names."""

from __future__ import annotations

import http.server
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import links
import pytest
from conftest import ROOT, need
from links import Answer

SCRIPT = ROOT / ".github" / "scripts" / "links.py"


TALKERS = {
    "endless": (b"HTTP/1.1 404 Not Found\r\n\r\n", b"x" * 65536, 0),
    "busy": (b"HTTP/1.1 503 No\r\nRetry-After: 99999999\r\n\r\n", b"x" * 65536, 0),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0),
    "slow-headers": (b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.05),
}
"""What hosts say that come to no end: first, then again and again, and with which pauses."""


class Host(http.server.BaseHTTPRequestHandler):
    """Answers as hosts do: by the path. What was asked stands in `log`."""

    log: list[tuple[str, str, str, str]]
    together: list[int]

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        name = self.headers["Host"].partition(":")[0]
        self.log.append((self.command, name, self.path, self.headers["User-Agent"]))
        here = f"http://{self.headers['Host']}"
        head = self.command == "HEAD"
        match self.path.strip("/").split("/"):
            case ["status", number]:
                self.say(int(number))
            case ["no-head", number]:
                self.say(405 if head else int(number))
            case ["to", *rest]:
                self.say(302, f"{here}/{'/'.join(rest)}")
            case ["round"]:
                self.say(301, f"{here}/round")
            case ["to-host", other]:
                self.say(301, f"http://{other}/")
            case ["to-file"]:
                self.say(301, "file:///etc/passwd")
            case ["hang-up"]:
                self.connection.shutdown(socket.SHUT_RDWR)
            case ["endless"] if head:
                self.say(403)
            case [name] if name in TALKERS:
                self.talk(*TALKERS[name])
            case _:
                self.say(200)

    def say(self, status: int, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def talk(self, begin: bytes, more: bytes, pause: float) -> None:
        """Say things as long as anybody listens; at most for a minute."""
        self.wfile.write(begin)
        end = time.monotonic() + 60
        try:
            while time.monotonic() < end:
                self.wfile.write(more)
                time.sleep(pause)
        except OSError:
            self.log.append(("left", "", self.path, ""))

    def log_message(self, *words: object) -> None:
        """Say nothing."""


class Web:
    """Every name that ends in .example is a host on this machine; no other name is known."""

    def __init__(self, server: http.server.ThreadingHTTPServer, handler: type[Host]) -> None:
        self.port = server.server_port
        self.log = handler.log

    def resolve(self, host: str, port: int) -> str:
        if port != self.port or not host.endswith(".example"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return "127.0.0.1"

    def url(self, address: str) -> str:
        host, _, path = address.partition("/")
        return f"http://{host}.example:{self.port}/{path}"

    def asked(self, *addresses: str) -> list[tuple[str, str]]:
        found = links.answers(map(self.url, addresses), self.resolve, pause=0)
        assert [one.url for one in found] == [self.url(one) for one in addresses]
        return [(one.state, one.why) for one in found]

    def wait_for(self, request: tuple[str, str]) -> None:
        for _ in range(100):
            if request in self.requests:
                return
            time.sleep(0.1)
        pytest.fail(f"{request} never came")

    @property
    def requests(self) -> list[tuple[str, str]]:
        return [(method, path) for method, _, path, _ in self.log]


Serve = Callable[[type[Host]], Web]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers = []

    def start(kind: type[Host]) -> Web:
        handler = type("Logged", (kind,), {"log": []})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        servers.append(server)
        return Web(server, handler)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def web(serve: Serve) -> Web:
    return serve(Host)


@pytest.mark.parametrize(
    ("path", "state", "why"),
    [
        ("", "there", "200 OK"),
        ("to/status/204", "there", "204 No Content"),
        ("no-head/200", "there", "200 OK"),
        ("status/404", "dead", "404 Not Found"),
        ("status/410", "dead", "410 Gone"),
        ("to/to/status/404", "dead", "404 Not Found"),
        ("status/401", "unseen", "401 Unauthorized"),
        ("status/403", "unseen", "403 Forbidden"),
        ("status/429", "unseen", "429 Too Many Requests"),
        ("status/500", "unseen", "500 Internal Server Error"),
        ("status/503", "unseen", "503 Service Unavailable"),
        ("status/999", "unseen", "999"),
        ("round", "unseen", "too many redirects"),
        ("to-file", "unseen", "it is no address on the web"),
        ("hang-up", "unseen", "no connection"),
        ("to-host/gone.invalid", "dead", "no such host"),
    ],
)
def test_a_link_is_there_dead_or_could_not_be_looked_at(
    path: str, state: str, why: str, web: Web
) -> None:
    assert web.asked(f"a/{path}") == [(state, why)]


def test_head_comes_before_get_and_nothing_of_a_text_is_read(web: Web) -> None:
    assert web.asked("a/", "a/no-head/410") == [("there", "200 OK"), ("dead", "410 Gone")]
    assert web.requests == [("HEAD", "/"), ("HEAD", "/no-head/410"), ("GET", "/no-head/410")]
    web.log.clear()
    assert web.asked("a/endless") == [("dead", "404 Not Found")]
    web.wait_for(("left", "/endless"))
    assert web.requests == [("HEAD", "/endless"), ("GET", "/endless"), ("left", "/endless")]


@pytest.mark.parametrize("path", ["continue", "slow-headers"])
def test_a_host_that_never_comes_to_the_point_is_hung_up_on(
    path: str, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "TIME", 0.5)

    assert web.asked(f"a/{path}", "b/") == [("unseen", "no answer in time"), ("there", "200 OK")]
    assert web.requests.count(("HEAD", f"/{path}")) == 1
    web.wait_for(("left", f"/{path}"))


def test_a_host_that_shakes_hands_for_ever_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "TIME", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://a.example:{mute.getsockname()[1]}/"

        assert links.answers([url], lambda *_: "127.0.0.1", pause=0) == [
            Answer(url, "unseen", "no answer in time")
        ]


def test_who_asks_to_wait_long_is_not_waited_for(web: Web) -> None:
    assert web.asked("a/busy") == [("unseen", "503 Service Unavailable")]
    assert [method for method, _ in web.requests if method != "left"] == ["HEAD", "GET"]


def test_one_host_is_asked_for_so_many_addresses_and_no_more(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST", 2)
    left_out = ("unseen", "too many links to one host")
    names = ("a", "nobody@a", "A", "b")
    urls = [f"http://{name}.example:{web.port}/" for name in names]
    urls += [f"http://a.example.:{web.port}/"]
    found = links.answers(urls, web.resolve, pause=0)

    assert [(one.state, one.why) for one in found] == [
        ("there", "200 OK"),
        ("there", "200 OK"),
        left_out,
        ("there", "200 OK"),
        left_out,
    ]


def test_who_asks_says_so(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example")
    monkeypatch.setenv("GITHUB_REPOSITORY", "example/handbook")
    web.asked("a/")

    assert "+https://github.example/example/handbook)" in links.user_agent()
    assert web.log == [
        (
            "HEAD",
            "a.example",
            "/",
            links.user_agent(),
        )
    ]


def test_a_host_that_does_not_answer_or_asks_to_wait_is_left_alone(web: Web) -> None:
    silent = ("unseen", "no connection")
    waiting = ("unseen", "429 Too Many Requests")

    assert web.asked("a/", "a/hang-up", "a/1", "b/status/429", "b/1", "c/1") == [
        ("there", "200 OK"),
        silent,
        silent,
        waiting,
        waiting,
        ("there", "200 OK"),
    ]
    assert {path for _, path in web.requests} == {"/", "/hang-up", "/status/429", "/1"}
    assert [host for _, host, path, _ in web.log if path == "/1"] == ["c.example"]


def test_another_host_that_is_gone_is_not_this_ones_fault(web: Web) -> None:
    assert web.asked("a/to-host/gone.invalid", "a/") == [
        ("dead", "no such host"),
        ("there", "200 OK"),
    ]


class Slow(Host):
    """Takes a while, and knows how many requests were there at the same time."""

    now: dict[str, int]
    most: dict[str, int]

    def answer(self) -> None:
        name = self.headers["Host"]
        self.now[name] = self.now.get(name, 0) + 1
        self.now["all"] = self.now.get("all", 0) + 1
        for one in (name, "all"):
            self.most[one] = max(self.most.get(one, 0), self.now[one])
        time.sleep(0.2)
        self.now[name] -= 1
        self.now["all"] -= 1
        super().answer()


def test_a_host_is_asked_for_one_thing_at_a_time_and_several_hosts_at_once(serve: Serve) -> None:
    kind = type("Counting", (Slow,), {"now": {}, "most": {}})
    web = serve(kind)
    web.asked(*(f"{host}/{path}" for path in "12" for host in ("a", "b", "c")))

    assert kind.most.pop("all") > 1  # type: ignore[attr-defined]
    assert set(kind.most.values()) == {1}  # type: ignore[attr-defined]


def test_a_doi_is_there_where_its_resolver_knows_it(serve: Serve) -> None:
    web = serve(Host)

    def doi(host: str, port: int) -> str:
        return web.resolve("doi.example" if host == "doi.org" else host, port)

    urls = [
        f"http://doi.org:{web.port}/{path}" for path in ("to-host/publisher.example", "status/404")
    ]
    found = links.answers(urls, doi, pause=0)

    assert [(one.state, one.why) for one in found] == [
        ("there", "301 Moved Permanently"),
        ("dead", "404 Not Found"),
    ]


@pytest.mark.parametrize(
    "url", ["http://[.", "http://a.example:99999/", f"https://{'a' * 70}.example/", "https://."]
)
def test_what_is_no_address_stops_nothing(url: str, web: Web) -> None:
    found = links.answers([url, web.url("a/")], web.resolve, pause=0)

    assert [one.state for one in found] == ["unseen", "there"]


def test_signs_in_an_address_arrive_as_they_are_meant(web: Web) -> None:
    web.asked("a/å b/%20?q=ä&r=[1]")

    assert web.requests == [("HEAD", "/%C3%A5%20b/%20?q=%C3%A4&r=%5B1%5D")]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - it is refused
        "0x7f.1",
        "2130706433",
        "224.0.0.1",
        "240.0.0.1",
        "192.0.0.8",
        "192.0.0.171",
        "192.88.99.1",
        "198.18.0.1",
        "203.0.113.1",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1",
    ],
)
def test_no_private_address_is_asked(host: str) -> None:
    with pytest.raises(links.NotAskedError, match="its address is not public"):
        links.public(host, 80)


def test_public_addresses_are_asked_by_their_number() -> None:
    assert links.public("9.9.9.9", 443) == "9.9.9.9"
    with pytest.raises(links.NotAskedError, match="no IPv4"):
        links.public("2620:fe::fe", 443)


def test_the_program_asks_nothing_of_this_machine(web: Web, tmp_path: Path) -> None:
    urls = [f"http://127.0.0.1:{web.port}/", f"http://localhost:{web.port}/"]
    due = tmp_path / "due.json"
    due.write_text(json.dumps({"links": [{"url": url} for url in urls]}))

    done = subprocess.run(
        [sys.executable, SCRIPT, due], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [
        {"url": url, "state": "unseen", "why": "its address is not public"} for url in urls
    ]
    assert web.log == []


def test_without_a_network_nothing_is_called_dead(tmp_path: Path) -> None:
    due = tmp_path / "due.json"
    due.write_text(json.dumps({"links": [{"url": "https://nothing.invalid/"}]}))

    done = subprocess.run(
        [sys.executable, SCRIPT, due], capture_output=True, text=True, check=False
    )

    assert '"dead"' not in done.stdout  # whether the one who knows names says no, or is not there


# --- Certificates ----------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a host with a certificate for good.example, which this machine trusts."""
    openssl = need("openssl", "A certificate")
    made = tmp_path / "made.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30000"),
            *("-keyout", made.with_suffix(".key"), "-out", made, "-subj", "/CN=good.example"),
            *("-addext", "subjectAltName=DNS:good.example"),
        ],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, made.with_suffix(".key"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("S", (Host,), {"log": []}))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_certificate_is_of_the_name_that_was_asked(secure: int) -> None:
    urls = [f"https://{name}.example:{secure}/status/404" for name in ("good", "other")]

    assert links.answers(urls, lambda *_: "127.0.0.1", pause=0) == [
        Answer(urls[0], "dead", "404 Not Found"),
        Answer(urls[1], "unseen", "its certificate is not trusted"),
    ]
    del os.environ["SSL_CERT_FILE"]
    assert links.answers(urls[:1], lambda *_: "127.0.0.1", pause=0)[0].state == "unseen"
