"""The model card of a weight file."""

from types import SimpleNamespace

from torch import nn

from framework.lab.motion.sources import Used
from framework.plugins.lifter.temporal.training.card import write_card
from framework.plugins.lifter.temporal.training.config import TrainConfig
from framework.plugins.lifter.temporal.training.recipe import Recipe
from framework.plugins.lifter.temporal.training.validation import ValidationErrors


def test_it_states_data_licences_cost_and_errors(tmp_path):
    used = [
        Used(
            file=f"{name}.npz",
            licence="CC BY 3.0",
            people=people,
            minutes=minutes,
            weight=0.5,
            sha256="0123456789abcdef0123",
        )
        for name, people, minutes in (("one", ("anna", "ben"), 4.0), ("two", ("ben",), 2.5))
    ]
    trainer = SimpleNamespace(step=12, seconds=90, seed=3, averaged=nn.Linear(999, 1000))
    errors = ValidationErrors(
        mpjpe=78.04,
        p_mpjpe=50.7,
        mpjpe_clean=58.7,
        p_mpjpe_clean=37.5,
        mpjpe_real=1.0,
        p_mpjpe_real=1.0,
        spread_scale=1.0,
    )
    config = TrainConfig(recipe=Recipe(windows=8, frames=27), threads=2)
    write_card(tmp_path / "card.md", config, trainer, used, errors)
    card = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "| one.npz | CC BY 3.0 | 2 | 4.0 | 0.5 | `0123456789abcdef` |" in card
    assert "12 steps of 8 windows of 27 frames\n(2 minutes on cpu, 2 threads), seed 3" in card
    assert "1.00 million" in card
    assert "6 minutes of motion capture of 2 people" in card  # ben is one person
    assert "| 2D with synthetic detector noise | 78.0 | 50.7 |" in card
    assert "| clean 2D | 58.7 | 37.5 |" in card
