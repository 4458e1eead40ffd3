"""What a page holds, whatever opens it."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from framework.errors import StageError
from framework.plugins.renderer.viewer import config, data
from framework.plugins.renderer.viewer.page import json_for_html

FOLDER = Path(data.__file__).parent
HOSTILE = "</script><script>alert('1')</script><img src=x onerror=alert(2)>&{{data}}.mp4"


def named(result, name):
    return replace(result, video=replace(result.video, path=Path(name)))


def test_joints_come_back_within_the_stated_steps(make_scene, page, tmp_path):
    result = make_scene(people=2, rows=40, roots=True, missing=slice(10, 14))
    held = page.read(page.write(result, tmp_path / "clip"))
    joints, roots = held.arrays["joints"], held.arrays["root"]
    assert joints.shape == (2, 17, 3, 40) and roots.shape == (2, 3, 40)
    bones = np.linalg.norm(joints[:, 1] - joints[:, 2], axis=1)
    wanted = [np.linalg.norm(p.joints[:, 1] - p.joints[:, 2], axis=-1) for p in result.poses]
    np.testing.assert_allclose(bones, wanted, atol=2 * data.POSITION_M)
    assert np.isnan(joints[..., 10:14]).all() and not np.isnan(joints[..., 14:]).any()
    np.testing.assert_array_equal(held.arrays["time_s"], result.time_s)
    np.testing.assert_array_equal(held.arrays["frame"], result.frame_index)
    assert held.meta["schema"] == data.SCHEMA and held.meta["people"] == [1, 2]


def test_angles_have_their_person_and_sigmas(make_scene, page, tmp_path):
    result = make_scene(people=2, rows=30)
    sigmas = np.full((30, 17), 0.03, np.float32)
    poses = tuple(replace(pose, joint_sigmas=sigmas) for pose in result.poses)
    held = page.read(page.write(replace(result, poses=poses), tmp_path / "clip"))
    names = [(curve["person"], curve["name"]) for curve in held.meta["curves"]]
    assert (0, "left knee flexion") in names and (1, "left knee flexion") in names
    assert len(held.arrays["degrees"]) == len(names)
    assert np.nanmin(held.arrays["degrees_sigma"]) > 0
    np.testing.assert_allclose(held.arrays["sigma"], 0.03, atol=data.SIGMA_M)


@pytest.mark.parametrize(("people", "rows"), [(0, 12), (1, 1), (1, 12)])
def test_nobody_and_single_frames_make_a_page(make_scene, page, tmp_path, people, rows):
    held = page.read(page.write(make_scene(people=people, rows=rows), tmp_path / "clip"))
    assert held.meta["people"] == [1][:people] and held.meta["rows"] == rows


def test_text_of_strangers_cannot_leave_its_place(make_scene, page, tmp_path):
    result = replace(named(make_scene(rows=5), HOSTILE), warnings=(f"about {HOSTILE}",))
    held = page.read(page.write(result, tmp_path / "clip"))
    assert HOSTILE not in held.text and "<img" not in held.text
    assert len(re.findall(r"<script\b", held.text)) == len(re.findall(r"</script>", held.text)) == 4
    assert held.meta["name"].endswith("&{{data}}.mp4") and held.meta["notes"] == [
        f"about {HOSTILE}"
    ]


def test_json_for_html_has_nothing_that_html_reads():
    text = json_for_html({"a": "<!--</script>&amp;\u2028"})
    assert not set("<>&\u2028") & set(text)


def test_a_page_needs_no_network(make_scene, page, tmp_path):
    text = page.read(page.write(make_scene(rows=5), tmp_path / "clip")).text
    body = re.sub(r"(?s)<script>.*</script>", "", text)
    assert not re.search(r"https?://|//\w+\.\w+|@import|url\(", body)
    assert not re.search(r'\b(src|href)="(?!data:,)', body)
    policy = re.search(r'Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; ") and "connect-src" not in policy
    script = re.search(r"(?s)<script>(.*)</script>", text)[1]
    assert "eval(" not in script and "<!--" not in script and "</script" not in script
    # Whatever addresses three.js has in texts, it may not be one that is loaded from.
    assert not re.search(r"""import\(|importScripts|new WebSocket|sendBeacon""", script)


def test_a_page_is_small(make_scene, page, tmp_path):
    text = page.read(page.write(make_scene(people=0, rows=1), tmp_path / "clip")).text
    assert len(text.encode()) < 1_000_000


def test_ten_thousand_noisy_frames_take_few_megabytes(make_scene, page, tmp_path):
    result = make_scene(rows=10_000)
    noise = np.random.default_rng(1).normal(0, 0.005, result.poses[0].joints.shape)
    pose = replace(result.poses[0], joints=(result.poses[0].joints + noise).astype(np.float32))
    path = page.write(replace(result, poses=(pose,)), tmp_path / "clip")
    assert path.stat().st_size < 2_000_000


def test_the_built_script_is_that_of_the_sources():
    digest = hashlib.sha256()
    files = [f for f in (FOLDER / "source").iterdir() if f.suffix in (".js", ".mjs", ".json")]
    for file in sorted(files, key=lambda each: each.name):
        digest.update(f"{file.name}\n".encode() + file.read_bytes())
    built = (FOLDER / "viewer.js").read_text(encoding="utf-8")
    assert digest.hexdigest() in built[:200], "run: cd source && npm ci && npm run build"
    assert "Permission is hereby granted, free of charge" in built[:1500]


def test_the_film_is_named_relative_to_where_the_page_will_be(make_scene, page, tmp_path):
    film = tmp_path / "films" / "a b.mp4"
    film.parent.mkdir()
    film.write_bytes(b"film")
    private = tmp_path / "out" / ".clip.partial-12ab-7"
    private.mkdir(parents=True)
    held = page.read(page.write(named(make_scene(rows=3), film), private / "clip"))
    assert held.meta["film"]["addresses"] == ["a b.mp4", "../films/a b.mp4"]
    assert str(tmp_path) not in held.text


def test_names_of_distant_folders_stay_out_of_the_page(make_scene, page, tmp_path):
    film = tmp_path / "secret" / "clip.mp4"
    film.parent.mkdir()
    film.write_bytes(b"film")
    target = tmp_path / "a" / "b" / "c" / "clip"
    target.parent.mkdir(parents=True)
    held = page.read(page.write(named(make_scene(rows=3), film), target))
    assert held.meta["film"]["addresses"] == ["clip.mp4"] and "secret" not in held.text


def test_the_film_inside_or_none(make_scene, page, tmp_path):
    film = tmp_path / "clip.mp4"
    film.write_bytes(b"the film itself")
    result = named(make_scene(rows=3), film)
    text = page.read(page.write(result, tmp_path / "one", config.Film.inside)).text
    assert '<script type="application/octet-stream" id="copy">dGhlIGZpbG0gaXRzZWxm<' in text
    held = page.read(page.write(result, tmp_path / "two", config.Film.none))
    assert held.meta["film"]["addresses"] == [] and 'id="copy"><' in held.text


def test_a_film_that_is_gone_cannot_be_inside(make_scene, page, tmp_path):
    with pytest.raises(StageError, match="cannot be read"):
        page.write(
            named(make_scene(rows=3), tmp_path / "no.mp4"), tmp_path / "a", config.Film.inside
        )
