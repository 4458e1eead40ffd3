"""Interrupted, watched, piped, repeated and doubled runs."""

import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from framework import results
from framework.hookspecs import hookimpl
from framework.registry import registry
from framework.types import Progress

Run = Callable[..., Any]
Clip = Callable[..., Path]
Listing = Callable[[Path], list[str]]
QUICK = [
    "renderer=none",
    "exporter=[npz]",
    "lifter=detector3d",
    "threads=1",
    "detector.tiles=one",
]
MARK = "RUN_BEHAVIOUR_TEST"
STEPS = ["track", "lift", "export", "draw"]


class AtStep:
    """An observer that does something once, at the given step of the run."""

    def __init__(self, step: str, do: Callable[[], None], nth: int = 1) -> None:
        self.step, self.do, self.left = step, do, nth

    @hookimpl
    def progress(self, event: Progress) -> None:
        if event.step == self.step:
            self.left -= 1
            if self.left == 0:
                self.do()


@contextmanager
def watched_by(observer: object) -> Iterator[None]:
    registry().manager.register(observer, name="a stranger's observer")
    try:
        yield
    finally:
        registry().manager.unregister(observer)


def children() -> set[int]:
    """Process ids of this process's children."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == os.getpid():
            found.add(int(stat.parent.name))
    return found


def marked(mark: str) -> list[str]:
    """Command lines of all processes that were started with this mark in their environment."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={mark}".encode() in environ.read_bytes().split(b"\0"):
                found.append(environ.with_name("cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def start(folder: Path, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start the program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "framework", *QUICK, *arguments],
        cwd=folder,
        env={**os.environ, MARK: str(folder), "TERM": "xterm", "COLUMNS": "120"},
        text=True,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options,
    )


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


# Interruptions.


@pytest.fixture
def interrupted(run: Run, make_clip: Clip) -> Callable[[str, int], Any]:
    """Run with a picture, get a signal at a step, and end soon after it."""

    def call(step: str, number: int) -> Any:
        make_clip(frames=120 if step in ("track", "draw") else 5)
        sent: list[float] = []

        def interrupt() -> None:
            sent.append(time.monotonic())
            os.kill(os.getpid(), number)

        with watched_by(AtStep(step, interrupt)):
            ended = run("input=clip.mp4", "output=out", render=True)
        assert time.monotonic() - sent[0] < 5
        return ended

    return call


@pytest.mark.parametrize(
    ("step", "number"), [*product(STEPS, ("SIGINT", "SIGTERM")), ("draw", "SIGHUP")]
)
def test_an_interruption_in_any_pass_leaves_nothing(
    interrupted: Callable[..., Any], tmp_path: Path, listing: Listing, step: str, number: str
) -> None:
    before = children()
    ended = interrupted(step, signal.Signals[number])
    assert (ended.code, ended.out) == (130, "")
    assert ended.err == "interrupted: nothing half-written was left\n"
    assert listing(tmp_path / "out") == []
    assert children() == before
    assert {thread.name for thread in threading.enumerate()}.isdisjoint({"decode", "encode"})


def test_impatience_leaves_nothing_either(
    make_clip: Clip, tmp_path: Path, listing: Listing
) -> None:
    make_clip(frames=300)
    with start(tmp_path, "input=clip.mp4", "output=out", "renderer=video") as process:
        wait_for(lambda: list(tmp_path.glob("out/.clip.partial-*/clip_pose3d.mp4")))
        for _ in range(5):
            process.send_signal(signal.SIGINT)
            time.sleep(0.01)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == "interrupted: nothing half-written was left\n"
    assert listing(tmp_path / "out") == []
    assert marked(str(tmp_path)) == []


@pytest.mark.parametrize(("way", "draw"), [("Ctrl-C", False), ("kill", True), ("kill -9", False)])
def test_an_interruption_ends_the_workers_too(
    make_clip: Clip, tmp_path: Path, listing: Listing, way: str, draw: bool
) -> None:
    make_clip("a.mp4", 500 if draw else 6000)
    for name in ("b.mp4", "c.mp4"):
        (tmp_path / name).symlink_to("a.mp4")
    call = ["input=*.mp4", "output=out", "workers=2", "renderer=video" if draw else "stride=1"]
    sign = "out/.*.partial-*/*_pose3d.mp4" if draw else "out/.[ab].partial-*"
    with start(tmp_path, *call, start_new_session=True) as process:
        wait_for(lambda: len(list(tmp_path.glob(sign))) >= (1 if draw else 2))
        begun = time.monotonic()
        if way == "Ctrl-C":  # reaches the whole family
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGTERM if way == "kill" else signal.SIGKILL)
        _, errors = process.communicate(timeout=30)
        wait_for(lambda: not marked(str(tmp_path)))
        assert time.monotonic() - begun < 5
    assert listing(tmp_path / "out") == []
    if way != "kill -9":
        assert process.returncode == 130
        assert errors == "interrupted: nothing half-written was left\n"


