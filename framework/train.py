"""``python -m framework.train``: train the temporal lifter on motion capture.

    python -m framework.train motion_root=/data/mocap output=runs/temporal
    python -m framework.train ... schedule.steps=40000      # the same run goes on

Every setting is in ``conf/train.yaml``. A run that finds its own checkpoint in ``output`` goes
on from it, and ends as if it had never been interrupted.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import cast

import hydra
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from framework.errors import INTERRUPTED, OK, ConfigurationError, FrameworkError
from framework.training.config import TrainConfig, schema

log = logging.getLogger(__name__)


def main() -> None:
    """Train as the command line says and exit with a code of `framework.errors`."""
    ConfigStore.instance().store(name="train_schema", node=schema())
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors come to us, not to Hydra's own printer
    try:
        _run()
        code = OK
    except KeyboardInterrupt:
        log.warning("stopped; the same command goes on from the last checkpoint")
        code = INTERRUPTED
    except FrameworkError as error:
        log.error("%s", error)
        code = error.exit_code
    except (HydraException, OmegaConfBaseException) as error:
        log.error("%s", error)
        code = ConfigurationError.exit_code
    sys.exit(code)


@hydra.main(version_base=None, config_path="pkg://framework.conf", config_name="train")
def _run(config: DictConfig) -> None:
    from framework.training.run import train

    train(cast(TrainConfig, OmegaConf.to_object(config)))


if __name__ == "__main__":
    main()
