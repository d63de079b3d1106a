"""OpenSim's own way from orientations to joint angles (OpenSense), as a program of its own, since
its C++ may end a process that it does not like:

    python opensense.py bow.sto folder 6 19      # writes folder/angles.csv

A pelvis and a trunk on gimbal joints are calibrated by the first row of the file (the body stands
upright there) and moved by inverse kinematics between two instants (s).  Columns written: time,
then pelvis and lumbar rotation about OpenSim's x (anterior), y (up) and z (right), degrees.
"""

import math
import sys
from pathlib import Path

import opensim

# From an earth frame whose z points up to OpenSim's, whose y does: docs/exports.md.
UP = -math.pi / 2


def model(path: Path) -> None:
    """Two segments, three degrees of freedom each."""
    made = opensim.Model()
    pelvis, torso = (opensim.Body(name, 10, opensim.Vec3(0), opensim.Inertia(1, 1, 1))
                     for name in ("pelvis", "torso"))  # fmt: skip
    joints = []
    for name, parent, child in (("hip", made.getGround(), pelvis), ("back", pelvis, torso)):
        joints.append(opensim.GimbalJoint(name, parent, opensim.Vec3(0, 0.1, 0), opensim.Vec3(0),
                                          child, opensim.Vec3(0), opensim.Vec3(0)))  # fmt: skip
        for i, axis in enumerate("xyz"):
            joints[-1].upd_coordinates(i).setName(f"{name}_{axis}")
    for part in (pelvis, torso):
        made.addBody(part)
    for joint in joints:
        made.addJoint(joint)
    made.finalizeConnections()
    made.printToXML(str(path))


def angles(orientations: Path, folder: Path, begin: float, end: float) -> Path:
    """The file of angles."""
    bare, fitted = folder / "bare.osim", folder / "fitted.osim"
    model(bare)
    placer = opensim.IMUPlacer()
    placer.set_model_file(str(bare))
    placer.set_output_model_file(str(fitted))
    placer.set_orientation_file_for_calibration(str(orientations))
    placer.set_base_imu_label("pelvis_imu")
    placer.set_base_heading_axis("x")
    solver = opensim.IMUInverseKinematicsTool()
    solver.set_model_file(str(fitted))
    solver.set_orientations_file(str(orientations))
    solver.set_results_directory(str(folder))
    solver.set_output_motion_file("angles.mot")
    solver.set_time_range(0, begin)
    solver.set_time_range(1, end)
    for tool in (placer, solver):
        tool.set_sensor_to_opensim_rotations(opensim.Vec3(UP, 0, 0))
        if not tool.run():
            raise SystemExit(f"{tool.getConcreteClassName()} failed")
    rows = (folder / "angles.mot").read_text().partition("endheader\n")[2].splitlines()
    written = folder / "angles.csv"
    written.write_text("\n".join(",".join(row.split()) for row in rows) + "\n")
    return written


if __name__ == "__main__":
    opensim.Logger.setLevelString("error")
    angles(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
