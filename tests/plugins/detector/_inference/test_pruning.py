"""A model without the outputs that nobody reads answers as the whole one does, to the bit."""

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from framework.plugins.detector._blazepose.files import DETECTOR, LANDMARKS
from framework.plugins.detector._inference.pruning import only_outputs
from framework.weights import locate

WANTED = {(1, 195), (1, 1), (1, 117)}


def answers(image, **source):
    model = Interpreter(num_threads=1, **source)
    model.allocate_tensors()
    model.set_tensor(model.get_input_details()[0]["index"], image)
    model.invoke()
    return {
        tuple(each["shape"].tolist()): model.get_tensor(each["index"])
        for each in model.get_output_details()
    }


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("name", sorted(LANDMARKS))
def test_the_outputs_that_are_left_stay_the_same(name):
    path = locate(LANDMARKS[name])
    content = only_outputs(path, WANTED)
    assert content is not None
    for seed in range(3):
        image = np.random.default_rng(seed).random((1, 256, 256, 3), np.float32)
        whole, cut = answers(image, model_path=str(path)), answers(image, model_content=content)
        assert set(cut) == WANTED < set(whole)
        for shape, value in cut.items():
            np.testing.assert_array_equal(value, whole[shape])


@pytest.mark.usefixtures("weights")
def test_a_model_whose_outputs_are_all_read_is_left_alone():
    path = locate(DETECTOR)
    assert only_outputs(path, {(1, 2254, 12), (1, 2254, 1)}) is None
