"""What each part of training is worth: short trainings of a small network, each without one part.

    python benchmarks/training/ablations.py motion_root=FOLDER rehearsal=FOLDER output=runs/all

Every variant sees as many windows. Errors are those of people who were not trained on, with
synthetic detector noise, with the true projection, and with what a real detector said. A variant
that is whole is not trained again. Other options of ``framework.train`` hold for all variants.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from framework.training.config import compose_train
from framework.training.run import LOG, train

SMALL = (
    *("network.channels=192", "network.hidden=288", "recipe.windows=64"),
    *("schedule.steps=400", "schedule.decay=200", "schedule.validate_every=400"),
)
VARIANTS = {
    "everything": (),
    "no borrowed errors": ("recipe.borrowed=0",),
    "borrowed errors only": ("recipe.borrowed=1",),
    "never shown the detector's own 3D": ("recipe.opinion=0",),
    "no turned limbs": ("recipe.bodies.turned=0",),
    "no tilted bodies": ("recipe.bodies.tilted=0",),
    "recorded proportions only": ("recipe.bodies.lengths=0",),
    "recorded speeds only": ("recipe.speed_spread=0",),
    "level cameras 3 to 5 m away": (
        "recipe.cameras.elevation_rad=[-0.1,0.1]",
        "recipe.cameras.distance_m=[3,5]",
    ),
    "one of eight files": ("motion=[{path: '${motion_root}/permissive/cmu_native.npz'}]",),
}
COLUMNS = ("mpjpe", "p_mpjpe", "mpjpe_clean", "p_mpjpe_clean", "mpjpe_real", "p_mpjpe_real")


def main(arguments: list[str]) -> None:
    """Train what is not there yet, and print a table."""
    given = dict(argument.split("=", 1) for argument in arguments)
    output = Path(given.pop("output"))
    common = [f"{key}={value}" for key, value in given.items()]
    print(
        "| trained with | noisy: MPJPE | P-MPJPE | clean: MPJPE | P-MPJPE | real: MPJPE | P-MPJPE |"
    )
    print("|---" * (1 + len(COLUMNS)) + "|")
    for name, changed in VARIANTS.items():
        folder = output / name.replace(" ", "_").replace("'", "")
        config = compose_train([*SMALL, *common, *changed, f"output={folder}"])
        train(config)
        with (folder / LOG).open(newline="") as file:
            *_, row = csv.DictReader(file)
        cells = (f"{float(row[column]):.0f}" for column in COLUMNS)
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