def test_a_killed_worker_is_said_and_its_input_named(make_clip: Clip, tmp_path: Path) -> None:
    make_clip("a.mp4", 6000)
    (tmp_path / "b.mp4").symlink_to("a.mp4")
    with start(tmp_path, "input=*.mp4", "output=out", "workers=2") as process:
        wait_for(lambda: len(list(tmp_path.glob("out/.*.partial-*"))) == 2)
        victim = next(tmp_path.glob("out/.a.partial-*")).name.rpartition("-")[2]
        os.kill(int(victim), signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "'a.mp4' was given up: a worker process was killed\n  Perhaps memory ran" in errors
    assert "Traceback" not in errors
    assert marked(str(tmp_path)) == []


def test_resume_completes_only_what_is_missing(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing
) -> None:
    make_clip("a.mp4"), make_clip("b.mp4")
    call = ["input=*.mp4", "output=out", "resume=true"]
    with watched_by(AtStep("lift", lambda: os.kill(os.getpid(), signal.SIGINT), nth=4)):
        assert run(*call).code == 130
    a, b = ([f"{name}.npz", f"{name}_config.yaml", f"{name}_summary.json"] for name in ("a", "b"))
    assert listing(tmp_path / "out") == a
    stamp = (tmp_path / "out/a.npz").stat().st_mtime_ns
    ended = run(*call)
    assert (ended.code, ended.out.count("frames read")) == (0, 1)
    assert ended.err.count("skipped") == 1
    assert listing(tmp_path / "out") == [*a, *b]
    assert (tmp_path / "out/a.npz").stat().st_mtime_ns == stamp


@pytest.mark.parametrize("damage", ["", "[", "{}", '"x": ${', "\0"])
def test_resume_does_again_what_it_cannot_read(
    run: Run, make_clip: Clip, tmp_path: Path, damage: str
) -> None:
    make_clip()
    call = ["input=clip.mp4", "output=out", "resume=true"]
    assert run(*call).code == 0
    for name in ("clip_config.yaml", "clip_summary.json"):
        (tmp_path / "out" / name).write_text(damage)
        ended = run(*call)
        assert (ended.code, ended.err) == (0, "")
        assert (tmp_path / "out" / name).read_text() != damage


# What a person sees.


def test_the_bar_shows_speed_and_time_left_and_goes_away(make_clip: Clip, tmp_path: Path) -> None:
    make_clip("{x} [red].mp4", 400)
    ours, theirs = pty.openpty()
    with start(
        tmp_path, "input={x} [red].mp4", "output=out", stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while block := os.read(ours, 1 << 16):
                shown += block
        except OSError:
            pass  # so Linux says that the other end was closed
        os.close(ours)
    text = shown.decode()
    assert process.returncode == 0
    assert "Traceback" not in text
    assert "{x} [red].mp4  detect and track people" in text
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)
    assert re.search(r"\d+/400 \d+ frames/s 0:00:\d\d", plain)
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")  # the cursor is back
    after = plain[plain.rindex("400 frames read") :]
    assert "detect and track" not in after
    assert "wrote     out/{x} [red].npz" in after


def test_a_run_that_nobody_watches_says_nothing_but_its_summary(
    make_clip: Clip, tmp_path: Path
) -> None:
    make_clip()
    with start(tmp_path, "input=clip.mp4", "output=out") as process:
        summary, errors = process.communicate()
    assert errors == ""
    assert "\x1b" not in summary
    assert summary.startswith("clip.mp4: 160x120, 25 fps, 3 frames read\n")
    assert (tmp_path / "out/clip.npz").exists()
    for line in summary.splitlines():
        kind, _, path = line.strip().partition(" ")
        assert kind != "wrote" or (tmp_path / path.strip()).is_file()


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("framework", [*QUICK, "input=*.mp4", "output=out"]),
        ("framework", ["--help"]),
        ("framework.list", []),
    ],
)
def test_a_reader_who_leaves_early_disturbs_nothing(
    make_clip: Clip, tmp_path: Path, module: str, arguments: list[str]
) -> None:
    make_clip("a.mp4"), make_clip("b.mp4")
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=tmp_path,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(theirs)
    assert (done.returncode, done.stderr) == (0, "")
    if module == "framework" and "--help" not in arguments:
        assert len(list((tmp_path / "out").iterdir())) == 6


