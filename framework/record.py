"""The record of a run: counts, versions, licences, configuration."""

from __future__ import annotations

import json
import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from framework import __version__
from framework.arguments import escaped
from framework.commit import CONFIG, SUMMARY
from framework.digests import sha256_of
from framework.errors import InputError
from framework.outputs import digest, files_of, readable, vouching, write_json
from framework.settings import plain
from framework.stages import CHAINS, STAGES, Detector
from framework.types import Ints, RunResult, StageRecord, State, VideoInfo

_NO_RECORD = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    yaml.YAMLError,
    OmegaConfBaseException,
)
"""What reading a file raises that is no record of a run, or a damaged one."""
_NOT_THE_RESULT = frozenset(
    "input output threads workers progress resume overwrite trust debug playlists timeout_s".split()
)
"""Root keys that do not change what comes out."""


def count(result: RunResult, found: Ints) -> dict[str, int | float]:
    """Count rows: what was read, seen, complete, filled in, and valid in 3D.

    Args:
        result: tracks and poses of source frames.
        found: (T,) people that the detector found in each source frame.

    Returns:
        Frames with at least one tracked person in the state named. ``detected`` are frames in
        which the detector found anybody, ``found`` is how many it found in all of them together;
        ``exchanged`` are those in which left and right were exchanged back;
        ``coverage`` is the share of frames with a valid 3D pose, 0..1.
    """
    frames = len(result.frame_index)

    def rows(masks: list[np.ndarray[Any, np.dtype[np.bool_]]]) -> int:
        return int(np.any(masks, axis=0).sum()) if masks else 0

    valid = rows([pose.valid for pose in result.poses])
    return {
        "frames": frames,
        "detected": int((found > 0).sum()),
        "found": int(found.sum()),
        "people": len(result.tracks),
        "observed": rows([track.state == State.OBSERVED for track in result.tracks]),
        "complete": rows([track.complete for track in result.tracks]),
        "exchanged": rows([t.exchanged > 0 for t in result.tracks if t.exchanged is not None]),
        "filled": rows([track.state == State.FILLED for track in result.tracks]),
        "valid": valid,
        "coverage": valid / frames if frames else 0.0,
    }


