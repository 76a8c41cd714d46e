"""Refusing a file that is too big while it is still on its way, before it is anywhere in memory or on disk."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from families.importing.sheets import MAX_BYTES

_ENVELOPE = 100_000  # bytes that a form needs round its file


class SizeLimit(FileUploadHandler):
    """Stands before the other handlers and lets nothing through to them once the file is too big.

    The rest of the request is read and thrown away piece by piece, so that the browser gets its answer.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.too_big = False
        self.seen = 0

    def handle_raw_input(  # type: ignore[override]
        self,
        input_data: Any,
        META: Any,
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> None:
        self.too_big = content_length > MAX_BYTES + _ENVELOPE

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.seen += len(raw_data)
        self.too_big = self.too_big or self.seen > MAX_BYTES
        if self.too_big:
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
