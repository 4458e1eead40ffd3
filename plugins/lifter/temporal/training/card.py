"""The model card of a weight file (Mitchell et al., "Model cards for model reporting", 2019)."""

from __future__ import annotations

from pathlib import Path

from framework.lab.motion.sources import Used

from .config import TrainConfig
from .loop import LifterTrainer
from .validation import ValidationErrors

_CARD = """# Weights of lifter `temporal`

Made by `python -m framework.train`: {steps} steps of {windows} windows of {frames} frames
({minutes:.0f} minutes on {device}, {threads} threads), seed {seed}; {parameters:.2f} million
parameters; they are the exponential average over the last steps.

## Motion

{minutes_used:.0f} minutes of motion capture of {people} people. The people of validation and test
are held out.

| file | licence | people | minutes | weight | SHA-256 |
|---|---|---|---|---|---|
{rows}

## Validation

Mean joint error in millimetres over the 16 joints without the root, on held-out people with
synthetic cameras. "Clean 2D" is the true projection.

| | MPJPE | P-MPJPE |
|---|---|---|
| 2D with synthetic detector noise | {errors.mpjpe:.1f} | {errors.p_mpjpe:.1f} |
| clean 2D | {errors.mpjpe_clean:.1f} | {errors.p_mpjpe_clean:.1f} |
"""


def write_card(
    path: Path,
    config: TrainConfig,
    trainer: LifterTrainer,
    used: list[Used],
    errors: ValidationErrors,
) -> None:
    """Write data, licences, cost and validation errors of a run as Markdown.

    Args:
        path: of the file.
        config: of the run.
        trainer: after the last step.
        used: the files of motion.
        errors: of the averaged weights.
    """
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
