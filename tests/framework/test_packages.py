"""Members of archives are found by the end of their path, and only if there is exactly one."""

import sys
import zipfile

import pytest

from framework import _packages
from framework._packages import SourceFailed, unzip


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("v1/models/net.bin", "one")
        file.writestr("v1/models/subnet.bin", "two")
        file.writestr("v1/a/same.bin", "three")
        file.writestr("v1/b/same.bin", "four")
    return path


@pytest.mark.parametrize("member", ["net.bin", "models/net.bin", "v1/models/net.bin"])
def test_a_member_is_named_by_its_path_or_the_end_of_it(archive, tmp_path, member):
    assert unzip(archive, {"member": member}, tmp_path).read_text() == "one"


@pytest.mark.parametrize("member", ["bnet.bin", "same.bin", "missing"])
def test_no_member_or_several_are_refused(archive, tmp_path, member):
    with pytest.raises(KeyError, match=member):
        unzip(archive, {"member": member}, tmp_path)


def test_another_archive_is_refused_by_its_digest(archive, tmp_path):
    with pytest.raises(SourceFailed, match="SHA-256 differs"):
        unzip(archive, {"member": "net.bin", "sha256": "00"}, tmp_path)


def test_a_package_manager_that_hangs_is_left(monkeypatch):
    monkeypatch.setattr(_packages, "_TIMEOUT_S", 0.2)
    with pytest.raises(_packages.SourceFailed, match="did not end within"):
        _packages._run([sys.executable, "-c", "import time; time.sleep(30)"])
