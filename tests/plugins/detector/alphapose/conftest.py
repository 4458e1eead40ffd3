"""AlphaPose's networks with random weights."""

import pytest
import torch

from framework.plugins.detector.alphapose import library
from framework.plugins.detector.alphapose.config import AlphaPoseKeypoints


@pytest.fixture(scope="module", params=list(AlphaPoseKeypoints))
def built(request):
    """AlphaPose's own network with random weights, by the joints it sees."""
    torch.manual_seed(0)
    package = library.import_library(None)
    config = library.read_config(library.published_config(package, request.param.value))
    return request.param, config, library.build(package, config)