def test_a_terminal_that_knows_no_such_letters_still_shows_the_summary(
    make_clip: Clip, tmp_path: Path
) -> None:
    make_clip("日本 ü.mp4")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "framework", *QUICK, "input=日本 ü.mp4", "output=out"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert (done.stdout.count("\\u65e5\\u672c \\xfc"), done.stderr) == (4, "")


# Company.


def test_two_runs_at_once_share_a_folder(make_clip: Clip, tmp_path: Path, listing: Listing) -> None:
    make_clip(frames=50)
    with (
        start(tmp_path, "input=clip.mp4", "output=out", "hydra.run.dir=log1") as one,
        start(tmp_path, "input=clip.mp4", "output=out", "hydra.run.dir=log2") as two,
    ):
        errors = [process.communicate(timeout=60)[1] for process in (one, two)]
    assert (one.returncode, two.returncode, errors) == (0, 0, ["", ""])
    assert listing(tmp_path / "out") == ["clip.npz", "clip_config.yaml", "clip_summary.json"]
    assert len(results.load(tmp_path / "out/clip.npz").frame_index) == 50


class Troublemaker:
    """An observer that always fails."""

    @hookimpl
    def run_started(self) -> None:
        raise ValueError("started")

    @hookimpl
    def progress(self) -> None:
        raise ValueError("going")

    @hookimpl
    def run_finished(self) -> None:
        raise ValueError("finished")

    @hookimpl
    def run_failed(self) -> None:
        raise ValueError("failed")


def test_an_observer_that_raises_is_named_once_and_does_not_matter(
    run: Run, make_clip: Clip, tmp_path: Path
) -> None:
    make_clip(frames=60)
    with watched_by(Troublemaker()):
        ended = run("input=[clip.mp4,no.mp4]", "output=out", render=True)
    assert ended.code == 3
    assert "60 frames read" in ended.out
    assert len(results.load(tmp_path / "out/clip.npz").frame_index) == 60
    lines = [line for line in ended.err.splitlines() if "a stranger's observer failed" in line]
    hooks = ["run_started", "progress", "run_finished", "run_failed"]
    said = ["started", "going", "finished", "failed"]
    for line, hook, words in zip(lines, hooks, said, strict=True):
        assert f"failed in {hook}: ValueError('{words}')" in line


def test_an_input_that_vanishes_is_one_clear_error(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing
) -> None:
    clip = make_clip()
    with watched_by(AtStep("lift", clip.unlink)):
        ended = run("input=clip.mp4", "output=out")
    assert ended.code == 5
    assert ended.err == "error: record: No such file or directory: 'clip.mp4'\n"
    assert listing(tmp_path / "out") == []


def test_an_input_that_changes_while_it_is_read_does_not_stop_the_next(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing
) -> None:
    clip, shorter = make_clip("a.mp4", 40), make_clip("shorter.mp4", 20)
    make_clip("b.mp4", 5)
    before = children()
    with watched_by(AtStep("export", lambda: clip.write_bytes(shorter.read_bytes()))):
        ended = run("input=[a.mp4,b.mp4]", "output=out", render=True)
    assert ended.code == 5
    assert "a.mp4: changed while it was read, so no result was kept" in ended.err
    expected = ["b.npz", "b_config.yaml", "b_pose3d.mp4", "b_summary.json"]
    assert listing(tmp_path / "out") == expected
    assert children() == before


