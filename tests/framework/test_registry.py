"""Plugins from outside: found, limited, and never able to stop the program."""

import importlib
import logging
import sys
from dataclasses import dataclass
from textwrap import dedent

import pytest

from framework.errors import BackendError, ConfigurationError
from framework.hookspecs import HubModel, Module, StageEntry
from framework.registry import PLUGINS_VARIABLE, Registered, load
from framework.stages import STAGES, Runtime
from framework.types import Progress

HEAD = """
from dataclasses import dataclass, field
from framework.hookspecs import Module, StageEntry, WeightsEntry, hookimpl
from framework.skeletons import COCO17, Skeleton

@dataclass(frozen=True, kw_only=True)
class Config:
    speed: float = field(default=1.0, metadata={"help": "metres a second"})

def entry(name, config=Config, factory="nowhere.at_all:Thing", presets=""):
    return StageEntry(name=name, summary="", config=config, factory=factory, presets=presets)
"""
GOOD = """
@hookimpl
def register_trackers():
    return [entry("good")]
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Write a package into a folder of its own, announced as an installed one would be."""
    monkeypatch.delenv(PLUGINS_VARIABLE, raising=False)
    modules = []

    def write(package, code, *, name=None, version="1.0", target=None):
        module = package.replace("-", "_")
        folder = tmp_path / package
        info = folder / f"{module}-{version}.dist-info"
        info.mkdir(parents=True)
        (folder / f"{module}.py").write_text(HEAD + dedent(code))
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
        )
        (info / "entry_points.txt").write_text(
            f"[framework.plugins]\n{name or module} = {target or module}\n"
        )
        monkeypatch.syspath_prepend(str(folder))
        importlib.invalidate_caches()
        modules.append(module)

    yield write
    for module in modules:
        sys.modules.pop(module, None)


def of_third_parties(found):
    return {(item.stage, item.entry.name): item for item in found.all() if not item.builtin}


def test_an_installed_package_is_found_with_name_and_version(install):
    install("good-plugin", GOOD, version="4.5.6")
    found = load()
    item = found.find("tracker", "good")
    assert (item.package, item.version, item.builtin) == ("good-plugin", "4.5.6", False)
    assert found.failures == []


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("raise RuntimeError('no licence key')", "cannot be loaded: RuntimeError: no licence key"),
        ("import surely_not_installed", "cannot be loaded: ModuleNotFoundError"),
        ("def broken(:", "cannot be loaded: SyntaxError"),
        ("import sys; sys.exit('bye')", "cannot be loaded: SystemExit: bye"),
        ("raise BaseException('odd')", "cannot be loaded: BaseException: odd"),
        (
            "@hookimpl\ndef register_trackerz(): return []",
            "unknown hook 'register_trackerz' (did you mean 'register_trackers'?)",
        ),
        (
            "@hookimpl\ndef register_trackers(config): return []",
            "cannot be loaded: PluginValidationError",
        ),
        ("@hookimpl\ndef progress(evnt): pass", "cannot be loaded: PluginValidationError"),
        ("@hookimpl\ndef register_trackers(): return 1 / 0", "failed: ZeroDivisionError"),
        ("@hookimpl\ndef register_trackers(): exit()", "register_trackers failed: SystemExit"),
        ("@hookimpl\ndef register_trackers(): pass", "register_trackers failed: TypeError"),
        ("@hookimpl\ndef register_trackers(): return entry('a')", "register_trackers failed"),
        (
            "@hookimpl\ndef register_trackers(): return ['nearest']",
            "expected a list of StageEntry, got str",
        ),
        (
            "@hookimpl\ndef register_weights(): return [entry('a')]",
            "expected a list of WeightsEntry, got StageEntry",
        ),
        ("@hookimpl\ndef register_trackers(): return [entry('my tracker')]", "not an identifier"),
        (
            "@hookimpl\ndef register_trackers(): return [entry('a', factory='a.b')]",
            "must read 'package.module:Class'",
        ),
        (
            "@hookimpl\ndef register_skeletons():\n"
            "    return [Skeleton(name='coco17', joints=('a',), bones=())]",
            "skeleton 'coco17' exists already",
        ),
        (
            "@hookimpl\ndef register_weights():\n"
            "    return [WeightsEntry(name='blazepose_detector', filename='x', size=1, "
            "sha256='', licence='')]",
            "weights 'blazepose_detector' exist already",
        ),
    ],
)
def test_a_broken_plugin_is_reported_and_the_others_go_on(install, code, cause):
    install("zz-broken", code)
    install("good-plugin", GOOD)
    found = load()
    (failure,) = found.failures
    assert (failure.plugin, failure.package) == ("zz_broken", "zz-broken")
    assert cause in failure.cause
    assert failure.hint
    assert "zz-broken" in str(failure) and failure.hint in str(failure)
    assert set(of_third_parties(found)) == {("tracker", "good")}
    assert all(found.entries[stage] for stage in STAGES)


