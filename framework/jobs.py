"""Many inputs with one configuration: side by side, and one bad file does not stop the others."""

from __future__ import annotations

import glob
import logging
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf

from framework.errors import ConfigurationError, FrameworkError, InputError, StageError
from framework.outputs import result_names
from framework.pipeline import Pipeline
from framework.record import is_whole, plain
from framework.types import RunResult

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One input and what its results are called."""

    source: Path
    name: str


Outcome = RunResult | FrameworkError


def inputs(value: object) -> list[Path]:
    """Return the paths that ``input`` means: a path, a list of them, or a glob.

    Raises:
        ConfigurationError: nothing was given.
        InputError: a pattern matches nothing.
    """
    if isinstance(value, list | tuple | ListConfig):
        return [path for part in value for path in inputs(part)]
    text = "" if value is None else str(value)
    if not text:
        raise ConfigurationError("no input is given", "Say which video: input=clip.mp4")
    path = Path(text)
    if _exists(path) or not glob.has_magic(text):
        return [path]
    found = sorted(Path(match) for match in glob.glob(text, recursive=True))  # noqa: PTH207
    if not found:
        raise InputError(f"input {text!r} matches no file", "Check the pattern, and quote it.")
    return found


def run_all(config: DictConfig, output: Path) -> Iterator[Outcome]:
    """Run every input, ``workers`` at a time, and yield outcomes as they come.

    Raises:
        ConfigurationError, BackendError: the pipeline cannot be built at all.
    """
    sources = inputs(None if OmegaConf.is_missing(config, "input") else config.input)
    jobs = [Job(*pair) for pair in zip(sources, result_names(sources), strict=True)]
    if config.resume:
        jobs = [job for job in jobs if not _done(job, config, output)]
    workers = min(int(config.workers), len(jobs))
    if workers > 1:
        yield from _side_by_side(jobs, config, output, workers)
    elif jobs:
        with Pipeline(config, output=output) as pipeline:
            for job in jobs:
                yield _outcome(pipeline, job)


def _done(job: Job, config: DictConfig, output: Path) -> bool:
    whole = job.source.is_file() and is_whole(output, job.name, job.source, config)
    if whole:
        log.warning("%s: results are whole, skipped (resume=true)", job.source)
    return whole


def _outcome(pipeline: Pipeline, job: Job) -> Outcome:
    try:
        return pipeline.run(job.source, job.name)
    except FrameworkError as error:
        return error


def _side_by_side(
    jobs: Sequence[Job], config: DictConfig, output: Path, workers: int
) -> Iterator[Outcome]:
    # Spawned, not forked: model runtimes and decoders keep threads that do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _open_worker, (plain(config), output)) as pool:
        waiting = [pool.submit(_run_in_worker, job) for job in jobs]
        try:
            for future in as_completed(waiting):
                error = future.exception()
                if error is None or isinstance(error, FrameworkError):
                    yield error or future.result()
                else:
                    yield StageError(f"a worker process failed: {error!r}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_worker: list[Pipeline] = []


def _open_worker(config: dict[str, Any], output: Path) -> None:
    _worker.append(Pipeline(OmegaConf.create(config), output=output).__enter__())


def _run_in_worker(job: Job) -> Outcome:
    return _outcome(_worker[0], job)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
