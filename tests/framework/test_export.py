"""Files from an earlier result, whole or not at all."""

import numpy as np
import pytest

from framework import export
from framework.results import to_arrays
from framework.testing.sample import Sample


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "my clip.npz"
    np.savez(path, **to_arrays(Sample.make(rows=20, people=2).result))
    return path


def test_exporters_write_beside_the_result(saved, capsys):
    assert export.main([str(saved), "exporter=[bvh,glb,trc]"]) == 0
    names = {path.name for path in saved.parent.iterdir()}
    assert {"my clip.glb", "my clip_person3.bvh", "my clip_person4.trc"} <= names
    assert capsys.readouterr().out.count("wrote ") == 5


def test_options_of_exporters_and_another_folder(saved, tmp_path):
    arguments = [
        f"result={saved}",
        "exporter=[bvh]",
        "exporter.bvh.fps=50",
        f"output={tmp_path / 'o'}",
    ]
    assert export.main(arguments) == 0
    assert "Frame Time: 0.0200000000" in (tmp_path / "o" / "my clip_person3.bvh").read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["exporter=[bvh]"], 2, "no result was given"),
        (["{npz}"], 2, "no exporter was chosen"),
        (["{npz}", "exporter=[bwh]"], 2, "bvh"),
        (["{npz}", "exporter=[bvh]", "exporter.bvh.order=ABC"], 2, "ZXY"),
        (["{npz}", "exporter=[bvh]", "detector=blazepose"], 2, "'detector' is no option"),
        (["nowhere.npz", "exporter=[bvh]"], 3, "there is no such file"),
        (["output=odd.npz", "exporter=[bvh]"], 2, "no result was given"),
        (["{npz}", "exporter=[npz]"], 2, "would replace the file of that name that was given"),
    ],
)
def test_mistakes_are_one_clear_error(saved, capsys, arguments, code, complaint):
    before = {path.name for path in saved.parent.iterdir()}
    assert export.main([each.format(npz=saved) for each in arguments]) == code
    error = capsys.readouterr().err
    assert error.count("error:") == 1 and complaint in error
    assert {path.name for path in saved.parent.iterdir()} == before


def test_an_export_replaces_only_its_own_files(saved, capsys, tmp_path):
    call = [str(saved), "exporter=[bvh]", f"output={tmp_path / 'out'}"]
    assert export.main(call) == 0
    assert export.main([*call, "exporter.bvh.unit=m"]) == 0
    for path in (tmp_path / "out").glob("*.bvh"):
        path.write_text("edited by hand")
    assert export.main(call) == 2
    assert "overwrite=true" in capsys.readouterr().err
    assert export.main([*call, "overwrite=true"]) == 0
