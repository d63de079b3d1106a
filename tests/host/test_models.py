"""Training, replay of any recording, judging: plumbline.train, .replay.run, .evaluate."""

import contextlib
import io
import json
import os
from pathlib import Path

import numpy as np
import plumbline.replay
import pytest
from brace import activity
from plumbline import datasets
from plumbline.cli import main
from plumbline.errors import PlumblineError
from plumbline.evaluate import evaluate
from plumbline.evaluate.activities import random_turns
from plumbline.judging import FOUR, accuracy, confusion, windows
from plumbline.replay import recording
from plumbline.train import linear, tables

DATA = Path(os.environ.get("PLUMBLINE_DATA", "../shared/data"))
needs_hapt = pytest.mark.skipif(
    not (DATA / "hapt").is_dir(), reason=f"{DATA}/hapt is not there (PLUMBLINE_DATA)"
)


@pytest.fixture(scope="module")
def walker():
    """The shortest recording, and what the brace makes of it."""
    if not (DATA / "hapt").is_dir():
        pytest.skip(f"{DATA}/hapt is not there (PLUMBLINE_DATA)")
    r = min(datasets.hapt(DATA), key=lambda r: len(r.acc))
    return r, plumbline.replay.run(r.acc, r.gyr, r.rate_hz)


def test_regression_finds_the_classes_of_a_known_world():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [600, 300, 100])
    x = rng.normal(size=(1000, 4)) * [100, 1, 10, 1] + np.array(
        [[0, 0, 0, 0], [300, 0, 0, 0], [0, 0, 40, 0]])[y]
    model = linear.fit(x, y, 3, 1.0)
    assert np.mean(model.scores(x).argmax(axis=1) == y) > 0.93
    assert np.abs(model.weight[:, [1, 3]] * x[:, [1, 3]].std(axis=0)).max() < 0.5
    table = linear.to_integers(model, 0.5)
    exact = model.scores(np.rint(x)) * 0.5 * linear.UNIT
    assert np.abs(table.scores(np.rint(x).astype(int)) - exact).max() < 2
    assert np.abs(table.weight).max() > 16000, "the shift leaves bits unused"


def test_regression_refuses_a_missing_class():
    with pytest.raises(ValueError, match="class 1"):
        linear.fit(np.zeros((4, 1)), np.array([0, 0, 2, 2]), 3, 1.0)


def test_written_tables_are_modules_with_their_origin(tmp_path):
    table = linear.Table(np.array([[1, -2], [300, 4]], np.int16), np.array([5, -6], np.int32), 7)
    source = tables.module("Some tables.", "Data: made up. Split: none.", {"kind": table})
    names: dict = {}
    exec(source, names)
    assert np.frombuffer(names["KIND"], "<i2").tolist() == [1, -2, 300, 4]
    assert np.frombuffer(names["KIND_OFFSETS"], "<i4").tolist() == [5, -6]
    assert (names["KIND_SHIFT"], names["ABOUT"]) == (7, "Data: made up. Split: none.")


def test_epochs_are_seconds_without_gaps(walker):
    r, result = walker
    epochs = result.epochs
    assert len(epochs) == int(len(r.acc) / r.rate_hz)
    assert np.array_equal(epochs["start_s"][1:], epochs["end_s"][:-1])
    assert set(epochs["activity"]) <= set(activity.NAMES[:7])
    known = epochs["activity"] != "unknown"
    assert np.all((epochs["confidence"][known] >= 0.5) & (epochs["confidence"][known] <= 1))
    assert np.all(epochs["confidence"][~known] == 0)


def test_a_person_is_recognised(walker):
    r, result = walker
    pairs = windows(r, result.epochs)
    assert accuracy(pairs, FOUR) > 0.95 and accuracy(pairs) > 0.9
    walking = result.epochs[result.epochs["activity"] == "walk"]
    assert 1.2 < walking["steps"].sum() / len(walking) < 2.6
    kinds = set(result.events["kind"])
    assert {"transition", "posture", "mount"} <= kinds
    assert np.all(np.diff(result.events["time_s"]) >= 0)


def test_a_turned_sensor_makes_no_difference(walker):
    r, result = walker
    turn = random_turns(np.random.default_rng(2), 1)[0]
    turned = plumbline.replay.run(r.acc @ turn.T, r.gyr @ turn.T, r.rate_hz)
    same = turned.epochs["activity"] == result.epochs["activity"]
    assert same.mean() > 0.98
    assert np.abs(turned.epochs["flexion_deg"] - result.epochs["flexion_deg"]).max() < 5


def test_the_same_recording_gives_the_same_bytes(walker):
    r, result = walker
    again = plumbline.replay.run(r.acc, r.gyr, r.rate_hz, result.calibration)
    assert again.epochs.tobytes() == result.epochs.tobytes()


def test_without_walking_or_a_stance_everything_is_unknown():
    rng = np.random.default_rng(1)
    acc = rng.normal(0, 4, (3000, 3))
    result = plumbline.replay.run(acc, rng.normal(0, 2, (3000, 3)), 100)
    assert set(result.epochs["activity"]) == {"unknown"}
    assert result.events["what"][0] == "unknown"


