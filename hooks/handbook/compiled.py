"""Templates as they were compiled before: to compile them takes longer than to write a page."""

from __future__ import annotations

from pathlib import Path as FilePath

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from handbook import store
from handbook.source import read_plain


class Compiled(BytecodeCache):
    """Compiled templates in a store; those of one environment, which `purpose` names.

    Each file begins with a digest of all that it depends on and of itself: a damaged one, or one
    that another version wrote, is not looked at.
    """

    def __init__(self, folder: FilePath, purpose: str) -> None:
        self.folder = folder
        self.purpose = purpose

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket, if there is something sound to fill it with."""
        try:
            content = read_plain(self._path(bucket), store.LARGEST)
        except OSError:
            return
        digest, code = content[:_LENGTH], content[_LENGTH:]
        if digest == self._digest(bucket, code):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a bucket holds."""
        code = bucket.bytecode_to_string()
        store.write_file(self._path(bucket), self._digest(bucket, code) + code)

    def _path(self, bucket: Bucket) -> FilePath:
        return self.folder / "templates" / f"{self.purpose}-{bucket.key}"

    def _digest(self, bucket: Bucket, code: bytes) -> bytes:
        return store.digest(store.code(), bucket.checksum, code.hex()).encode()


_LENGTH = len(store.digest())


def of(root: FilePath, purpose: str) -> Compiled | None:
    """The compiled templates of a project; none where it has no store."""
    folder = store.of(root)
    return Compiled(folder, purpose) if folder else None
