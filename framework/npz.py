"""Reads untrusted archives of arrays: sizes are checked before anything is unpacked.

Object arrays are pickles; they are read as data by `framework.unpickle`, never executed.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, Literal

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from framework.unpickle import unpickle

MAX_BYTES = 1 << 30
"""The most that an archive may unpack to."""


def read_objects(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an npz, object arrays included.

    Args:
        path: the archive.

    Returns:
        Arrays by key. Objects in them are containers, text, numbers and arrays.

    Raises:
        ValueError, zipfile.BadZipFile and others: see `framework.results.BROKEN`.
    """
    arrays: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(path) as archive:
        check_size(archive)
        for member in archive.infolist():
            key = member.filename.removesuffix(".npy")
            with archive.open(member) as file:
                arrays[key] = _read(key, file, member.file_size)
    return arrays


def check_size(archive: zipfile.ZipFile) -> None:
    """Raise ValueError when an archive would unpack to more than `MAX_BYTES`."""
    declared = sum(member.file_size for member in archive.infolist())
    if declared > MAX_BYTES:
        raise ValueError(f"it would unpack to {declared:,} bytes")


def _read(key: str, file: IO[bytes], size: int) -> NDArray[Any]:
    dtype, shape, by_columns = read_header(key, file)
    if dtype.hasobject:
        value = unpickle(file.read())
        if not isinstance(value, np.ndarray) or value.dtype != object or value.shape != shape:
            raise ValueError(f"{key} does not hold the objects that it declares")
        return value
    # What is left of the member after its header is the data.
    check_length(key, dtype, shape, size - file.tell())
    order: Literal["C", "F"] = "F" if by_columns else "C"
    array: NDArray[Any] = np.ndarray(shape, dtype, file.read(), order=order)
    return array.astype(dtype.newbyteorder("="))


def read_header(key: str, file: IO[bytes]) -> tuple[np.dtype[Any], tuple[int, ...], bool]:
    """Dtype, shape and column-first order that a member of an npz declares.

    Raises:
        ValueError: it is no npy.
    """
    version = npy.read_magic(file)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"{key} is of an unknown npy version {version}")
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    try:
        shape, by_columns, dtype = read(file)
    except (TokenError, SyntaxError) as error:
        raise ValueError(f"the header of {key} is damaged") from error
    return dtype, shape, by_columns


def check_length(key: str, dtype: np.dtype[Any], shape: tuple[int, ...], length: int) -> None:
    """Raise ValueError unless an array accounts for all its bytes."""
    count = 1
    for side in shape:  # not np.prod, which overflows silently
        count *= side
    if count * dtype.itemsize != length:
        raise ValueError(f"{key} does not hold the {count:,} values that it declares")
