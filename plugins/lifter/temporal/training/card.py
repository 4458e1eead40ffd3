"""The model card that goes with a weight file."""

from __future__ import annotations

from pathlib import Path

from framework.lab.motion.sources import Used

from .config import TrainConfig
from .loop import Trainer
from .validation import Errors

_CARD = """# Weights of lifter `temporal`

Made by `python -m framework.train`: {steps} steps of {windows} windows of {frames} frames
({minutes:.0f} minutes on {device}, {threads} threads), seed {seed}; {parameters:.2f} million
parameters, the exponential average of the last steps.

## Motion

{minutes_used:.0f} minutes of {people} people in training; the people of validation and test are
kept apart by the split.

| file | licence | people | minutes | weight | SHA-256 |
|---|---|---|---|---|---|
{rows}

## Validation

Mean joint error in millimetres over the 16 joints besides the root, people that were not trained
on, synthetic cameras; "clean" is the true projection.

| | MPJPE | P-MPJPE |
|---|---|---|
| 2D with detector noise | {errors.mpjpe:.1f} | {errors.p_mpjpe:.1f} |
| clean 2D | {errors.mpjpe_clean:.1f} | {errors.p_mpjpe_clean:.1f} |
"""


def write_card(
    path: Path, config: TrainConfig, trainer: Trainer, used: list[Used], errors: Errors
) -> None:
    """Write data, licences, cost and validation errors of a run as Markdown."""
    rows = (
        f"| {file.file} | {file.licence} | {len(file.people)} | {file.minutes:.1f} "
        f"| {file.weight:g} | `{file.sha256[:16]}` |"
        for file in used
    )
    text = _CARD.format(
        steps=trainer.step,
        windows=config.recipe.windows,
        frames=config.recipe.frames,
        minutes=trainer.seconds / 60,
        device=config.device,
        threads=config.threads,
        seed=trainer.seed,
        parameters=sum(p.numel() for p in trainer.averaged.parameters()) / 1e6,
        minutes_used=sum(file.minutes for file in used),
        people=len({person for file in used for person in file.people}),
        rows="\n".join(rows),
        errors=errors,
    )
    path.write_text(text, encoding="utf-8")
