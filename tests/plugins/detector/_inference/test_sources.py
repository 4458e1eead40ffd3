"""Entries of published weights say where the file is."""

from framework.plugins.detector._inference.sources import openmmlab, url


def test_openmmlab_serves_a_zip_with_the_network_inside():
    entry = openmmlab("small", "rtmo", "stem-640", size=7, sha256="ab")
    (source,) = entry.sources
    assert source == {
        "kind": "url",
        "url": "https://download.openmmlab.com/mmpose/v1/projects/rtmo/onnx_sdk/stem-640.zip",
        "member": "end2end.onnx",
    }
    assert (entry.filename, entry.size, entry.sha256) == ("stem-640.onnx", 7, "ab")
    assert entry.licence == "Apache-2.0"


def test_an_address_is_a_source_of_its_kind():
    assert url("https://x/y") == {"kind": "url", "url": "https://x/y"}
