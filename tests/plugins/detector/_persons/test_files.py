"""The published files of the person detectors."""

from framework.plugins.detector._persons.files import PERSON_FILES


def test_published_files_are_told_apart():
    assert len({entry.name for entry in PERSON_FILES}) == len(PERSON_FILES)
    assert all(entry.licence and entry.sources for entry in PERSON_FILES)
