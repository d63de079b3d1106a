"""Exports, judged by others' tools: FHIR R4 models, BIDS validator, pyarrow, csv; and truth."""

import csv
import datetime as dt
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import course_case
import numpy as np
import pytest
import trained
import wearer
from plumbline.clinic import training
from plumbline.errors import UsageError
from plumbline.export import FORMATS, fhir, sto, tabular, write
from plumbline.export.content import Content, Motion
from plumbline.report.wearing import build
from plumbline.virtual import rotation
from plumbline.virtual.body import Body
from test_exercises import counts

NOW = dt.datetime(2026, 4, 12, 18, tzinfo=dt.timezone.utc)
RATES = {"S": 104.0, "L": 104.0}
SCRIPT = "title Bow\nwearer sway=0.2\n0 stand\n6 bend 60\n14 lean left 20\n20 end\n"
HERE = np.array([1.0, 0.0, 0.0, 0.0])


def motion(number=1, utc_ms=1_772_470_800_000):
    samples = dict(zip("SL", counts(Body.from_script(SCRIPT)), strict=True))
    return Motion(number, 1, 12.5, utc_ms, samples, RATES, {"S": HERE, "L": HERE}, True)


@pytest.fixture
def content(tmp_path):
    who = course_case.person(tmp_path / "people", 3)
    records = course_case.worn(1)
    sets = training.read(trained.programme(1), trained.clock)
    return Content("PL-0001", [motion(), motion(2, None)], build(records, wearer.clock(records)),
                   sets, who, who.diary.entries())  # fmt: skip


# -- FHIR --------------------------------------------------------------------------------------


def test_the_bundle_is_fhir_r4(content):
    """By the R4 models of the SMART team's client."""
    from fhirclient.models.bundle import Bundle

    made = fhir.bundle(content, NOW)
    read = Bundle(made)
    assert read.as_json()["type"] == "collection"
    kinds = [entry.resource.resource_type for entry in read.entry]
    assert kinds[:3] == ["Patient", "Device", "CodeSystem"] and kinds[-1] == "Provenance"
    assert kinds.count("Observation") > 30


@pytest.mark.parametrize("wrong", [
    {"effectiveDateTime": 5}, {"effectiveDateTime": "yesterday"}, {"status": None},
    {"code": None}, {"colour": "red"}, {"valueQuantity": {"value": "3"}}])
def test_the_models_would_refuse_what_is_wrong(content, wrong):
    from fhirclient.models.bundle import Bundle
    from fhirclient.models.fhirabstractbase import FHIRValidationError

    made = fhir.bundle(content, NOW)
    resource = made["entry"][3]["resource"]
    assert resource["resourceType"] == "Observation"
    resource.update(wrong)
    resource = {key: value for key, value in resource.items() if value is not None}
    made["entry"][3]["resource"] = resource
    with pytest.raises(FHIRValidationError):
        Bundle(made).as_json()


