"""Asks whether the handbook's links still lead somewhere, politely and carefully.

It reads what `handbook due --format json` prints, and writes what `handbook due --links` reads:
each address with its state. `there` answered; `dead` is gone for certain (404, 410, or no such
host); `unseen` may be well: the host lets no program in, asks it to wait, or does not answer.

Politely: one request at a time to a host and a pause after each, HEAD before GET, no text is read,
the User-Agent says who asks, and a host that does not answer is not asked again. A DOI counts as
there when doi.org knows where it leads; the publisher is not asked.

Carefully: the addresses are written by contributors. Only public hosts are asked, and the very
address that was looked at is the one that is asked, at each redirect again. No host keeps this
waiting: for an answer with all its headers there is a fixed time, however slowly it drips.

Usage: `links.py FILE`. Exit status: 0 done; 1 no host was found at all: there is no network.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, quote, urljoin, urlsplit

TIME = 20.0
"""Seconds for a connection, and as many for the answer."""
PAUSE = 1.0
"""Seconds between two requests to one host."""
HOSTS = 8
"""Hosts that are asked at the same time."""
MOST = 250
"""Addresses that one host is asked for."""
REDIRECTS = 5
RESOLVER = "doi.org"
"""Answers with a redirect where a DOI is known, and with 404 where it is not."""

NOT_PUBLIC = (
    ipaddress.ip_network("168.63.129.16/32"),
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),
)
"""Look public. From the first, Azure's machines, on which GitHub's workflows run, are governed;
the others are for protocols (RFC 6890, RFC 7526), and Python knows that only from 3.13 on."""

Resolve: TypeAlias = Callable[[str, int], str]
"""From a host and a port to the address that may be asked; an OSError where there is none."""
State: TypeAlias = Literal["there", "dead", "unseen"]


@dataclass(frozen=True)
class Answer:
    """What came of asking for an address, and why."""

    url: str
    state: State
    why: str


class NotAskedError(OSError):
    """This address is not asked."""


class NoAnswerError(Exception):
    """A host that was not found, or did not answer, or wants to be left alone."""

    def __init__(self, host: str, state: State, why: str) -> None:
        super().__init__(why)
        self.host, self.state, self.why = host, state, why


def public(host: str, port: int) -> str:
    """The IPv4 address of a host; a NotAskedError where it has none, or one that is not public."""
    found = {entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    addresses = [ipaddress.ip_address(one) for one in sorted(map(str, found))]
    if not all(map(_is_public, addresses)):
        raise NotAskedError("its address is not public")
    ours = next((str(one) for one in addresses if one.version == 4), "")  # noqa: PLR2004 - IPv4
    if not ours:
        raise NotAskedError("it has no IPv4 address")
    return ours


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address can be that of a host which everybody reaches."""
    inside = getattr(address, "ipv4_mapped", None) or address
    hidden = inside.is_multicast or inside.is_reserved
    return inside.is_global and not hidden and not any(inside in one for one in NOT_PUBLIC)


def answers(urls: Iterable[str], resolve: Resolve = public, pause: float = PAUSE) -> list[Answer]:
    """What comes of asking for some addresses, in their order; several hosts at a time."""
    urls = list(urls)
    by_host: dict[str, list[str]] = {}
    for url in urls:
        by_host.setdefault(_host_of(url), []).append(url)
    with ThreadPoolExecutor(HOSTS) as pool:
        asked = pool.map(lambda one: _of_host(one[0], one[1], resolve, pause), by_host.items())
        found = {answer.url: answer for some in asked for answer in some}
    return [found[url] for url in urls]


def _host_of(url: str) -> str:
    """The host of an address; empty where it is none."""
    try:
        return _host(urlsplit(url))
    except ValueError:
        return ""


def _host(parts: SplitResult) -> str:
    """A host by its one name: with no port, nobody's name before it, and no point at its end."""
    return (parts.hostname or "").removesuffix(".")


def _of_host(host: str, urls: list[str], resolve: Resolve, pause: float) -> list[Answer]:
    """The answers of one host, one after the other, as long as it gives any."""
    found: list[Answer] = []
    silent: NoAnswerError | None = None
    for url in urls[:MOST]:
        try:
            if silent:
                raise silent
            found.append(_answer(url, resolve, pause))
        except NoAnswerError as error:
            found.append(Answer(url, error.state, error.why))
            silent = error if error.host == host else None
    return found + [Answer(url, "unseen", "too many links to one host") for url in urls[MOST:]]


