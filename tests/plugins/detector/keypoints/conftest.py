"""People who stand still, and files with them in the formats of other tools."""

import json
import zipfile

import numpy as np
import pytest

from framework.errors import InputError
from framework.plugins.detector.keypoints.config import KeypointFilesConfig
from framework.plugins.detector.keypoints.reading import read
from framework.skeletons import SKELETONS, map_joints
from framework.testing.sample import walk


@pytest.fixture(scope="session")
def person():
    """(J, 2) pixels of a person who faces the camera, 200 pixels tall, by the skeleton's name."""

    def make(skeleton="coco17", x=300.0):
        blazepose = SKELETONS["blazepose33"]
        body = walk(blazepose, 1, raised=True)[0, :, :2] * 120
        joints = map_joints(body, blazepose, SKELETONS[skeleton])
        for joint, place in enumerate(SKELETONS[skeleton].joints):
            side = 12 * (("left" in place) - ("right" in place))
            for name, y in (("toe", 115), ("upper_neck", -70), ("head", -98)):
                if name in place:
                    joints[joint] = (side, y)
        assert np.isfinite(joints).all()
        return (joints + np.array([x, 200])).astype(np.float64)

    return make


@pytest.fixture(scope="session")
def flat(person):
    """A person as tools write one: x, y, score, x, y, score ..."""

    def make(skeleton="coco17", x=300.0, score=0.8):
        points = person(skeleton, x)
        return np.insert(points, 2, score, axis=1).ravel().tolist()

    return make


@pytest.fixture
def reading(tmp_path):
    """Write a document, a folder (a dict of documents by name) or an archive, and read it."""

    def make(content, name="people.json", **settings):
        path = tmp_path / name
        if name.endswith(".npz"):
            np.savez(path, **content)
        elif name.endswith(".zip"):
            with zipfile.ZipFile(path, "w") as archive:
                for member, document in content.items():
                    archive.writestr(member, json.dumps(document))
        elif name.endswith(".json"):
            path.write_text(json.dumps(content))
        else:
            for member, document in content.items():
                (path / member).parent.mkdir(parents=True, exist_ok=True)
                (path / member).write_text(json.dumps(document))
        return read(path, KeypointFilesConfig(**settings))

    return make


@pytest.fixture
def refusal():
    """Read a file that must be refused, in one line that names it; return that line."""

    def refused(path, **options):
        with pytest.raises(InputError) as caught:
            read(path, KeypointFilesConfig(**options))
        error = caught.value
        assert error.hint and "\n" not in error.message
        assert path.name in error.message
        return error.message

    return refused


@pytest.fixture(scope="session")
def per_frame():
    """How many people a recording has in each of its frames."""

    def count(recording):
        return [len(recording.people(int(frame))) for frame in recording.index]

    return count


@pytest.fixture
def alphapose(flat):
    """An entry of AlphaPose's default form; its detector gave the person a score of 0.9."""

    def make(image, skeleton="coco17", idx=0, **parts):
        keypoints = flat(skeleton, **parts)
        scores = np.array(keypoints[2::3])
        return {
            "image_id": image,
            "category_id": 1,
            "keypoints": keypoints,
            "score": scores.mean() + 0.9 + 1.25 * scores.max(),
            "box": [200, 50, 150, 300],
            "idx": idx,
        }

    return make