@pytest.mark.parametrize(
    ("config", "cause"),
    [
        ("class C: pass", "is no dataclass"),
        ("@dataclass(frozen=True)\nclass C:\n    x: int", "field 'x' has no default"),
        ("@dataclass(frozen=True)\nclass C:\n    name: str = 'x'", "must not be called 'name'"),
        (
            "@dataclass(frozen=True)\nclass C:\n    x: set = field(default_factory=set)",
            "full_key: x",
        ),
        ("@dataclass(frozen=True)\nclass C:\n    x: 'Nowhere' = 1", "'Nowhere' is not defined"),
        ("@dataclass(frozen=True)\nclass C:\n    x: int = 'a'", "Integer"),
    ],
)
def test_a_config_that_would_stop_every_run_is_left_out(install, config, cause):
    install(
        "odd-config",
        f"{config}\n@hookimpl\n"
        "def register_trackers(): return [entry('odd', config=C), entry('ok')]",
    )
    found = load()
    (failure,) = found.failures
    assert "tracker 'odd' has a config that cannot be used" in failure.cause
    assert cause in failure.cause
    assert set(of_third_parties(found)) == {("tracker", "ok")}


def test_presets_that_are_no_package_are_reported_before_the_help_looks_for_them(install):
    install(
        "odd-presets",
        "@hookimpl\ndef register_trackers():\n"
        "    return [entry('odd', presets='odd_presets_conf.nowhere'), entry('ok')]",
    )
    found = load()
    (failure,) = found.failures
    said = "tracker 'odd' has presets 'odd_presets_conf.nowhere', which is no package"
    assert failure.cause == said
    assert set(of_third_parties(found)) == {("tracker", "ok")}


def test_an_entry_point_to_nowhere_is_reported(install):
    install("moved-away", "", target="moved_away:plugin")
    (failure,) = load().failures
    assert "cannot be loaded: AttributeError" in failure.cause
    assert "pip install -U moved-away" in failure.hint


def test_one_bad_hook_does_not_take_the_good_ones_along(install):
    install("half-good", GOOD + "@hookimpl\ndef register_lifters(): raise OSError('disk')\n")
    found = load()
    assert [failure.cause for failure in found.failures] == [
        "register_lifters failed: OSError: disk"
    ]
    assert set(of_third_parties(found)) == {("tracker", "good")}


def test_two_packages_with_one_name_are_both_named(install):
    install("first-one", GOOD)
    install("second-one", GOOD)
    found = load()
    with pytest.raises(ConfigurationError) as error:
        found.find("tracker", "good")
    assert "provided by first-one and second-one" in error.value.message
    assert "FRAMEWORK_PLUGINS" in error.value.hint
    assert [failure.package for failure in found.failures] == ["second-one"]
    assert load("second_one").find("tracker", "good").package == "second-one"


def test_nobody_takes_the_place_of_a_built_in_quietly(install):
    install("pretender", "@hookimpl\ndef register_trackers(): return [entry('largest')]")
    with pytest.raises(ConfigurationError, match="provided by framework and pretender"):
        load().find("tracker", "largest")
    assert load("").find("tracker", "largest").builtin


@pytest.mark.parametrize(
    ("allowed", "wanted"),
    [
        (None, {"first-one", "second-one"}),
        ("", set()),
        (" ", set()),
        ("first_one", {"first-one"}),
        ("second-one", {"second-one"}),
        ("first_one, second_one", {"first-one", "second-one"}),
        ("nobody", set()),
    ],
)
def test_the_environment_limits_plugins(install, monkeypatch, allowed, wanted):
    install("first-one", "@hookimpl\ndef register_trackers(): return [entry('one')]")
    install("second-one", "@hookimpl\ndef register_trackers(): return [entry('two')]")
    if allowed is not None:
        monkeypatch.setenv(PLUGINS_VARIABLE, allowed)
    found = load()
    assert {item.package for item in of_third_parties(found).values()} == wanted
    assert found.find("tracker", "largest").builtin


def test_a_plugin_that_is_not_wanted_is_not_even_imported(install):
    install("zz-unwanted", "raise RuntimeError")
    assert load("").failures == []
    assert "zz_unwanted" not in sys.modules


