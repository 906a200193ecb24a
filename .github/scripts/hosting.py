"""Serves a built site as GitHub Pages does, on this machine: to look at it before it is published.

The site lies below a path of its host, as that of a project does: what is not below it is not the
site's. A folder without its slash is sent to the one with it, `x` is also `x.html`, an address that
is not there gets `404.html` with that status, however deep it is, and texts are packed. What begins
with a dot is not uploaded, and so not served.

Usage: `hosting.py SITE [ADDRESS]`, as in `hosting.py site https://example.org/course/`. It runs
until it is stopped, and says where.
"""

from __future__ import annotations

import contextlib
import gzip
import http.server
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ics": "text/calendar",
    ".js": "application/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
"""What a file is, by its ending; anything else is bytes to be saved."""
PACKED = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")


@dataclass(frozen=True)
class Answer:
    """What the host says to one request."""

    status: HTTPStatus
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def answer(site: Path, base: str, target: str, *, packs: bool = False) -> Answer:
    """What the host says of a path with its query: `/course/cases/?kind=visit`.

    `base` is the path that the site lies below, `/course/`; `packs` where the reader takes gzip.
    """
    path, mark, query = target.partition("?")
    if f"{path}/" == base:
        return _elsewhere(f"{base}{mark}{query}")
    if not path.startswith(base):
        return Answer(HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain"}, b"Another site.\n")
    name = unquote(path.removeprefix(base))
    file = site / name
    if not any(part.startswith(".") for part in name.split("/")) and "\0" not in name:
        if name.endswith("/") or not name:
            file = file / "index.html"
        elif not file.is_file() and (page := site / f"{name}.html").is_file():
            file = page
        elif file.is_dir():
            return _elsewhere(f"{path}/{mark}{query}")
        if file.is_file():
            return _file(HTTPStatus.OK, file, packs=packs)
    missing = site / "404.html"
    if missing.is_file():
        return _file(HTTPStatus.NOT_FOUND, missing, packs=packs)
    return Answer(HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain"}, b"Not found.\n")


def _elsewhere(target: str) -> Answer:
    return Answer(HTTPStatus.MOVED_PERMANENTLY, {"Location": quote(unquote(target), safe="/?=&")})


def _file(status: HTTPStatus, file: Path, *, packs: bool) -> Answer:
    kind = TYPES.get(file.suffix, "application/octet-stream")
    headers = {"Content-Type": kind, "Cache-Control": "max-age=600", "Vary": "Accept-Encoding"}
    body = file.read_bytes()
    if packs and kind.startswith(PACKED):
        return Answer(status, headers | {"Content-Encoding": "gzip"}, gzip.compress(body, mtime=0))
    return Answer(status, headers, body)


@contextlib.contextmanager
def hosted(site: Path, address: str, port: int = 0) -> Iterator[str]:
    """Serve a site below the path of its address; the value is where it is on this machine."""
    base = urlsplit(address).path or "/"

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer leaves as a whole
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            said = answer(
                site, base, self.path, packs="gzip" in self.headers.get("Accept-Encoding", "")
            )
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{base}"
        server.shutdown()


def main(site: Path, address: str) -> None:
    """Serve until the keyboard says stop."""
    with hosted(site, address, port=8000) as here, contextlib.suppress(KeyboardInterrupt):
        print(here)
        threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "/")  # noqa: PLR2004
