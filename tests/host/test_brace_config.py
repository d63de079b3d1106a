"""The settings of a brace and how they survive changes of firmware."""

import struct

import pytest
from brace.config import SETTINGS, Config, ConfigError


def test_defaults_lie_within_their_limits():
    for name, default, low, high in SETTINGS:
        assert low <= default <= high, name


def test_a_change_is_taken_whole_or_not_at_all():
    config = Config()
    with pytest.raises(ConfigError, match="cue_ms must be a whole number from 20 to 1000"):
        config.change({"epoch_s": 30, "cue_ms": 5000})
    assert config["epoch_s"] == 60
    config.change({"epoch_s": 30, "cue_ms": 500})
    assert (config["epoch_s"], config["cue_ms"]) == (30, 500)


@pytest.mark.parametrize("value", [True, "30", 2.5, None])
def test_values_that_are_no_numbers(value):
    with pytest.raises(ConfigError):
        Config().change({"epoch_s": value})


def test_an_unknown_setting_is_named():
    with pytest.raises(ConfigError, match="no setting colour"):
        Config().change({"colour": 1})


def test_stored_and_loaded():
    config = Config()
    config.change({"epoch_s": 17, "lateral_cdeg": 999})
    other = Config()
    assert other.unpack(config.pack()) == []
    assert other.as_dict() == config.as_dict()


def test_copies_of_older_and_newer_firmware():
    config = Config()
    config.change({"epoch_s": 17})
    other = Config()
    other.unpack(config.pack()[:4])
    assert other["epoch_s"] == 17
    other = Config()
    other.unpack(config.pack() + struct.pack("<2i", 7, 8))
    assert other.as_dict() == config.as_dict()


def test_a_value_outside_its_limits_keeps_the_default_and_is_named():
    other = Config()
    assert other.unpack(struct.pack("<2i", 100000, 0)) == ["epoch_s"]
    assert (other["epoch_s"], other["cue_on"]) == (60, 0)
