"""Writes a result as a page."""

from __future__ import annotations

import os
from pathlib import Path

from framework.errors import StageError
from framework.outputs import final_folder
from framework.stages import Renderer, Runtime
from framework.types import FrameBatch, RunResult

from .config import Film, ViewerConfig
from .data import packed
from .page import FilmSource, write_page

_UP = 2
"""Further up than so many folders is no neighbourhood: its names stay out of the page."""
_LARGE_BYTES = 500_000_000
"""Browsers refuse pages of about a gigabyte."""


class ViewerRenderer(Renderer):
    """Writes ``<target>_pose3d.html``. The film is not decoded: the browser plays the file."""

    wants_frames = False

    def __init__(self, config: ViewerConfig, runtime: Runtime) -> None:
        self._config = config
        self._path: Path | None = None

    def open(self, result: RunResult, target: Path) -> None:
        """Write the page; see `framework.stages.Renderer`.

        Raises:
            StageError: the film cannot be read, or is too large to be inside a page.
        """
        self.notes = ()
        self._path = target.with_name(f"{target.name}_pose3d.html")
        write_page(self._path, packed(result), self._film(result, final_folder(target)))

    def draw(self, frames: FrameBatch) -> None:
        """Do nothing: the page shows the film itself."""

    def close(self) -> Path | None:
        """Return the path of the page."""
        path, self._path = self._path, None
        return path

    def _film(self, result: RunResult, folder: Path) -> FilmSource:
        """What the page has to know of the film."""
        video = result.video
        name = video.path.name
        if self._config.film is Film.none or not video.has_frames or video.pictures:
            return FilmSource(name=name)
        if self._config.film is Film.beside:
            return FilmSource(name=name, addresses=_addresses(video.path, folder))
        try:
            if video.path.stat().st_size > _LARGE_BYTES:
                raise StageError(
                    f"{str(video.path)!r} is too large to be inside a page",
                    "Use renderer.film=beside, or a smaller copy of the film.",
                )
            return FilmSource(name=name, content=video.path.read_bytes())
        except OSError as error:
            raise StageError(
                f"the film {str(video.path)!r} cannot be read: {error.strerror}",
                "Use renderer.film=beside.",
            ) from error


def _addresses(film: Path, folder: Path) -> tuple[str, ...]:
    """Where the page looks for its film: in its own folder, then where it was near by."""
    if not film.is_file():
        return (film.name,)
    way = Path(os.path.relpath(film.resolve(), folder.resolve())).as_posix()
    is_near = not way.startswith("../" * (_UP + 1)) and not Path(way).is_absolute()
    return tuple(dict.fromkeys([film.name, *([way] if is_near else [])]))
