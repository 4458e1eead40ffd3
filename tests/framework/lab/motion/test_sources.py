"""Which files a part of the split is read from."""

import hashlib
import json

import numpy as np
import pytest

from framework.errors import ConfigurationError, InputError
from framework.lab.motion.sources import Kind, MotionSource, load_part

BVH = """HIERARCHY
ROOT hip
{
  OFFSET 0 0 0
  CHANNELS 3 Xposition Yposition Zposition
  End Site
  { OFFSET 0 1 0 }
}
MOTION
Frames: 2
Frame Time: 0.0333
0 0 0
0 0 1
"""


@pytest.fixture
def split(tmp_path):
    path = tmp_path / "split.json"
    path.write_text(json.dumps({"splits": {"train": ["anna"], "test": ["ben"], "none": ["eve"]}}))
    return path


def test_only_people_of_the_part_are_read(packed, split):
    library, used = load_part([MotionSource(path=str(packed), licence="own")], split, "train")
    assert len(library.first) == 1
    (file,) = used
    assert file.people == {"anna"}
    assert file.licence == "own"
    assert file.minutes == pytest.approx(40 / 30 / 60)
    assert file.sha256 == hashlib.sha256(packed.read_bytes()).hexdigest()


def test_a_glob_takes_every_file_in_order_with_the_weight_of_its_source(packed, split, tmp_path):
    for name in ("b.npz", "a.npz"):
        (tmp_path / name).write_bytes(packed.read_bytes())
    sources = [MotionSource(path=f"{tmp_path}/[ab].npz", weight=2.0)]
    library, used = load_part(sources, split, "test")
    assert [file.file for file in used] == ["a.npz", "b.npz"]
    np.testing.assert_allclose(library.weight, [80, 80])


def test_files_without_people_of_the_part_are_not_on_the_card(packed, split, tmp_path):
    both = [MotionSource(path=str(packed)), MotionSource(path=str(packed))]
    _, used = load_part(both, split, "train")
    assert len(used) == 2
    with pytest.raises(InputError, match="no motion"):
        load_part(both, split, "none")


def test_a_path_without_files_is_named(split, tmp_path):
    with pytest.raises(ConfigurationError, match="no file matches"):
        load_part([MotionSource(path=f"{tmp_path}/*.none")], split, "train")


def test_a_bvh_needs_a_rig_and_a_subject(split, tmp_path):
    (tmp_path / "a.bvh").write_text(BVH)
    source = MotionSource(path=f"{tmp_path}/a.bvh", kind=Kind.bvh)
    with pytest.raises(ConfigurationError, match=r"a\.bvh needs a rig and a subject"):
        load_part([source], split, "train")


def test_an_unknown_part_of_the_split_is_an_error(packed, split):
    with pytest.raises(InputError, match="no part 'dev'"):
        load_part([MotionSource(path=str(packed))], split, "dev")
