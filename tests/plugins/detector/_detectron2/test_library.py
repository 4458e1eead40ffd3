"""Importing detectron2."""

from importlib.util import find_spec

import pytest

from framework.errors import BackendError
from framework.plugins.detector._detectron2.library import import_library


def test_a_folder_that_is_no_checkout_is_named(tmp_path):
    with pytest.raises(BackendError, match="is no checkout of detectron2"):
        import_library(tmp_path)


@pytest.mark.skipif(find_spec("detectron2") is not None, reason="detectron2 is here")
def test_without_it_the_command_that_installs_it_is_shown():
    with pytest.raises(BackendError, match="detectron2 cannot be imported") as caught:
        import_library(None)
    assert "pip install 'framework[detectron2]'" in caught.value.hint
