"""The three files of an evaluation."""

import json

import cv2
import numpy as np

from framework.lab.evaluation.candidates import Candidate
from framework.lab.evaluation.files import write
from framework.lab.evaluation.matching import PosePair
from framework.lab.evaluation.measures import LIMBS
from framework.lab.evaluation.plot import draw
from framework.lab.evaluation.report import Report, section
from framework.lab.evaluation.tables import to_markdown


def test_a_folder_gets_numbers_tables_and_a_chart(tmp_path, standing):
    pair = PosePair(action="", predicted=standing(), truth=standing(), in_camera_axes=True)
    rows = section("", [Candidate(name="a", pairs=[pair])], LIMBS)
    report = Report(title="clip", notes=(), sections=(rows,))
    paths = write(report, tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["evaluation.json", "evaluation.md", "evaluation.png"]
    assert json.loads(paths[0].read_text())["title"] == "clip"
    assert paths[1].read_text() == to_markdown(report)
    np.testing.assert_array_equal(cv2.imread(str(paths[2]))[..., ::-1], draw(report))
