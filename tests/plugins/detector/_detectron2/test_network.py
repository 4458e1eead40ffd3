"""Networks built from detectron2's configurations, and weights read into them."""

import pickle
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from framework.checkpoints import load_tensors
from framework.plugins.detector._detectron2 import network
from framework.plugins.detector._detectron2.library import import_library

installed = pytest.mark.skipif(
    find_spec("detectron2") is None, reason="detectron2 is not on Python's path"
)


def caffe2_shapes():
    """Names and shapes of the 362 parameters of Detectron's R-101-FPN Keypoint R-CNN."""
    shapes = {"conv1_w": (64, 3, 7, 7), "res_conv1_bn_s": (64,), "res_conv1_bn_b": (64,)}
    inside = 64
    for stage, (blocks, width) in enumerate([(3, 64), (4, 128), (23, 256), (3, 512)], 2):
        outside = 4 * width
        for block in range(blocks):
            convolutions = {
                "branch2a": (width, inside, 1, 1),
                "branch2b": (width, width, 3, 3),
                "branch2c": (outside, width, 1, 1),
            }
            if block == 0:
                convolutions["branch1"] = (outside, inside, 1, 1)
            for branch, shape in convolutions.items():
                name = f"res{stage}_{block}_{branch}"
                shapes |= {f"{name}_w": shape}
                shapes |= {f"{name}_bn_{part}": shape[:1] for part in "sb"}
            inside = outside
    for level, width in {"res2_2": 256, "res3_3": 512, "res4_22": 1024, "res5_2": 2048}.items():
        lateral = "" if level == "res5_2" else "_lateral"
        shapes |= with_bias(f"fpn_inner_{level}_sum{lateral}", (256, width, 1, 1))
        shapes |= with_bias(f"fpn_{level}_sum", (256, 256, 3, 3))
    shapes |= with_bias("conv_rpn_fpn2", (256, 256, 3, 3))
    shapes |= with_bias("rpn_cls_logits_fpn2", (3, 256, 1, 1))
    shapes |= with_bias("rpn_bbox_pred_fpn2", (12, 256, 1, 1))
    shapes |= with_bias("fc6", (1024, 12544)) | with_bias("fc7", (1024, 1024))
    shapes |= with_bias("cls_score", (2, 1024)) | with_bias("bbox_pred", (8, 1024))
    for layer in range(1, 9):
        shapes |= with_bias(f"conv_fcn{layer}", (512, 256 if layer == 1 else 512, 3, 3))
    shapes |= {"kps_score_lowres_w": (512, 17, 4, 4), "kps_score_lowres_b": (17,)}
    shapes |= {"kps_score_w": (17, 17, 4, 4), "kps_score_b": (17,)}
    return shapes


def with_bias(name, shape):
    return {f"{name}_w": shape, f"{name}_b": shape[:1]}


def caffe2_file(path, blobs):
    """A file as Detectron wrote it, with the momenta of its training."""
    momenta = {f"{name}_momentum": blob[:1] for name, blob in blobs.items() if "bn" not in name}
    content = {"blobs": {**blobs, **momenta}, "cfg": "MODEL: {TYPE: generalized_rcnn}"}
    path.write_bytes(pickle.dumps(content, protocol=2))
    return path


def test_the_table_of_blobs_is_that_of_the_published_model():
    shapes = caffe2_shapes()
    assert len(shapes) == 362
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == 78_187_147


def test_a_caffe2_file_is_read_by_names(tmp_path):
    blobs = {name: np.full(1, row, np.float32) for row, name in enumerate(caffe2_shapes())}
    tensors = load_tensors(caffe2_file(tmp_path / "model_final.pkl", blobs), "blobs")
    assert {name: float(tensors[name]) for name in blobs} == {
        name: float(blob[0]) for name, blob in blobs.items()
    }


@installed
@pytest.mark.slow
def test_a_caffe2_file_fills_the_network_as_detectron2_itself_would(tmp_path):
    library = import_library(None)
    generator = np.random.default_rng(0)
    blobs = {
        name: generator.standard_normal(shape, np.float32)
        for name, shape in caffe2_shapes().items()
    }
    path = caffe2_file(tmp_path / "model_final.pkl", blobs)
    ours = network.build(library, network.DETECTRON, "cpu", 0.5)
    network.fill(library, ours, load_tensors(path, "blobs"), True, path)
    theirs = network.build(library, network.DETECTRON, "cpu", 0.5)
    library.checkpoint.DetectionCheckpointer(theirs).load(str(path))
    wanted = theirs.state_dict()
    assert ours.state_dict().keys() == wanted.keys()
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in ours.state_dict().items())
    stem = ours.state_dict()["backbone.bottom_up.stem.conv1.weight"].numpy()
    np.testing.assert_array_equal(stem, blobs["conv1_w"])


@installed
def test_the_first_detectron_differs_from_the_zoo_where_it_should():
    library = import_library(None)
    built = network.build(library, network.DETECTRON, "cpu", 0.5)
    means = built.pixel_mean.flatten().tolist()
    assert means == pytest.approx([102.9801, 115.9465, 122.7717])
    for pooler in (built.roi_heads.box_pooler, built.roi_heads.keypoint_pooler):
        for level in pooler.level_poolers:
            assert (level.aligned, level.sampling_ratio) == (False, 2)
