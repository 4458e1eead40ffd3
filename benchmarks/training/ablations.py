"""What each part of the lifter's training is worth: short trainings of a small network.

    python benchmarks/training/ablations.py motion_root=FOLDER rehearsal=FOLDER output=FILE.csv

Every variant sees as many windows and is measured on the same ones: people who were not trained
on, with synthetic detector noise, with the true projection, and with what a real detector said.
Variants that the file has are not trained again. Other options of ``framework.train`` hold for
all variants.
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
from framework.plugins.lifter.temporal.training.detector_errors import Borrowed
from framework.plugins.lifter.temporal.training.loop import Trainer
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
    """What one training does differently.

    Attributes:
        changed: options of ``framework.train``.
        without: files of motion that are left out.
        added: files of motion that come on top.
        rehearsed: share of the rehearsal that is there.
    """

    changed: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    rehearsed: float = 1.0


VARIANTS = {
    "everything": Variant(),
    "everything, another seed": Variant(("seed=1",)),
    "VideoPose3D's network": Variant(VIDEOPOSE3D),
    "scores not looked at": Variant(("network._target_=plain.ScoreBlind",)),
    "detector's own 3D never shown": Variant(("recipe.opinion=0",)),
    "synthetic errors only": Variant(("recipe.borrowed=0",)),
    "borrowed errors only": Variant(("recipe.borrowed=1",)),
    "borrowed from a quarter of the rehearsal": Variant(rehearsed=0.25),
    "no errors at all": Variant(("recipe.borrowed=0", *TRUE_PROJECTION)),
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
    """Train what is not there yet, and print a table."""
    given = dict(argument.split("=", 1) for argument in arguments)
    output, rehearsal = Path(given.pop("output")), Path(given.pop("rehearsal"))
    common = (*SMALL, "output=unused", *(f"{key}={value}" for key, value in given.items()))
    rows = _read(output)
    config = compose_train(common)
    torch.set_num_threads(config.threads)
    held_back, _ = load_part(config.motion, Path(config.split), "validation")
    validation = Validation(held_back, config.recipe, _pairs(rehearsal, "validation"))
    lent = _pairs(rehearsal, "train")
    for name, variant in VARIANTS.items():
        if name not in rows:
            trained = _trained(compose_train((*common, *variant.changed)), variant, lent)
            errors = asdict(validation.measure(trained.averaged))
            rows[name] = {key: f"{error:.1f}" for key, error in errors.items()}
            rows[name]["seconds"] = f"{trained.seconds:.0f}"
            _write(output, rows)
    print(output.read_text())


def _pairs(folder: Path, part: str) -> Pairs:
    return Pairs.load(sorted(folder.glob(f"{part}_*.npz")))


def _trained(config: TrainConfig, variant: Variant, lent: Pairs) -> Trainer:
    torch.manual_seed(config.seed)
    kept = [source for source in config.motion if Path(source.path).stem not in variant.without]
    added = [Source(path=f"{config.motion_root}/{name}.npz") for name in variant.added]
    motion, _ = load_part([*kept, *added], Path(config.split), "train")
    trainer = Trainer(
        instantiate(config.network),
        motion,
        config.recipe,
        config.schedule,
        borrowed=Borrowed.of(_part_of(lent, variant.rehearsed)),
        seed=config.seed,
        device=config.device,
    )
    while trainer.step < config.schedule.steps:
        trainer.train_step()
    trainer.averaged.eval()
    # Running statistics of batch norm are no parameters: the averaged network has none of its own.
    for mean, seen in zip(trainer.averaged.buffers(), trainer.network.buffers(), strict=True):
        mean.copy_(seen)
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
