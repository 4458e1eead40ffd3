"""HDF5 files: which tool wrote one. h5py is imported here and nowhere else."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from framework.errors import BackendError
from framework.npz import MAX_BYTES

from . import deeplabcut, sleap
from .parsed import ParsedKeypoints

_MARK = b"\x89HDF\r\n\x1a\n"


def is_hdf5(head: bytes) -> bool:
    """Whether a file begins like HDF5."""
    return head.startswith(_MARK)


def of_hdf5(path: Path) -> ParsedKeypoints:
    """Parse an HDF5 file of DeepLabCut or SLEAP.

    Raises:
        BackendError: h5py is not installed.
        ValueError, KeyError, TypeError, OSError: it is damaged or of another tool.
    """
    with path.open("rb") as begin:
        if not is_hdf5(begin.read(len(_MARK))):
            raise ValueError("it does not begin like an HDF5 file")
    if find_spec("h5py") is None:
        raise BackendError(
            f"'{path}' is an HDF5 file (SLEAP or DeepLabCut), and h5py is not installed",
            "Install it: pip install 'framework[keypoints]'. Or export the keypoints as CSV.",
        )
    import h5py

    with h5py.File(path, "r") as file:
        _check_size(file)
        if sleap.is_analysis(file):
            return sleap.of_analysis(file)
        if sleap.is_project(file):
            return sleap.of_project(file)
        # DeepLabCut calls the group df_with_missing; others who use pandas call it as they like.
        for group in file.values():
            if isinstance(group, h5py.Group) and b"frame" in _kind(group):
                return deeplabcut.of_hdf5(group)
        keys = ", ".join(list(file)[:6])
    raise ValueError(f"its contents ({keys}) are not those of DeepLabCut or SLEAP")


def _kind(group: Any) -> bytes:
    """What pandas writes beside a table: ``frame`` or ``frame_table``."""
    kind = group.attrs.get("pandas_type", b"")
    return kind if isinstance(kind, bytes) else str(kind).encode()


def _check_size(file: Any) -> None:
    """Raise ValueError when the arrays of a file would unpack to more than `MAX_BYTES`."""
    sizes: list[int] = []
    file.visititems(lambda _, item: sizes.append(int(getattr(item, "nbytes", 0))))
    if sum(sizes) > MAX_BYTES:
        raise ValueError(f"it would unpack to {sum(sizes):,} bytes")
