"""Asks whether the handbook's links still lead somewhere, politely and carefully.

It reads what `handbook due --format json` prints, and writes what `handbook due --links` reads:
each address with its state. `there` answered; `dead` is gone for certain (404, 410, or no such
host); `unseen` may be well: the host lets no program in, asks it to wait, or does not answer.

Politely: one request at a time to a host and a pause after each, HEAD before GET, no text is read,
the User-Agent says who asks, and a host that does not answer is not asked again. A DOI counts as
there when doi.org knows where it leads; the publisher is not asked.

Carefully: the addresses are written by contributors. Only public hosts are asked, and the very
address that was looked at is the one that is asked, at each redirect again.

Usage: `links.py FILE`. Exit status: 0 done; 1 no host was found at all: there is no network.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, Retry, Timeout
from urllib3.exceptions import HTTPError, MaxRetryError, SSLError
from urllib3.exceptions import TimeoutError as TooSlowError

TIMEOUT = Timeout(connect=10, read=20)
"""Seconds."""
RETRIES = Retry(total=2, connect=1, read=1, redirect=0, status=0, other=0, backoff_factor=1)
"""A connection that breaks is tried once more; what a host answers is its answer."""
PAUSE = 1.0
"""Seconds between two requests to one host."""
HOSTS = 8
"""Hosts that are asked at the same time."""
REDIRECTS = 5
RESOLVER = "doi.org"
"""Answers with a redirect where a DOI is known, and with 404 where it is not."""

PLATFORM = ipaddress.ip_address("168.63.129.16")
"""Looks public, and is where Azure's machines, on which GitHub's workflows run, are governed."""

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
    if not all(one.is_global and not one.is_multicast and one != PLATFORM for one in addresses):
        raise NotAskedError("its address is not public")
    ours = next((str(one) for one in addresses if one.version == 4), "")  # noqa: PLR2004 - IPv4
    if not ours:
        raise NotAskedError("it has no IPv4 address")
    return ours


def answers(urls: Iterable[str], resolve: Resolve = public, pause: float = PAUSE) -> list[Answer]:
    """What comes of asking for some addresses, in their order; several hosts at a time."""
    urls = list(urls)
    by_host: dict[str, list[str]] = {}
    for url in urls:
        by_host.setdefault(_host(url), []).append(url)
    with ThreadPoolExecutor(HOSTS) as pool:
        asked = pool.map(lambda one: _of_host(one[0], one[1], resolve, pause), by_host.items())
        found = {answer.url: answer for some in asked for answer in some}
    return [found[url] for url in urls]


def _host(url: str) -> str:
    """The host and port of an address; empty where it is none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def _of_host(host: str, urls: list[str], resolve: Resolve, pause: float) -> list[Answer]:
    """The answers of one host, one after the other, as long as it gives any."""
    found: list[Answer] = []
    silent: NoAnswerError | None = None
    for url in urls:
        try:
            if silent:
                raise silent
            found.append(_answer(url, resolve, pause))
        except NoAnswerError as error:
            found.append(Answer(url, error.state, error.why))
            silent = error if error.host == host else None
    return found


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
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NotAskedError("it is no address on the web")
        try:
            response = _response(method, parts, resolve)
        except NotAskedError:
            raise
        except (HTTPError, OSError) as error:
            raise NoAnswerError(parts.netloc.lower(), *_silence(error)) from error
        finally:
            time.sleep(pause)
        status, target = response.status, response.headers.get("Location")
        response.close()  # with all that it may still want to say
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise NoAnswerError(parts.netloc.lower(), "unseen", _words(status))
        is_redirect = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST and target
        if not is_redirect or parts.hostname == RESOLVER:
            return status
        url = urljoin(url, target)
    raise NotAskedError("too many redirects")


def _response(method: str, parts: SplitResult, resolve: Resolve) -> BaseHTTPResponse:
    """What one host answers; nothing of the text is read."""
    host = (parts.hostname or "").encode("idna").decode()
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = resolve(host, port)
    pool = (
        HTTPSConnectionPool(address, port, server_hostname=host)
        if secure
        else HTTPConnectionPool(address, port)
    )
    path = quote(parts.path or "/", safe=_AS_IT_IS)
    query = quote(parts.query, safe=_AS_IT_IS + "?")
    with pool:
        return pool.urlopen(
            method,
            f"{path}?{query}" if query else path,
            headers={
                "Host": f"{host}:{parts.port}" if parts.port else host,
                "User-Agent": user_agent(),
                "Accept": "*/*",
            },
            redirect=False,
            retries=RETRIES,
            timeout=TIMEOUT,
            preload_content=False,
        )


_AS_IT_IS = "/%:@!$&'()*+,;=~"
"""Signs that may stand in a path (RFC 3986, 3.3), and in what is written with % already."""


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
    cause = (error.reason or error) if isinstance(error, MaxRetryError) else error
    if isinstance(cause, socket.gaierror):
        gone = cause.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", None))
        return ("dead", NO_HOST) if gone else ("unseen", "its name could not be looked up")
    if isinstance(cause, SSLError):
        return "unseen", "its certificate is not trusted"
    if isinstance(cause, TooSlowError | TimeoutError):
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