def _answer(url: str, resolve: Resolve, pause: float) -> Answer:
    try:
        status = _status("HEAD", url, resolve, pause)
        if status >= HTTPStatus.BAD_REQUEST:
            status = _status("GET", url, resolve, pause)  # some hosts know no HEAD
    except NotAskedError as error:
        return Answer(url, "unseen", str(error))
    except ValueError:
        return Answer(url, "unseen", "it is no address on the web")
    if status < HTTPStatus.BAD_REQUEST:
        return Answer(url, "there", _words(status))
    dead = status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
    return Answer(url, "dead" if dead else "unseen", _words(status))


def _status(method: str, url: str, resolve: Resolve, pause: float) -> int:
    """The status that an address answers with in the end, after some redirects."""
    for _ in range(REDIRECTS + 1):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not _host(parts):
            raise NotAskedError("it is no address on the web")
        try:
            status, target = _patiently(method, parts, resolve, pause)
        except NotAskedError:
            raise
        except (HTTPException, OSError) as error:
            raise NoAnswerError(_host(parts), *_silence(error)) from error
        finally:
            time.sleep(pause)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise NoAnswerError(_host(parts), "unseen", _words(status))
        is_redirect = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST and target
        if not is_redirect or _host(parts) == RESOLVER:
            return status
        url = urljoin(url, target)
    raise NotAskedError("too many redirects")


def _patiently(method: str, parts: SplitResult, resolve: Resolve, pause: float) -> tuple[int, str]:
    """The same as `_answered`; a connection that breaks is tried once more."""
    try:
        return _answered(method, parts, resolve)
    except (ConnectionError, HTTPException):
        time.sleep(pause)
        return _answered(method, parts, resolve)


def _answered(method: str, parts: SplitResult, resolve: Resolve) -> tuple[int, str]:
    """The status of one host's answer, and where it leads on; nothing of the text is read."""
    host = _host(parts).encode("idna").decode()
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    path, query = quote(parts.path or "/", safe=_AS_IT_IS), quote(parts.query, safe=_IN_A_QUERY)
    headers = {
        "Host": f"{host}:{parts.port}" if parts.port else host,
        "User-Agent": user_agent(),
        "Accept": "*/*",
    }
    with (
        socket.create_connection((resolve(host, port), port), TIME) as plain,
        _hung_up_in_time(plain),
        ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        if secure
        else plain as line,
    ):
        connection = HTTPConnection(host, port)
        connection.sock = line
        connection.request(method, f"{path}?{query}" if query else path, headers=headers)
        with connection.getresponse() as response:
            return response.status, response.headers.get("Location", "")


@contextmanager
def _hung_up_in_time(line: socket.socket) -> Iterator[None]:
    """Hang up when the time for an answer is over, whatever the host still says.

    A timeout of the socket begins anew with every byte. An answer cut short is a TimeoutError.
    """
    end = time.monotonic() + TIME
    with line.dup() as same:
        watch = threading.Timer(TIME, _hang_up, [same])
        watch.start()
        try:
            yield
        finally:
            watch.cancel()
            watch.join()
            if time.monotonic() >= end:
                raise TimeoutError


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):  # the host was quicker
        line.shutdown(socket.SHUT_RDWR)


_AS_IT_IS = "/%:@!$&'()*+,;=~"
"""Signs that may stand in a path (RFC 3986, 3.3), and in what is written with % already."""
_IN_A_QUERY = _AS_IT_IS + "?"


def user_agent() -> str:
    """Who asks, and where to complain."""
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    repository = os.environ.get("GITHUB_REPOSITORY")
    where = f"; +{server}/{repository}" if repository else ""
    return f"course-handbook-links/1 (looks once a week whether links still work{where})"


def _words(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    return f"{status} {known.get(status, '')}".strip()


NO_HOST = "no such host"


def _silence(error: Exception) -> tuple[State, str]:
    """What it means that a host gave no answer."""
    if isinstance(error, socket.gaierror):
        gone = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
        return ("dead", NO_HOST) if gone else ("unseen", "its name could not be looked up")
    if isinstance(error, ssl.SSLError):
        return "unseen", "its certificate is not trusted"
    if isinstance(error, TimeoutError):
        return "unseen", "no answer in time"
    return "unseen", "no connection"


def main() -> int:
    """Ask for all links, and print what came of it."""
    due = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = answers(link["url"] for link in due["links"])
    if found and all(answer.why == NO_HOST for answer in found):
        print("no host was found: there seems to be no network here", file=sys.stderr)
        return 1
    print(json.dumps([asdict(answer) for answer in found], ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