def test_codes_units_and_references(content):
    made = fhir.bundle(content, NOW)
    there = {entry["fullUrl"] for entry in made["entry"]}
    found = {}
    for entry in made["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] != "Observation":
            continue
        assert {resource["subject"]["reference"]} <= there
        coding = resource["code"]["coding"][0]
        found.setdefault(coding["code"], []).append(resource)
        if "valueQuantity" in resource:
            assert resource["valueQuantity"]["system"] == "http://unitsofmeasure.org"
    assert {"72514-3", "97909-6", "73985-4", "55411-3", "rmdq", "psfs", "worn-time"} <= set(found)
    assert found["97909-6"][0]["valueQuantity"] == {
        "value": 38, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}
    assert all(o["valueQuantity"]["code"] == "min" for o in found["55411-3"])
    (own,) = [e["resource"] for e in made["entry"]
              if e["resource"]["resourceType"] == "CodeSystem"]  # fmt: skip
    local = {c["code"] for c in own["concept"]}
    used = {c["code"] for os in found.values() for o in os for c in o["code"]["coding"]
            if c["system"] == fhir.LOCAL}  # fmt: skip
    assert used <= local and made == fhir.bundle(content, NOW)


def test_nobodys_name_and_no_item_texts_go_out(content):
    text = json.dumps(fhir.bundle(content, NOW))
    assert "Sato" not in text and "daughter" not in text and "P7" in text


# -- OpenSim -----------------------------------------------------------------------------------


def parsed(text):
    head, _, body = text.partition("endheader\n")
    keys = dict(line.split("=") for line in head.splitlines())
    rows = [line.split("\t") for line in body.splitlines()]
    return keys, rows[0], rows[1:]


def test_orientations_are_those_of_the_body():
    """Against the script's truth; the heading is arbitrary, so angles to the vertical count."""
    keys, names, rows = parsed(sto.text(motion()))
    assert keys == {"DataRate": "104.000000", "DataType": "Quaternion", "version": "3",
                    "OpenSimVersion": "4.5"}  # fmt: skip
    assert names == ["time", "pelvis_imu", "torso_imu"]
    times = np.array([float(row[0]) for row in rows])
    assert np.allclose(np.diff(times), 1 / 104, atol=2e-6)
    truth = Body.from_script(SCRIPT).angles(times)
    for column, name in ((1, "pelvis"), (2, "trunk")):
        quats = np.array([[float(v) for v in row[column].split(",")] for row in rows])
        assert np.allclose(np.linalg.norm(quats, axis=1), 1, atol=1e-6)
        flexion = rotation.inclination(quats)[0]
        assert np.abs(flexion - truth[name])[104 * 4 :].max() < 2.5


HAS_OPENSIM = importlib.util.find_spec("opensim") is not None
opensense = pytest.mark.skipif(not HAS_OPENSIM, reason="needs opensim: make judges")


def by_opensim(text, folder):
    """What OpenSim says to a file: (its exit code and words, table of angles or None)."""
    (folder / "bow.sto").write_text(text)
    done = subprocess.run([sys.executable, Path(__file__).with_name("opensense.py"),
                           folder / "bow.sto", folder, "6", "19"], cwd=folder, text=True,
                          capture_output=True, timeout=120)  # fmt: skip
    if done.returncode:
        return done.stdout + done.stderr, None
    return "", np.loadtxt(folder / "angles.csv", delimiter=",", skiprows=1)


@pytest.mark.slow
@opensense
def test_opensim_finds_the_angles_that_were_performed(tmp_path):
    """OpenSim's own calibration and inverse kinematics of the exported orientations, turned as
    docs/exports.md says."""
    said, found = by_opensim(sto.text(motion()), tmp_path)
    assert said == ""
    times, hip_x, _, hip_z, back_x, _, back_z = found.T
    truth = Body.from_script(SCRIPT).angles(times)
    assert np.ptp(truth["pelvis"]) > 25 and np.ptp(truth["trunk_lateral"]) > 18
    # Flexion is a turn about OpenSim's -z, a lean to the right one about +x.
    for got, true in ((-hip_z, truth["pelvis"]), (-back_z, truth["lumbar"]),
                      (hip_x, truth["pelvis_lateral"]),
                      (hip_x + back_x, truth["trunk_lateral"])):  # fmt: skip
        assert np.abs(got - true).max() < 1.5


@pytest.mark.slow
@opensense
@pytest.mark.parametrize("old, new", [
    ("DataType=Quaternion", "DataType=double"), ("pelvis_imu", "hips"), (",", " ")])
def test_opensim_would_refuse_what_is_wrong(tmp_path, old, new):
    said, found = by_opensim(sto.text(motion()).replace(old, new), tmp_path)
    assert found is None and said


def test_a_sensor_alone_is_one_column(tmp_path):
    whole = motion()
    one = Motion(1, 1, 0.0, None, {"L": whole.counts["L"]}, {"L": 104.0}, {"L": HERE}, False)
    assert parsed(sto.text(one))[1] == ["time", "torso_imu"]


# -- BIDS --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_bids_validator_finds_no_error(tmp_path, content):
    target = tmp_path / "bids"
    written = write("bids", content, target)
    assert all(path.is_file() for path in written)
    validator = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
    if validator is None:
        pytest.skip("needs bids-validator-deno: make setup")
    done = subprocess.run([validator, "--format", "json", str(target)], capture_output=True,
                          text=True, timeout=120)  # fmt: skip
    issues = json.loads(done.stdout)["issues"]["issues"]
    errors = [issue for issue in issues if issue["severity"] == "error"]
    assert errors == [] and json.loads(done.stdout)["summary"]["modalities"] == ["motion"]
    # The check can fail.
    next(target.rglob("*sacrum*_channels.tsv")).write_text("name\tunits\nx\tm\n")
    done = subprocess.run([validator, "--format", "json", str(target)], capture_output=True,
                          text=True, timeout=120)  # fmt: skip
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"]


def test_bids_columns_are_what_the_channels_say(tmp_path, content):
    write("bids", content, tmp_path)
    table = np.loadtxt(next(tmp_path.rglob("*lumbar_run-1_motion.tsv")))
    with open(next(tmp_path.rglob("*lumbar_run-1_channels.tsv")), newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert table.shape[1] == len(rows) == 10
    assert [row["type"] for row in rows] == ["GYRO"] * 3 + ["ACCEL"] * 3 + ["ORNT"] * 4
    # At rest the specific force is 1 g upwards.
    assert np.allclose(table[:300, 3:6].mean(0), [0, 0, 9.81], atol=0.3)


# -- tables ------------------------------------------------------------------------------------


def test_csv_has_units_and_the_numbers(tmp_path, content):
    write("csv", content, tmp_path)
    with open(tmp_path / "repetitions.csv", newline="") as file:
        head, units, *rows = list(csv.reader(file))
    assert head[:4] == ["set", "number", "side", "extent"] and units[5:8] == ["s"] * 3
    assert len(rows) == sum(len(one.repetitions) for one in content.sets)
    with open(tmp_path / "samples_S_1.csv", newline="") as file:
        head, units, first, second, *_ = list(csv.reader(file))
    assert units[head.index("gyr_x")] == "rad/s" and units[head.index("acc_z")] == "m/s^2"
    assert int(first[0]) == 12_500_000 and int(second[0]) - int(first[0]) in (9615, 9616)
    assert int(first[1]) == 1_772_470_800_000
    with open(tmp_path / "samples_S_2.csv", newline="") as file:
        assert list(csv.reader(file))[2][1] == "", "an unknown time stays empty"


def test_parquet_is_read_by_pyarrow_with_its_units(tmp_path, content):
    parquet = pytest.importorskip("pyarrow.parquet")
    write("parquet", content, tmp_path)
    table = parquet.read_table(tmp_path / "sets.parquet")
    assert table.num_rows == len(content.sets)
    assert table.schema.field("sway_rms_ml").metadata[b"unit"] == b"mm/s^2"
    assert table.column("exercise").to_pylist() == [one.name for one in content.sets]


def test_both_hold_the_same(content):
    names = [table.name for table in tabular.tables(content)]
    assert names[:4] == ["days", "sets", "repetitions", "told"]
    assert names[4:] == ["samples_S_1", "samples_L_1", "samples_S_2", "samples_L_2"]


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_to_export_is_said(tmp_path, name):
    empty = Content("PL-0001", [], build([]), [])
    with pytest.raises(UsageError):
        write(name, empty, tmp_path / "out")