def test_what_is_no_recording_is_refused():
    with pytest.raises(ValueError, match=r"\(n, 3\)"):
        plumbline.replay.run(np.zeros((5, 2)), np.zeros((5, 3)), 50)
    with pytest.raises(ValueError, match="rate_hz"):
        plumbline.replay.run(np.zeros((5, 3)), np.zeros((5, 3)), 1)
    with pytest.raises(ValueError, match="no samples"):
        plumbline.replay.run(np.zeros((0, 3)), np.zeros((0, 3)), 50)
    with pytest.raises(ValueError, match="acc_m_s2 has no valid sample"):
        plumbline.replay.run(np.full((9, 3), np.nan), np.zeros((9, 3)), 50)
    with pytest.raises(ValueError, match="9 samples, gyr_rad_s 8"):
        plumbline.replay.run(np.zeros((9, 3)), np.zeros((8, 3)), 50)
    with pytest.raises(ValueError, match="gyr_rad_s is no array of numbers"):
        plumbline.replay.run(np.zeros((9, 3)), [["a", "b", "c"]] * 9, 50)
    for rate in (float("nan"), float("inf"), None, "50"):
        with pytest.raises(ValueError, match="rate_hz"):
            plumbline.replay.run(np.zeros((9, 3)), np.zeros((9, 3)), rate)


@pytest.mark.parametrize("n", [2, 60, 1500])
def test_a_recording_of_any_length_has_its_whole_seconds(n):
    acc = np.tile([0.0, 0.0, 9.81], (n, 1))
    acc[n // 3 : n // 2] = np.nan
    result = plumbline.replay.run(acc, np.zeros((n, 3)), 50)
    assert len(result.epochs) == (n - 1) // 50 and np.isfinite(result.epochs["flexion_deg"]).all()


def test_windows_lie_wholly_inside_and_unknown_is_wrong():
    epochs = np.zeros(10, recording.EPOCH)
    epochs["start_s"], epochs["end_s"] = np.arange(10), np.arange(1, 11)
    epochs["activity"] = ["walk"] * 5 + ["unknown"] * 5
    r = datasets.Labelled("r", "1", np.zeros((500, 3)), np.zeros((500, 3)), 50.0,
                          np.array([[1, 0, 499]]))
    pairs = windows(r, epochs)
    assert len(pairs) == 6
    assert accuracy(pairs) == pytest.approx(3 / 6)
    assert confusion(pairs) == {"walk": {"walk": 3, "unknown": 3}}


def test_a_folder_without_data_is_refused(tmp_path):
    with pytest.raises(PlumblineError, match="hapt/"):
        evaluate(tmp_path)
    assert main(["evaluate", str(tmp_path)]) == 1


def test_files_that_are_no_recordings_are_left_out_and_named(tmp_path):
    for name in ("hapt", "sisfall", "exercise_optical"):
        (tmp_path / name).mkdir()
    (tmp_path / "hapt" / "exp01_user01.npz").write_bytes(b"PK not a zip file")
    rng = np.random.default_rng(0)
    still = np.tile([0.0, 0.0, 9.81], (300, 1)) + rng.normal(0, 0.02, (300, 3))
    common = {"acc": still, "gyr": np.zeros((300, 3)), "fs": 50.0}
    np.savez(tmp_path / "hapt" / "exp02_user01.npz", **common, labels=[[5, 0, 299]])
    np.savez(tmp_path / "hapt" / "exp03_user02.npz", **common)
    np.savez(tmp_path / "sisfall" / "SA01.npz", fs=200.0, D15_SA01_R01=np.zeros((3, 2)))
    np.savez(tmp_path / "exercise_optical" / "Walk_Walk_01_rep1.npz", fs=100.0)
    told: list[str] = []
    figures = evaluate(tmp_path, 1, told.append)
    assert figures["hapt"]["left_out"] == ["exp01_user01.npz", "exp03_user02.npz"]
    assert figures["hapt"]["recordings"] == 1 and figures["hapt"]["windows"] > 0
    assert figures["sisfall"]["left_out"] == ["SA01.npz"]
    assert figures["exercise_optical"]["left_out"] == ["Walk_Walk_01_rep1.npz"]
    assert any("exp03_user02.npz is left out: labels" in line for line in told)
    with pytest.raises(PlumblineError, match="exp01_user01.npz is no recording"):
        list(datasets.hapt(tmp_path))


@pytest.mark.parametrize("name", ["hapt", "sisfall", "exercise_optical"])
def test_an_empty_data_set_has_no_figures(tmp_path, name):
    (tmp_path / name).mkdir()
    assert np.isnan(next(
        value for value in evaluate(tmp_path, 1)[name].values() if isinstance(value, float)
    ))


@pytest.fixture(scope="module")
def figures():
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["evaluate", str(DATA), "--json"]) == 0
    return json.loads(out.getvalue())


@pytest.mark.slow
@needs_hapt
def test_every_data_set_that_is_there_has_its_figures(figures):
    keys = {"hapt": "hapt", "sisfall": "sisfall", "exercise_optical": "exercises",
            "trunk_rom": "trunk_rom"}  # fmt: skip
    assert {key for name, key in keys.items() if (DATA / name).is_dir()} <= set(figures)


@pytest.mark.req("POST-4")
@pytest.mark.slow
@needs_hapt
def test_the_shipped_brace_meets_its_figures(figures):
    assert figures["hapt"]["four_class_accuracy"] >= 0.985
    assert figures["hapt"]["six_class_accuracy"] >= 0.91
    assert figures["hapt"]["transitions_found"] >= 0.9
    assert figures["mounts"]["largest_difference"] <= 0.01
    assert figures["mounts"]["uncalibrated_flagged"] >= 0.99
    assert figures["cues"]["while_walking_or_on_stairs"] == 0
    assert figures["cues"]["while_changing_posture"] == 0
    assert figures["sisfall"]["bend_style_accuracy"] >= 0.9
    optical = figures["exercise_optical"]
    assert optical["pelvis_rmse_deg"] <= 1.5
    for name, own in optical["sensor_own_rmse_deg"].items():
        assert optical["rmse_deg"][name] <= min(own, 1.5), "worse than the research sensor itself"
