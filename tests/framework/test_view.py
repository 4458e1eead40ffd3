"""A page of an earlier result."""

import json

import numpy as np
import pytest

from framework import view
from framework.results import to_arrays
from framework.testing.sample import Sample


@pytest.fixture
def saved(tmp_path):
    sample = Sample.make(rows=20, people=2)
    path = tmp_path / "my clip.npz"
    np.savez(path, **to_arrays(sample.result))
    return path


def meta_of(page):
    text = page.read_text(encoding="utf-8")
    return json.loads(text.partition('id="meta">')[2].partition("</script>")[0])


def test_the_page_lies_beside_the_result(saved, capsys):
    assert view.main([str(saved)]) == 0
    page = saved.with_name("my clip_pose3d.html")
    assert capsys.readouterr().out == f"wrote {page}\n"
    assert meta_of(page)["film"]["addresses"] == ["clip.avi"]
    assert view.main([str(saved), "renderer.film=none"]) == 0, "its own page may be replaced"
    assert meta_of(page)["film"]["addresses"] == []


def test_the_film_is_where_the_run_read_it(saved, tmp_path):
    film = tmp_path / "films" / "clip.avi"
    film.parent.mkdir()
    film.write_bytes(b"film")
    record = saved.with_name("my clip_summary.json")
    record.write_text(json.dumps({"input": {"path": str(film), "sha256": ""}, "sha256": {}}))
    assert view.main([str(saved), f"output={tmp_path / 'pages'}"]) == 0
    page = tmp_path / "pages" / "my clip_pose3d.html"
    assert meta_of(page)["film"]["addresses"] == ["clip.avi", "../films/clip.avi"]


def test_a_film_can_be_given_and_held_inside(saved, tmp_path):
    film = tmp_path / "other.mp4"
    film.write_bytes(b"the film")
    assert view.main([str(saved), f"film={film}", "renderer.film=inside"]) == 0
    assert 'id="copy">dGhlIGZpbG0=<' in saved.with_name("my clip_pose3d.html").read_text()


def test_the_page_is_opened_where_that_is_asked_for(saved, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    assert view.main([str(saved)]) == 0 and opened == []
    assert view.main([str(saved), "open=true"]) == 0
    assert opened == [saved.with_name("my clip_pose3d.html").as_uri()]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        ([], 2, "no result was given"),
        (["nowhere.npz"], 3, "there is no such file"),
        (["{npz}", "film=nowhere.mp4"], 2, "there is no film 'nowhere.mp4'"),
        (["{npz}", "renderer.film=outside"], 2, "beside"),
        (["{npz}", "renderer=video"], 2, "draws the frames of a film"),
        (["{npz}", "detector=blazepose"], 2, "'detector' is no option"),
    ],
)
def test_mistakes_are_one_clear_error(saved, capsys, arguments, code, complaint):
    before = {path.name for path in saved.parent.iterdir()}
    assert view.main([each.format(npz=saved) for each in arguments]) == code
    error = capsys.readouterr().err
    assert error.count("error:") == 1 and complaint in error
    assert {path.name for path in saved.parent.iterdir()} == before
