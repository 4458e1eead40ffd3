"""Ablations of the lifter's training: short trainings of a small network, one part changed in each.

    python benchmarks/training/ablations.py motion_root=FOLDER simulation=FOLDER output=FILE.csv

Each variant is trained on equally many windows and validated on the same ones: held-out people with
synthetic detector errors, with the true projection, and with detections of a real detector.
Variants that the file already has are not trained again. Other options of ``framework.train`` hold
for all variants.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from hydra.utils import instantiate

from framework.lab.motion.sources import load_part
from framework.lab.simulation.pairs import Pairs
from framework.plugins.lifter.temporal.training.config import Source, TrainConfig, compose_train
from framework.plugins.lifter.temporal.training.detector_errors import DetectorErrors
from framework.plugins.lifter.temporal.training.loop import LifterTrainer
from framework.plugins.lifter.temporal.training.validation import Validation

SMALL = (
    *("network.channels=192", "network.hidden=288", "recipe.windows=64", "threads=1"),
    *("schedule.steps=400", "schedule.decay=200"),
)
VIDEOPOSE3D = (
    *("network._target_=plain.PlainNetwork", "network.channels=256", "~network.hidden"),
    "network.dilations=[3,9,27]",
)
TRUE_PROJECTION = tuple(
    f"recipe.noise.{name}=0"
    for name in (
        *("strength", "hidden", "missing", "flicker", "outliers", "swapped", "gaps", "sparse"),
        *("averted", "covered", "faceless"),
    )
)


@dataclass(frozen=True, slots=True)
class Variant:
    """How one training differs.

    Attributes:
        changed: options of ``framework.train``.
        without: files of motion that are left out.
        added: files of motion that are added.
        share: of the windows of the simulation that are used.
    """

    changed: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    share: float = 1.0


VARIANTS = {
    "everything": Variant(),
    "everything, another seed": Variant(("seed=1",)),
    "VideoPose3D's network": Variant(VIDEOPOSE3D),
    "scores ignored": Variant(("network._target_=plain.ScoreBlind",)),
    "without the detector's 3D": Variant(("recipe.detector_3d=0",)),
    "synthetic errors only": Variant(("recipe.simulated=0",)),
    "simulated detector only": Variant(("recipe.simulated=1",)),
    "a quarter of the simulation": Variant(share=0.25),
    "no errors at all": Variant(("recipe.simulated=0", *TRUE_PROJECTION)),
    "no turned limbs": Variant(("recipe.bodies.turned=0",)),
    "no tilted bodies": Variant(("recipe.bodies.tilted=0",)),
    "recorded proportions only": Variant(("recipe.bodies.lengths=0",)),
    "recorded speeds only": Variant(("recipe.speed_spread=0",)),
    "level cameras 3 to 5 m away": Variant(
        ("recipe.cameras.elevation_rad=[-0.1,0.1]", "recipe.cameras.distance_m=[3,5]")
    ),
    "without mhad": Variant(without=("mhad",)),
    "without accad": Variant(without=("accad",)),
    "without cmu_native": Variant(without=("cmu_native",)),
    "without the five other cmu files": Variant(
        without=("cmu_native2", "cmu_daz", "cmu_expmap", "cmu_neo", "cmu_ccbase")
    ),
    "with hdm05, dancedb and bandai_namco": Variant(
        added=("permissive/hdm05", "noncommercial/dancedb", "noncommercial/bandai_namco")
    ),
}


def main(arguments: list[str]) -> None:
    """Train the variants that are missing in the file, and print the table."""
    given = dict(argument.split("=", 1) for argument in arguments)
    output, simulation = Path(given.pop("output")), Path(given.pop("simulation"))
    common = (*SMALL, "output=unused", *(f"{key}={value}" for key, value in given.items()))
    rows = _read(output)
    config = compose_train(common)
    torch.set_num_threads(config.threads)
    held_out, _ = load_part(config.motion, Path(config.split), "validation")
    validation = Validation(held_out, config.recipe, _pairs(simulation, "validation"))
    pairs = _pairs(simulation, "train")
    for name, variant in VARIANTS.items():
        if name not in rows:
            trained = _trained(compose_train((*common, *variant.changed)), variant, pairs)
            errors = asdict(validation.measure(trained.averaged))
            rows[name] = {key: f"{error:.1f}" for key, error in errors.items()}
            rows[name]["seconds"] = f"{trained.seconds:.0f}"
            _write(output, rows)
    print(output.read_text())


def _pairs(folder: Path, part: str) -> Pairs:
    return Pairs.load(sorted(folder.glob(f"{part}_*.npz")))


def _trained(config: TrainConfig, variant: Variant, pairs: Pairs) -> LifterTrainer:
    torch.manual_seed(config.seed)
    kept = [source for source in config.motion if Path(source.path).stem not in variant.without]
    added = [Source(path=f"{config.motion_root}/{name}.npz") for name in variant.added]
    motion, _ = load_part([*kept, *added], Path(config.split), "train")
    trainer = LifterTrainer(
        instantiate(config.network),
        motion,
        config.recipe,
        config.schedule,
        detector_errors=DetectorErrors.of(_part_of(pairs, variant.share)),
        seed=config.seed,
        device=config.device,
    )
    while trainer.step < config.schedule.steps:
        trainer.train_step()
    trainer.averaged.eval()
    # Running statistics of batch norm are not parameters, so the average does not have them.
    for mean, buffer in zip(trainer.averaged.buffers(), trainer.network.buffers(), strict=True):
        mean.copy_(buffer)
    return trainer


def _part_of(pairs: Pairs, share: float) -> Pairs:
    kept = slice(None, None, round(1 / share))
    parts = {name: values[kept] for name, values in asdict(pairs).items()}
    return replace(pairs, **parts)


def _read(path: Path) -> dict[str, dict[str, str]]:
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        return {row.pop("trained with"): row for row in csv.DictReader(file)}


def _write(path: Path, rows: dict[str, dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["trained with", *next(iter(rows.values()))])
        writer.writeheader()
        writer.writerows({"trained with": name, **row} for name, row in rows.items())


if __name__ == "__main__":
    main(sys.argv[1:])
