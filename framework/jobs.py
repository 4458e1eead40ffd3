"""Many inputs with one configuration, in parallel; one bad file does not stop the others."""

from __future__ import annotations

import glob
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from omegaconf import DictConfig, ListConfig, OmegaConf

from framework.arguments import escaped
from framework.config import chosen, named_files
from framework.errors import (
    INTERRUPTED,
    BackendError,
    ConfigurationError,
    FrameworkError,
    InputError,
    StageError,
)
from framework.options import check_options
from framework.outputs import result_names
from framework.picture_names import one_series
from framework.pipeline import Pipeline
from framework.record import is_whole
from framework.settings import RunConfig, plain
from framework.stages import STAGES
from framework.types import RunResult
from framework.weights import is_here, must_be_asked_for

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One input and the name of its results."""

    source: Path
    name: str


Outcome = RunResult | FrameworkError


def inputs(value: object) -> list[Path]:
    """Return the paths that ``input`` means, each once: a path, a list of them, or a glob.

    Raises:
        ConfigurationError: nothing was given, or a list without brackets.
        InputError: a pattern matches nothing.
    """
    if isinstance(value, list | tuple | ListConfig):
        if not value:
            raise ConfigurationError("input is an empty list", "Say which videos: input=[a.mp4]")
        listed = [path for part in value for path in inputs(part)]
        return list({os.path.abspath(path): path for path in listed}.values())  # noqa: PTH100
    text = "" if value is None else str(value)
    if not text:
        raise ConfigurationError("no input is given", "Say which video: input=clip.mp4")
    if _exists(text):
        return [Path(text)]
    if "://" in text:
        raise InputError(f"input {text!r} is an address", "Download the video and give the file.")
    text = os.path.expanduser(text)  # noqa: PTH111  (not every shell does, and it never raises)
    if "," in text and all(_exists(part) for part in text.split(",")):
        raise ConfigurationError(
            f"input {text!r} is a list without brackets",
            f"Write input=[{text}], or with -m for a job of its own each.",
        )
    if _exists(text) or not glob.has_magic(text):
        return [Path(text)]
    found = sorted(Path(match) for match in glob.glob(text, recursive=True))  # noqa: PTH207
    if not found:
        raise InputError(f"input {text!r} matches no file", "Check the pattern, and quote it.")
    if series := one_series(found):
        raise ConfigurationError(
            f"input {text!r} matches {len(found)} pictures of one series",
            f"One clip: input={series}. A run for each: a list, input=[a.png,b.png].",
        )
    return found


def run_all(config: DictConfig, output: Path) -> Generator[Outcome, None, None]:
    """Run every input, ``workers`` at a time, and yield outcomes as they come.

    Raises:
        ConfigurationError, BackendError: the pipeline cannot be built at all.
    """
    check_options(RunConfig, config)
    refuse_missing(config)
    sources = inputs(None if OmegaConf.is_missing(config, "input") else config.input)
    jobs = [Job(*pair) for pair in zip(sources, result_names(sources), strict=True)]
    if config.resume:
        jobs = [job for job in jobs if not _done(job, config, output)]
    workers = min(config.workers, len(jobs))
    if workers > 1:
        yield from _in_parallel(jobs, config, output, workers, sources)
    elif jobs:
        with Pipeline(config, output=output) as pipeline:
            for job in jobs:
                yield _outcome(pipeline, job, sources)


def refuse_missing(config: DictConfig) -> None:
    """Report what several stages of a run lack together; the error of one stage says more.

    Raises:
        ConfigurationError: a name is unknown or a value is out of range.
        BackendError: more than one stage lacks a library or weights.
    """
    lacking = [
        (item, settings, missing)
        for stage in STAGES
        for item, settings in chosen(stage, config)
        if (missing := item.missing(settings))
    ]
    if len(lacking) > 1:
        names = " and ".join(f"{item.stage} {item.entry.name!r}" for item, _, _ in lacking)
        lines = [line for _, _, missing in lacking for line in missing]
        lines += [
            f"{weights.filename} is not here either: a run fetches it by itself"
            for item, settings, _ in lacking
            for weights in item.weights(settings)
            if not (is_here(weights) or must_be_asked_for(weights))
        ]
        raise BackendError(f"this run lacks what {names} need", "\n  ".join(lines))


def _done(job: Job, config: DictConfig, output: Path) -> bool:
    named = named_files(config, job.source)
    whole = is_whole(output, job.name, job.source, config, named=named)
    if whole:
        log.warning("%s: results are whole, skipped (resume=true)", job.source)
    return whole


def _outcome(pipeline: Pipeline, job: Job, sources: Sequence[Path]) -> Outcome:
    try:
        return pipeline.run(job.source, job.name, keep=sources)
    except FrameworkError as error:
        return error


def _in_parallel(
    jobs: Sequence[Job], config: DictConfig, output: Path, workers: int, sources: Sequence[Path]
) -> Iterator[Outcome]:
    Pipeline(config, output=output)  # a configuration error is reported once, before workers start
    # Spawned, not forked: model runtimes and decoders keep threads that do not survive a fork.
    context = multiprocessing.get_context("spawn")
    given = (plain(config), output, sources)
    with ProcessPoolExecutor(workers, context, _start_worker, given) as pool:
        waiting = {pool.submit(_run_in_worker, job): job for job in jobs}
        try:
            for future in as_completed(waiting):
                yield _answer(future, waiting[future])
        # Also Ctrl-C, and a caller that closes the generator: workers must not outlive it.
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            pool.shutdown(cancel_futures=True)
            raise


def _answer(future: Future[Outcome], job: Job) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, BrokenProcessPool):
        return StageError(
            f"{str(job.source)!r} was given up: a worker process was killed",
            "Perhaps memory ran out: use fewer workers, and go on with resume=true.",
        )
    return StageError(f"{str(job.source)!r}: a worker process failed: {error!r}")


@dataclass
class _Worker:
    """The settings of a worker process, and the pipeline that it opened at its first job."""

    config: dict[str, Any]
    output: Path
    sources: Sequence[Path]
    pipeline: Pipeline | None = None
    busy: bool = False
    leaving: bool = False


_this: list[_Worker] = []
"""In a worker process: itself."""


def _start_worker(*given: Any) -> None:
    _this.append(_Worker(*given))
    # Ctrl-C is sent to all processes; the parent forwards it as SIGTERM, like every other end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """Clean up and end when the parent process was killed, which sends no signal to this one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _run_in_worker(job: Job) -> Outcome:
    worker = _this[0]
    worker.busy = True
    try:
        if worker.pipeline is None:
            pipeline = Pipeline(OmegaConf.create(escaped(worker.config)), output=worker.output)
            worker.pipeline = pipeline.__enter__()
        return _outcome(worker.pipeline, job, worker.sources)
    except FrameworkError as error:
        return error
    except KeyboardInterrupt:  # the parent asked it to end; the pool would start the next job
        if worker.pipeline is not None:
            worker.pipeline.__exit__(None, None, None)
        os._exit(INTERRUPTED)
    finally:
        worker.busy = False


def _leave(number: int, frame: FrameType | None) -> None:
    """End the process after cleaning up the current job."""
    if not _this[0].leaving:
        _this[0].leaving = True
        # Between two jobs the pool's own loop gets it, which prints anything but SystemExit.
        raise KeyboardInterrupt if _this[0].busy else SystemExit(INTERRUPTED)


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False