def describe(
    video: VideoInfo,
    stages: tuple[StageRecord, ...],
    detector: Detector,
    config: DictConfig,
    *,
    named: Mapping[str, Path] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return the run's provenance as plain JSON types.

    Of the configuration only what can change the result: data files hold no folder of the user.

    Args:
        video: of the run, as the next three.
        stages: ...
        detector: ...
        config: ...
        named: files that options name, by the name of the option; their digests are kept.
    """
    return {
        "framework": __version__,
        "python": platform.python_version(),
        "input": {
            "name": readable(video.path.name),
            "bytes": sum(file.stat().st_size for file in files_of(video.path)),
            "sha256": digest(video.path),
        },
        "files": _digests(named),
        "stages": [asdict(stage) for stage in stages],
        "skeleton": detector.skeleton.name,
        "score_threshold": detector.score_threshold,
        "config": {
            key: value
            for key, value in plain(config, folders=False, masked=True).items()
            if key not in _NOT_THE_RESULT
        },
    }


def _digests(named: Mapping[str, Path]) -> dict[str, str]:
    return {key: digest(path) for key, path in named.items()}


def summary(result: RunResult, failed: Sequence[str] = ()) -> dict[str, Any]:
    """Return what ``<stem>_summary.json`` holds, but for the digests of the files.

    Args:
        result: of the run.
        failed: what could not be written, and why.
    """
    video = result.video
    return {
        "input": {**result.meta["input"], "path": readable(video.path)},
        "named_files": result.meta["files"],
        "video": {
            "size_wh": list(video.size_wh),
            "fps": str(video.fps),
            "declared_frames": video.n_frames,
        },
        "focal_length": result.meta["focal_length"],
        "counts": dict(result.counts),
        "shots": result.meta.get("shots", []),
        "seconds": {step: round(seconds, 3) for step, seconds in result.seconds.items()},
        "stages": result.meta["stages"],
        "licences": licences(result),
        "warnings": list(result.warnings),
        "failed": list(failed),
        "files": sorted(path.name for path in result.paths.values()),
    }


def focal_lengths(result: RunResult) -> list[str]:
    """List the focal lengths that were used, in longer sides of the frame, with their sources."""
    used: dict[tuple[float, str], list[str]] = {}
    for name, focal in result.meta.get("focal_length", {}).items():
        used.setdefault((focal["longer_sides"], focal["source"]), []).append(name)
    return [
        f"focal length {longer_sides:.3g} of the longer side ({source}): {', '.join(names)}"
        for (longer_sides, source), names in used.items()
    ]


def licences(result: RunResult) -> dict[str, str]:
    """Return the licence of each stage that has one of its own."""
    return {
        f"{stage['stage']} {stage['name']}": stage["licence"]
        for stage in result.meta["stages"]
        if stage["licence"]
    }


def write_record(
    result: RunResult,
    config: DictConfig,
    target: Path,
    written: Sequence[Path] = (),
    *,
    failed: Sequence[str] = (),
    earlier: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Path, Path]:
    """Write the configuration in a form that repeats the run, and the summary.

    Args:
        result: of the run.
        config: its configuration.
        target: what the names of the files begin with.
        written: the other files of the run, whole; the summary holds their digests.
        failed: what could not be written, and why.
        earlier: digests of files of earlier runs of the same input, by name: those that this run
            does not replace stay known.

    Returns:
        The configuration and the summary.
    """
    config_path = target.with_name(target.name + CONFIG)
    values = {**plain(config, masked=True), "input": str(result.video.path)}
    digests = {path.name: sha256_of(path) for path in sorted(written)}
    text = _repeatable(values, config_path.stem) + vouching(digests)
    config_path.write_text(text, encoding="utf-8")
    digests[config_path.name] = sha256_of(config_path)
    summary_path = target.with_name(target.name + SUMMARY)
    kept = {name: sha256 for name, sha256 in earlier.items() if sha256 and name not in digests}
    document = {**summary(result, failed), "sha256": digests} | ({"earlier": kept} if kept else {})
    write_json(summary_path, document)
    return config_path, summary_path


def _repeatable(config: Mapping[str, Any], name: str) -> str:
    """Return YAML that Hydra takes as a primary configuration of its own."""
    chosen = [
        {f"override {stage}": list(config[stage]) if stage in CHAINS else config[stage]["name"]}
        for stage in STAGES
        if stage in config
    ]
    values = {
        stage: {key: value for key, value in part.items() if key != "name"}
        if stage in STAGES and stage not in CHAINS
        else part
        for stage, part in config.items()
    }
    document = {"defaults": ["config", *chosen, "_self_"], **values}
    call = f"python -m framework --config-dir THIS_FOLDER --config-name {shlex.quote(name)}"
    text: str = yaml.safe_dump(escaped(document), sort_keys=False, allow_unicode=True)
    return f"# Repeat: {call}\n{text}"


def is_whole(
    folder: Path,
    name: str,
    source: Path,
    config: DictConfig,
    *,
    named: Mapping[str, Path] = MappingProxyType({}),
) -> bool:
    """Whether the results of this input and these settings are all there, and unchanged.

    Args:
        folder: where the results would be.
        name: what their names begin with.
        source: the input; its digest must be that of the summary.
        config: settings; those that cannot change the result are not compared.
        named: files that options name, by the name of the option; their digests are compared too.
    """
    try:
        record = json.loads((folder / f"{name}{SUMMARY}").read_bytes())
        input_sha256, failed = record["input"]["sha256"], record["failed"]
        named_sha256 = record["named_files"]
        digests = {file: record["sha256"][file] for file in [*record["files"], f"{name}{CONFIG}"]}
        saved = OmegaConf.to_container(OmegaConf.load(folder / f"{name}{CONFIG}"), resolve=True)
    except _NO_RECORD:
        return False
    wanted = plain(config)
    wanted = {key: value for key, value in wanted.items() if key not in _NOT_THE_RESULT}
    if failed or not isinstance(saved, dict):
        return False
    if not all(_has_digest(folder / file, sha256) for file, sha256 in digests.items()):
        return False
    for stage in set(STAGES) - set(CHAINS):
        wanted[stage].pop("name")
    same = all(saved.get(key) == value for key, value in wanted.items())
    try:
        return same and digest(source) == input_sha256 and _digests(named) == named_sha256
    except (OSError, InputError):  # it is not there any more
        return False


def _has_digest(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(path) == sha256
