"""Shell completion, asked as Hydra's shell functions ask it."""

import os
import subprocess
import sys

import pytest
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.plugins.completion_plugin import CompletionPlugin

from framework.completion import complete_values
from framework.config import CONFIG_MODULE, register_schemas


@pytest.fixture(scope="module")
def bash():
    """Hydra's plugin for bash, with the configuration of the program."""
    register_schemas()
    kept = list(Plugins.instance().discover(CompletionPlugin))
    complete_values()
    complete_values()  # twice changes nothing
    hydra = Hydra.create_main_hydra2(
        "framework", create_config_search_path(f"pkg://{CONFIG_MODULE}")
    )
    yield Hydra.get_shell_to_plugin_map(hydra.config_loader)["bash"][0]
    GlobalHydra.instance().clear()
    Plugins.instance().plugin_type_to_subclass_list[CompletionPlugin][:] = kept


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("device=", ["device=auto", "device=cpu", "device=cuda"]),
        ("device=c", ["device=cpu", "device=cuda"]),
        ("input=a.mp4 resume=", ["resume=true", "resume=false"]),
        ("resume=f", ["resume=false"]),
        ("detector.model=", ["detector.model=lite", "detector.model=full", "detector.model=heavy"]),
        ("lifter=videopose3d lifter.causal=t", ["lifter.causal=true"]),
        ("exporter.npz.compress=", ["exporter.npz.compress=true", "exporter.npz.compress=false"]),
        ("stride=", ["stride=1"]),
        ("tracker=larg", ["tracker=largest", "tracker=largest_complete"]),
        ("strid", ["stride="]),
    ],
)
def test_it_offers_the_values_that_can_be_listed(bash, line, answers):
    assert bash._query("config", line) == answers


def test_every_shell_of_hydra_is_still_there(bash):
    shells = Hydra.get_shell_to_plugin_map(bash.config_loader)
    assert {"bash", "fish", "zsh"} <= set(shells)


def test_the_program_answers_the_shell(tmp_path):
    env = {**os.environ, "COMP_LINE": "framework device=", "COMP_POINT": "17"}
    call = [sys.executable, "-m", "framework", "-sc", "query=bash"]
    done = subprocess.run(call, capture_output=True, text=True, env=env, cwd=tmp_path, check=True)
    assert done.stdout == "device=auto device=cpu device=cuda\n"
