"""A report as files: JSON, Markdown and a bar chart."""

from __future__ import annotations

from pathlib import Path

import cv2

from framework.lab.evaluation.plot import draw
from framework.lab.evaluation.report import Report
from framework.lab.evaluation.tables import to_json, to_markdown

NAME = "evaluation"


def write(report: Report, output: Path) -> list[Path]:
    """Write ``evaluation.json``, ``evaluation.md`` and ``evaluation.png`` into a folder.

    Args:
        report: what to write.
        output: the folder; it is made where it is missing.

    Returns:
        The three paths.
    """
    output.mkdir(parents=True, exist_ok=True)
    paths = [output / f"{NAME}.{suffix}" for suffix in ("json", "md", "png")]
    paths[0].write_text(to_json(report), encoding="utf-8")
    paths[1].write_text(to_markdown(report), encoding="utf-8")
    # OpenCV takes BGR.
    cv2.imwrite(str(paths[2]), draw(report)[..., ::-1])
    return paths