def test_a_picture_that_fails_does_not_stop_the_next_input(
    run: Run, make_clip: Clip, tmp_path: Path, listing: Listing
) -> None:
    make_clip("a.mp4", 5), make_clip("b.mp4", 50)
    ended = run("input=*.mp4", "output=out", "renderer.skip_s=1", render=True)
    assert ended.code == 2
    assert "renderer.skip_s=1 leaves none of the 5 frames of 'a.mp4' to draw" in ended.err
    # The data files of the first are kept; only its video is missing.
    expected = [
        "a.npz",
        "a_config.yaml",
        "a_summary.json",
        "b.npz",
        "b_config.yaml",
        "b_pose3d.mp4",
        "b_summary.json",
    ]
    assert listing(tmp_path / "out") == expected


def test_one_input_for_two_workers_is_reported_once(run: Run, make_clip: Clip) -> None:
    make_clip()
    ended = run("input=clip.mp4", "output=out", "workers=2")
    assert (ended.code, ended.out.count("frames read")) == (0, 1)
    ended = run("input=no.mp4", "output=out", "workers=2")
    assert (ended.code, ended.err.count("error:")) == (3, 1)


# Slips of the pen.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["clip.mp4"], "Options read NAME=VALUE, no spaces: input=clip.mp4"),
        (["input", "=clip.mp4"], "Options read NAME=VALUE, no spaces: input=clip.mp4"),
        (["input=clip.mp4", "b.mp4"], "or input=[a.mp4,b.mp4]"),
        (["input=clip.mp4,b.mp4"], "is a list without brackets\n  Write input=[clip.mp4,b.mp4]"),
        (["--input", "clip.mp4"], "options have no dashes\n  Write input=clip.mp4"),
        (["--tracker=largest", "input=clip.mp4"], "no dashes\n  Write tracker=largest"),
        (["input=clip.mp4", "workers=0"], "workers is 0, but must be at least 1"),
        (["input=clip.mp4", "threads=100000"], "threads is 100000, but must be from 1 to 1024"),
        (["input=[clip.mp4,b.mp4]", "workers=2", "detector.max_people=0"], "detector.max_people"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(
    run: Run, make_clip: Clip, arguments: list[str], words: str
) -> None:
    make_clip(), make_clip("b.mp4")
    ended = run(*arguments)
    assert words in ended.err
    assert (ended.code, ended.out, ended.err.count("error:")) == (2, "", 1)


def test_flags_stand_anywhere(run: Run) -> None:
    ended = run("input=clip.mp4", "--cfg", "job", "stride=7")
    assert ended.code == 0
    assert "stride: 7" in ended.out


def test_the_home_folder_is_found_without_a_shell(
    run: Run, make_clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    make_clip("home/clip.mp4")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path("~root").expanduser() / ".cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    assert run("input=~/clip.mp4", "output=~/out").code == 0
    assert (tmp_path / "home/out/clip.npz").is_file()
    assert not (tmp_path / "~").exists()


def test_a_log_folder_that_cannot_be_written_to_is_named(run: Run, make_clip: Clip) -> None:
    make_clip()
    ended = run("input=clip.mp4", "output=out", "hydra.run.dir=clip.mp4/log")
    assert (ended.code, ended.out) == (5, "")
    assert "error: Not a directory: 'clip.mp4/log'\n  The log goes to hydra.run.dir" in ended.err


def test_an_address_is_no_file(run: Run) -> None:
    ended = run("input=https://example.org/clip.mp4", "output=out")
    assert ended.code == 3
    assert "'https://example.org/clip.mp4' is an address\n  Download the video" in ended.err


def test_jobs_of_a_sweep_do_not_replace_each_others_results(
    run: Run, make_clip: Clip, tmp_path: Path
) -> None:
    make_clip(frames=4)
    ended = run("-m", "input=clip.mp4", "stride=1,2", "output=out", "hydra.sweep.dir=sweep")
    assert ended.code == 0
    for job, frames in (("0", 4), ("1", 2)):
        assert len(results.load(tmp_path / "out" / job / "clip.npz").frame_index) == frames
    table = (tmp_path / "sweep/sweep.csv").read_text().splitlines()
    assert [line.split(",")[:4] for line in table[1:]] == [
        ["0", "stride=1", "clip.mp4", "4"],
        ["1", "stride=2", "clip.mp4", "2"],
    ]