def test_an_unknown_name_says_what_was_meant_and_what_failed(install):
    install("zz-broken", "raise RuntimeError('no licence key')")
    with pytest.raises(ConfigurationError) as error:
        load().find("tracker", "largst")
    assert error.value.message == "tracker 'largst' is not known (did you mean 'largest'?)"
    assert "Known: " in error.value.hint
    assert "no licence key" in error.value.hint


@dataclass(frozen=True, kw_only=True)
class Nothing:
    pass


class Half:
    def __init__(self, config, runtime):
        pass

    def finish(self):
        return []


def registered(factory, *requires):
    entry = StageEntry(name="x", summary="", config=Nothing, factory=factory, requires=requires)
    return Registered("tracker", entry, package="their-package", version="1.2")


def test_a_missing_module_tells_how_to_install_it():
    need = Module(name="surely_not_installed", install="pip install surely")
    item = registered("nowhere:Thing", need)
    assert item.missing() == ["surely_not_installed is not installed: pip install surely"]
    with pytest.raises(BackendError, match="pip install surely"):
        item.create(Nothing(), Runtime())


def test_a_module_that_is_there_is_looked_up_and_not_imported():
    assert registered("nowhere:Thing", Module(name="turtledemo", install="")).missing() == []


def test_a_model_of_the_hub_is_fetched_unless_it_is_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    item = registered("nowhere:Thing", HubModel(name="somebody/theirs"))
    assert item.missing() == []
    assert item.to_fetch() == ["somebody/theirs"]
    snapshot = tmp_path / "hub" / "models--somebody--theirs" / "snapshots" / "1f2e"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").touch()
    assert item.to_fetch() == ["somebody/theirs"]
    (snapshot / "model.safetensors").touch()
    assert item.to_fetch() == []


def test_a_checkout_in_the_folder_of_the_run_is_not_installed(tmp_path, monkeypatch):
    (tmp_path / "some_system" / "some_system").mkdir(parents=True)
    (tmp_path / "some_system" / "some_system" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    needs = Module(name="some_system", install="git clone it", note="give checkout=some_system")
    item = registered("nowhere:Thing", needs)
    said = "some_system is not installed (give checkout=some_system): git clone it"
    assert item.missing() == [said]
    with pytest.raises(BackendError) as caught:
        item.create(Nothing(), Runtime())
    assert caught.value.message == "tracker 'x' cannot run: some_system is not installed"
    assert caught.value.hint == said
    assert "turtledemo" not in sys.modules


@pytest.mark.parametrize("factory", ["nowhere.at_all:Thing", f"{__name__}:Absent"])
def test_a_factory_that_is_not_there_names_the_package(factory):
    with pytest.raises(BackendError, match=r"package their-package 1\.2"):
        registered(factory).create(Nothing(), Runtime())


def test_a_stage_that_lacks_members_is_told_which():
    with pytest.raises(
        BackendError, match="It lacks cut, device, focal_length, notes, start, update, wants_app"
    ):
        registered(f"{__name__}:Half").create(Nothing(), Runtime())


@pytest.mark.parametrize("raised", ["ValueError('oh')", "SystemExit(0)", "BaseException('oh')"])
def test_observers_are_called_and_one_that_raises_is_left_behind(install, caplog, raised):
    install("aa-noisy", f"@hookimpl\ndef progress(event): raise {raised}")
    install("watcher", "seen = []\n@hookimpl\ndef progress(event): seen.append(event.done)")
    found = load()
    with caplog.at_level(logging.WARNING):
        found.notify("progress", event=Progress(step="track", done=3, total=None))
    assert sys.modules["watcher"].seen == [3]
    assert "aa-noisy" in caplog.text


def test_a_plugin_that_is_named_but_not_there_is_reported(install, caplog):
    install("good-plugin", GOOD)
    found = load(allowed="good_plugin, god_plugin")
    assert [item.entry.name for item in found.all() if not item.builtin] == ["good"]
    assert [failure.plugin for failure in found.failures] == ["god_plugin"]
    assert "'god_plugin' is named in FRAMEWORK_PLUGINS" in caplog.text
    assert load(allowed="").failures == []


def test_skeletons_and_weights_of_plugins_are_known(install):
    install(
        "more-things",
        """
        @hookimpl
        def register_skeletons():
            return [Skeleton(name="stick", joints=("top", "end"), bones=((0, 1),), root=0), COCO17]

        @hookimpl
        def register_weights():
            return [WeightsEntry(name="w", filename="w.bin", size=1, sha256="0", licence="MIT")]
        """,
    )
    found = load()
    assert found.failures == []
    assert found.skeletons["stick"].joints == ("top", "end")
    assert found.weights["w"].filename == "w.bin"
