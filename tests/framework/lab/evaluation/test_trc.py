"""TRC files are read strictly: metres whatever the unit, gaps as gaps, and no half files."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework.errors import InputError
from framework.lab.evaluation.trc import parse_trc, read_trc

WHOLE = "\n".join(
    [
        "PathFileType\t4\t(X/Y/Z)\tclip.trc",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate",
        "30\t30\t3\t2\tmm\t30",
        "Frame#\tTime\tRHip\t\t\tNose\t\t",
        "\t\tX1\tY1\tZ1\tX2\tY2\tZ2",
        "",
        "1\t0.000\t1\t2\t3\t10\t20\t30",
        "2\t0.033\t4\t\t6\t40\t50\t60",
        "3\t0.067\t7\t8\t9",
    ]
)


def test_markers_are_metres_and_a_marker_with_an_empty_cell_is_missing():
    markers = parse_trc(WHOLE)
    assert markers.names == ("RHip", "Nose")
    assert markers.frame.tolist() == [1, 2, 3]
    assert markers.time_s.tolist() == [0.0, 0.033, 0.067]
    assert markers.rate == 30
    np.testing.assert_allclose(markers.positions[0], [[0.001, 0.002, 0.003], [0.01, 0.02, 0.03]])
    missing = np.isnan(markers.positions).all(-1)
    assert missing.tolist() == [[False, False], [True, False], [False, True]]


def test_metres_stay_metres_and_windows_line_ends_do_not_matter():
    markers = parse_trc(WHOLE.replace("\tmm\t", "\tm\t").replace("\n", "\r\n"))
    np.testing.assert_allclose(markers.positions[0, 1], [10, 20, 30])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("PathFileType", "PathFile", "PathFileType"),
        ("\tmm\t", "\tcm\t", "Units is 'cm'"),
        ("30\t30\t3\t2", "30\t30\t4\t2", "3 rows, but NumFrames is 4"),
        ("30\t30\t3\t2", "30\t30\t3\t3", "line 4"),
        ("30\t30\t3\t2", "0\t30\t3\t2", "DataRate"),
        ("NumMarkers", "Markers", "no NumMarkers"),
        ("Nose", "RHip", "line 4 names 1 markers"),
        ("RHip\t\t\tNose", "RHip\t\tNose\t", "line 4"),
        ("\t20\t", "\ttwenty\t", "line 7: 'twenty' is not a number"),
        ("\t20\t", "\tinf\t", "line 7: 'inf' is out of range"),
        ("30\n2\t", "30\t5\n2\t", "line 7 has 9 cells instead of 8"),
        ("\n2\t", "\n1\t", "does not increase after row 1"),
        ("\n2\t", "\n1.5\t", "line 8 does not begin"),
        ("\n2\t0.033", "\n2\t", "line 8 does not begin"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old, new, message):
    assert old in WHOLE
    with pytest.raises(ValueError, match=message):
        parse_trc(WHOLE.replace(old, new, 1))


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "half.trc"
    path.write_bytes(WHOLE.encode()[:-30])
    with pytest.raises(InputError, match=r"half\.trc is not a whole TRC file"):
        read_trc(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"half\.trc"):
        read_trc(path)
    with pytest.raises(InputError, match="no such file"):
        read_trc(tmp_path / "nowhere.trc")


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_damaged_file_is_refused_or_read_as_it_is(data):
    at = data.draw(st.integers(0, len(WHOLE)))
    length = data.draw(st.integers(0, 12))
    new = data.draw(st.text("0123456789.-eE+\t\nmXRHnaif_\x00 ", max_size=6))
    try:
        markers = parse_trc(WHOLE[:at] + new + WHOLE[at + length :])
    except ValueError as error:
        assert str(error)
        return
    assert markers.positions.shape == (len(markers.frame), len(markers.names), 3)
    assert np.isfinite(markers.time_s).all()
    assert (np.diff(markers.frame) > 0).all()
    assert not np.isinf(markers.positions).any()
    known = np.isfinite(markers.positions)
    assert (known.all(-1) == known.any(-1)).all()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-1e5, 1e5), min_size=6, max_size=6), st.sampled_from(["m", "mm"]))
def test_what_is_written_is_read(values, unit):
    cells = "\t".join(repr(value) for value in values)
    text = WHOLE.replace("\tmm\t", f"\t{unit}\t").replace("1\t2\t3\t10\t20\t30", cells)
    metres = np.array(values) * (0.001 if unit == "mm" else 1)
    np.testing.assert_allclose(parse_trc(text).positions[0].ravel(), metres, atol=1e-12)
