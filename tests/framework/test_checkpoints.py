"""Weight files of friends, of strangers and of enemies."""

import io
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from framework.checkpoints import load_tensors
from framework.errors import BackendError

TENSORS = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.count": torch.tensor(3)}
ONE_FILE = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class OldRandomState:
    """Pickles as a numpy RandomState did before numpy 1.17."""

    def __reduce__(self):
        maker = getattr(np.random, "__RandomState_ctor")
        return maker, (), np.random.RandomState(1234).get_state()


def save(path, content, *, zipped=True):
    torch.save(content, path, _use_new_zipfile_serialization=zipped)
    return path


def check(tensors):
    assert tensors.keys() == TENSORS.keys()
    assert all(torch.equal(tensors[name], TENSORS[name]) for name in TENSORS)


def refusal(path, section=""):
    """The one clear error that a file must give."""
    with pytest.raises(BackendError) as caught:
        load_tensors(path, section)
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < len(str(path)) + 200
    assert "weights_only" not in str(caught.value)
    assert caught.value.hint
    return caught.value.message


def test_safetensors_are_read_whatever_the_name(tmp_path):
    save_file(TENSORS, tmp_path / "weights.bin")
    check(load_tensors(tmp_path / "weights.bin"))
    check(load_tensors(tmp_path / "weights.bin", section="model_pos"))


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_pickles_of_arrays_are_read(tmp_path, protocol):
    arrays = {name: tensor.numpy() for name, tensor in TENSORS.items()}
    path = tmp_path / "model_final.pkl"
    path.write_bytes(pickle.dumps({"model": arrays, "__author__": "somebody"}, protocol))
    check(load_tensors(path, section="model"))
    path.write_bytes(pickle.dumps(arrays, protocol))
    check(load_tensors(path, section="model"))


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("kind", [dict, OrderedDict])
def test_state_dicts_are_read(tmp_path, zipped, kind):
    check(load_tensors(save(tmp_path / "x.pth", kind(TENSORS), zipped=zipped)))


def training_checkpoint(random_state):
    network = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(network.parameters(), amsgrad=True)
    network(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return {
        "epoch": 80,
        "lr": np.float64(1e-4),
        "random_state": random_state,
        "optimizer": optimizer.state_dict(),
        "model_pos": OrderedDict(TENSORS),
        "model_traj": None,
        "random_state_semi": None,
    }


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("state", [OldRandomState(), np.random.RandomState(1234)])
def test_training_checkpoints_with_generators_are_read(tmp_path, zipped, state):
    path = save(tmp_path / "epoch_80.bin", training_checkpoint(state), zipped=zipped)
    check(load_tensors(path, section="model_pos"))


def test_checkpoints_of_numpy_1_are_read(tmp_path):
    path = save(tmp_path / "x.bin", training_checkpoint(OldRandomState()), zipped=False)
    content = path.read_bytes()
    assert b"numpy._core.multiarray" in content
    path.write_bytes(content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
    check(load_tensors(path, section="model_pos"))


def test_no_generator_is_made_and_none_is_left_allowed(tmp_path, monkeypatch):
    path = save(tmp_path / "x.bin", training_checkpoint(np.random.RandomState(1234)))
    before = set(torch.serialization.get_safe_globals())
    made = []
    monkeypatch.setattr(np.random._pickle, "__randomstate_ctor", lambda *args: made.append(args))
    check(load_tensors(path, section="model_pos"))
    assert not made
    assert set(torch.serialization.get_safe_globals()) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html><html>403</html>", "web page"),
        (b"\n  <?xml version='1.0'?><Error/>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "LFS pointer"),
        (b"\x93NUMPY\x01\x00", "begins with"),
        (b"hello", "begins with b'hello'"),
        (b"PK\x03\x04 and then nothing", "cut off"),
        (b"\x80", "cut off or damaged"),
        (b"\x80\x02}q\x00.", "nothing in it"),
        (pickle.dumps({"blobs": {}}), "'blobs' (dict)"),
        (pickle.dumps({"a": np.array(["x"])}), "'a' (ndarray)"),
        (b"\xff\0\0\0\0\0\0\0{", "broken safetensors"),
    ],
)
def test_other_files_are_named(tmp_path, content, said):
    path = tmp_path / "weights.bin"
    path.write_bytes(content)
    assert said in refusal(path)


def test_missing_and_folder(tmp_path):
    assert "No such file" in refusal(tmp_path / "none.bin")
    assert "cannot be read" in refusal(tmp_path)


def test_archives_of_other_kinds(tmp_path):
    path = tmp_path / "weights.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inside/model.bin", b"x")
    assert "holds inside/model.bin" in refusal(path)
    np.savez(tmp_path / "x.npz", kpts=np.zeros(3))
    assert "kpts.npy" in refusal(tmp_path / "x.npz")


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([1, 2], "its content is list"),
        ({}, "nothing in it"),
        ({"epoch": 3, "model": 4}, "'epoch' (int), 'model' (int)"),
        ({"model_pos": None}, "'model_pos' (NoneType)"),
        ({"model_pos": {"a": "text"}}, "'a' (str)"),
        ({"a": torch.eye(2).to_sparse()}, "'a' (Tensor)"),
        ({"a": torch.empty(2, device="meta")}, "'a' (Tensor)"),
        ({3: torch.eye(2)}, "3 (Tensor)"),
    ],
)
def test_checkpoints_without_the_network(tmp_path, content, said, zipped):
    assert said in refusal(save(tmp_path / "x.bin", content, zipped=zipped), "model_pos")


