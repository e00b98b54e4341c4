"""A CSV file as rows with line numbers: gzip or plain, from a file or a pipe, broken rows included as such."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from casectl.model.problems import CasectlError, InvalidFiles, Problem

_GZIP = b"\x1f\x8b"

Cells = list[str] | str
"""A row's cells, or why it is none."""


def open_table(file: BinaryIO) -> io.TextIOWrapper:
    """The text of a CSV file, unpacked when it is gzip (by its first bytes). Bytes that are no UTF-8 become
    surrogates, so that only their rows are refused."""
    buffered = io.BufferedReader(cast(io.RawIOBase, file))
    packed = buffered.peek(2)[:2] == _GZIP
    plain = gzip.GzipFile(fileobj=buffered) if packed else buffered
    return io.TextIOWrapper(plain, encoding="utf-8-sig", errors="surrogateescape", newline="")


def rows_of(table: io.TextIOBase, path: str, delimiter: str) -> Iterator[tuple[int, Cells]]:
    """Each row with the line that it begins on; blank lines are skipped.

    Raises `CasectlError` when the file itself breaks off.
    """
    reader = csv.reader(table, delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, str(error)
        except (OSError, EOFError, zlib.error) as error:
            raise CasectlError(f"{path}: cannot be read to its end: {error}", "nothing was imported") from error
        else:
            if cells:
                yield line, cells


def read_header(rows: Iterator[tuple[int, Cells]], path: str) -> list[str]:
    """The table's column names. Raises `InvalidFiles` when it has none, or one of them twice."""
    line, header = next(rows, (0, ""))
    if isinstance(header, str):
        hint = "its first row must name the columns"
        raise InvalidFiles([Problem(path, line, f"not a table: {header or 'the file is empty'}", hint)])
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InvalidFiles([Problem(path, line, f"two columns are named '{name}'") for name in twice])
    return header
