"""One line of JSON a person and frame."""

from __future__ import annotations

import json
from pathlib import Path

from framework.stages import Exporter, Runtime
from framework.types import RunResult

from .config import LinesConfig


class Lines(Exporter):
    """``<target>_lines.jsonl``; the first line says how many people and frames there are."""

    def __init__(self, config: LinesConfig, runtime: Runtime) -> None:
        self._missing = config.missing

    def export(self, result: RunResult, target: Path) -> list[Path]:
        """Write the file."""
        path = target.with_name(f"{target.name}_lines.jsonl")
        with path.open("w", encoding="utf-8") as file:
            head = {"people": len(result.tracks), "frames": len(result.frame_index)}
            file.write(json.dumps(head) + "\n")
            for track, pose in zip(result.tracks, result.poses, strict=True):
                for row in range(len(track)):
                    if self._missing or track.present[row]:
                        file.write(self._line(track.id, row, bool(pose.valid[row])))
        return [path]

    def _line(self, person: int, row: int, valid: bool) -> str:
        return json.dumps({"person": person, "row": row, "valid": valid}) + "\n"