@pytest.mark.parametrize("form", ["safetensors", "zip", "legacy"])
@ONE_FILE
@given(data=st.data())
def test_a_file_cut_anywhere_is_one_clear_error(tmp_path, form, data):
    path = tmp_path / f"{form}.bin"
    if form == "safetensors":
        save_file(TENSORS, path)
    else:
        save(path, {"model_pos": TENSORS}, zipped=form == "zip")
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    refusal(path, "model_pos")


@pytest.mark.parametrize("form", ["safetensors", "zip", "legacy"])
@ONE_FILE
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_but_never_anything_else(tmp_path, form, data):
    path = tmp_path / f"{form}.bin"
    if form == "safetensors":
        save_file(TENSORS, path)
    else:
        save(path, {"model_pos": TENSORS}, zipped=form == "zip")
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        load_tensors(path, "model_pos")
    except BackendError as error:
        assert error.hint


class Attack:
    """Pickles as a call of something."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


def attacks(victim):
    """Ways to leave a file behind."""
    order = f"open({str(victim)!r}, 'w').close()"
    return st.sampled_from(
        [
            Attack(os.system, f"touch '{victim}'"),
            Attack(os.mkdir, str(victim)),
            Attack(eval, order),
            Attack(exec, order),
            Attack(open, str(victim), "w"),
            Attack(io.open_code, "/etc/hostname"),
            Attack(Path.touch, victim),
            Attack(np.savez, str(victim)),
            Attack(torch.save, 0, str(victim)),
            Attack(torch.load, str(victim)),
            Attack(torch.hub.load, "somebody/something", "model"),
            Attack(np.load, str(victim), None, True),
            Attack(getattr, "text", "upper"),
            Attack(__import__, "antigravity"),
            Attack(map, Attack(getattr, "text", "upper"), [0]),
            Attack(np.random.default_rng, 0),
        ]
    )


@pytest.mark.parametrize("form", ["zip", "legacy", "pickle"])
@settings(ONE_FILE, max_examples=100)
@given(data=st.data())
def test_malicious_files_are_refused_and_do_nothing(tmp_path, form, data):
    victim, path = tmp_path / "victim", tmp_path / "evil.bin"
    attack = data.draw(attacks(victim))
    place = data.draw(st.sampled_from(["epoch", "model_pos", "random_state", "optimizer"]))
    deep = data.draw(st.booleans())
    content = training_checkpoint(None) | {place: [attack] if deep else attack}
    if form == "pickle":
        path.write_bytes(pickle.dumps(content, protocol=data.draw(st.integers(2, 4))))
    else:
        save(path, content, zipped=form == "zip")
    said = refusal(path, "model_pos")
    assert "was not opened: it asks to run" in said
    assert not victim.exists()


def test_what_a_malicious_file_asks_for_is_named(tmp_path):
    path = save(tmp_path / "evil.bin", {"model_pos": Attack(eval, "1")})
    assert "asks to run eval" in refusal(path)


def test_a_tensor_beyond_its_storage_is_refused(tmp_path):
    rebuild, arguments = torch.arange(4.0).__reduce_ex__(2)
    beyond = Attack(rebuild, arguments[0], 0, (1000, 1000), (1000, 1), *arguments[4:])
    for zipped in (True, False):
        refusal(save(tmp_path / "x.bin", {"a": beyond}, zipped=zipped))
