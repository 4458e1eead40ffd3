"""One training run: read motion, train, validate, log, save; write weights and a model card."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import torch
from hydra.utils import instantiate

from framework.checkpoints import load_tensors
from framework.devices import torch_device
from framework.errors import BackendError, ConfigurationError
from framework.lab.motion.sources import load_part
from framework.lab.simulation.pairs import Pairs

from .card import write_card
from .config import TrainConfig, schema
from .detector_errors import DetectorErrors
from .loop import LifterTrainer, save_checkpoint, save_weights
from .validation import Validation, ValidationErrors

__all__ = ["schema", "train"]

log = logging.getLogger(__name__)

CHECKPOINT, LOG = "last.pt", "log.csv"
WEIGHTS, CARD = "temporal.safetensors", "temporal.md"


def train(config: TrainConfig) -> None:
    """Train to the end of the schedule; continue from a checkpoint that is in ``output``.

    Written there: ``last.pt`` (the checkpoint), ``log.csv``, ``temporal.safetensors`` (the averaged
    weights, at each validation), and at the end the model card ``temporal.md``.

    Raises:
        ConfigurationError: options that cannot work.
        BackendError: a GPU is demanded and there is none.
        InputError: motion that cannot be read.
    """
    # For its error only: a missing GPU shows before the motion is read.
    torch_device(config.device)
    output = Path(config.output)
    output.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)  # of the initial weights; batches have generators of their own
    split = Path(config.split)
    motion, used = load_part(config.motion, split, "train")
    held_out, _ = load_part(config.motion, split, "validation")
    network = instantiate(config.network)
    if config.initial:
        network.load_state_dict(load_tensors(Path(config.initial)))
    pairs = _simulated(config.simulation, "train")
    trainer = LifterTrainer(
        network,
        motion,
        config.recipe,
        config.schedule,
        detector_errors=DetectorErrors.of(pairs) if pairs else None,
        seed=config.seed,
        device=config.device,
    )
    if (output / CHECKPOINT).exists():
        # After config.initial, whose weights the checkpoint replaces.
        trainer.restore(torch.load(output / CHECKPOINT, weights_only=True))
        log.info("continuing from step %d", trainer.step)
    validation = Validation(held_out, config.recipe, _simulated(config.simulation, "validation"))
    with _tensorboard(config, trainer.step) as log_scalar:
        _train_and_validate(trainer, validation, output, log_scalar)
    write_card(output / CARD, config, trainer, used, validation.measure(trainer.averaged))


def _simulated(folder: str | None, part: str) -> Pairs | None:
    """The simulated detections of one part; None without such files.

    Raises:
        ConfigurationError: the folder has none for training.
    """
    paths = sorted(Path(folder).glob(f"{part}_*.npz")) if folder else []
    if folder and part == "train" and not paths:
        raise ConfigurationError(
            f"simulation: {folder} has no train_*.npz",
            "Make them with python -m framework.simulate.",
        )
    return Pairs.load(paths) if paths else None


LogScalar = Callable[[str, float, int], None]


@contextmanager
def _tensorboard(config: TrainConfig, step: int) -> Iterator[LogScalar]:
    """A function that logs a name, a value and a step for TensorBoard; it does nothing without."""
    if not config.tensorboard:
        yield lambda name, value, step: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError as missing:
        raise BackendError(
            f"tensorboard=true needs the module {missing.name}", "pip install tensorboard"
        ) from missing
    # Steps after the last checkpoint are repeated.
    with SummaryWriter(str(Path(config.output) / "tensorboard"), purge_step=step + 1) as writer:
        yield writer.add_scalar


def _train_and_validate(
    trainer: LifterTrainer, validation: Validation, output: Path, log_scalar: LogScalar
) -> None:
    """Train to the last step of the schedule; write log, weights and checkpoints on the way."""
    schedule = trainer.schedule
    rows = _kept_rows(output / LOG, trainer.step)
    while trainer.step < schedule.steps:
        trainer.train_step()
        ends = trainer.step == schedule.steps
        # The averaged weights are validated and saved, the current ones only in the checkpoint.
        if ends or trainer.step % schedule.validate_every == 0:
            errors = validation.measure(trainer.averaged)
            rows.append(_row(trainer, errors))
            _write_rows(output / LOG, rows)
            for name, value in rows[-1].items():
                log_scalar(name, float(value), trainer.step)
            # The file needs `spread_scale`, so weights are written only after a validation.
            save_weights(trainer.averaged, errors.spread_scale, output / WEIGHTS)
            log.info(", ".join(f"{name} {value}" for name, value in rows[-1].items()))
        if ends or trainer.step % schedule.save_every == 0:
            save_checkpoint(trainer.state(), output / CHECKPOINT)


def _row(trainer: LifterTrainer, errors: ValidationErrors) -> dict[str, str]:
    return {
        "step": str(trainer.step),
        "minutes": f"{trainer.seconds / 60:.1f}",
        "train": f"{trainer.mean_distance() * 1000:.1f}",
        **{name: f"{error:.2f}" for name, error in asdict(errors).items()},
    }


def _kept_rows(path: Path, step: int) -> list[dict[str, str]]:
    """Rows of the log up to a step; steps after the last checkpoint are repeated."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [row for row in csv.DictReader(file) if int(row["step"]) <= step]


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
