"""Uploads that are never written to a disk, and of which no more is held than was agreed."""

from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

# Bytes. One file, all files of one form, and a request that nobody sends who wants to tell us something.
MOST_OF_ONE = 10 * 1024 * 1024
MOST_TOGETHER = 5 * MOST_OF_ONE
_PATIENCE = 2 * MOST_TOGETHER


class HeldInMemory(FileUploadHandler):
    """Holds files in memory alone. What is too big is let go of; its `size` still says how big it was."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._held, self._all_held = BytesIO(), 0

    def handle_raw_input(  # type: ignore[override]
        self, input_data: Any, META: Any, content_length: int, boundary: bytes, encoding: str | None = None
    ) -> None:
        if content_length > _PATIENCE:
            raise RequestDataTooBig

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._held = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        fits = start + len(raw_data) <= MOST_OF_ONE and self._all_held + len(raw_data) <= MOST_TOGETHER
        # A file with a piece missing is no file: it has to be held from its start.
        if fits and self._held.tell() == start:
            self._held.write(raw_data)
            self._all_held += len(raw_data)
        elif self._held.tell():
            self._all_held -= self._held.tell()
            self._held = BytesIO()

    def file_complete(self, file_size: int) -> UploadedFile:
        self._held.seek(0)
        of = (self.field_name, self.file_name, self.content_type, file_size, self.charset, self.content_type_extra)
        return InMemoryUploadedFile(self._held, *of)


def hold_in_memory(request: HttpRequest) -> None:
    """Let no file of this request touch a disk. Has to come before anything of the form is read."""
    request.upload_handlers = [HeldInMemory(request)]
