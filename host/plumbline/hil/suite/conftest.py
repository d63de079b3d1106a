"""A brace at the station gets its name before anything else."""

import pytest


@pytest.fixture
def station(brace, request, about):
    """The brace under test, named as --hil-serial says if it has no name yet."""
    from plumbline.hil.run import KEY

    serial = request.config.option.hil_serial
    if serial and not brace.identity.serial:
        request.config.stash[KEY].current.hello = brace.provision(serial)
    about["calibration"] = brace.calibration()["id"]
    about["settings"] = f"{brace.config()['id']:08x}"
    return brace
