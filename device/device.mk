# Firmware image and MicroPython unix port.

MICROPYTHON_REVISION := 1.25.0-1
MPY := $(or $(MICROPYTHON_DIR),$(PLUMBLINE_CACHE)/micropython-$(MICROPYTHON_REVISION))
FIRMWARE := $(BUILD)/firmware/plumbline-rp2040.uf2
WEARER := $(BUILD)/firmware-wearer/plumbline-rp2040-wearer.uf2
UNIX := $(BUILD)/unix/micropython
FIRMWARE_SOURCES := $(NATIVE_SOURCES) $(shell find native/bindings/micropython native/crypto device -type f -not -name '*.pyc')

# Nothing in an image may depend on when, where or from which checkout it was built.
REPRODUCIBLE := SOURCE_DATE_EPOCH=1744675200 MICROPY_GIT_TAG=v1.25.0 MICROPY_GIT_HASH=plumbline LC_ALL=C TZ=UTC

firmware: $(FIRMWARE) ## Build the brace's image, build/firmware/plumbline-rp2040.uf2
	@cat $(BUILD)/firmware/sizes.txt

firmware-wearer: $(WEARER) ## Build the image for wearers: no prompt, no filesystem
	@cat $(BUILD)/firmware-wearer/sizes.txt

unix: $(UNIX) ## Build the MicroPython unix port with the native module, build/unix/micropython

$(STAMPS)/tree: device/port/sources.sh device/port/trixie.sh
	@device/port/need.sh gcc:build-essential g++:build-essential make:build-essential git:git pkg-config:pkg-config dpkg:dpkg bzip2:bzip2 xz:xz-utils
	@if [ -n "$(MICROPYTHON_DIR)" ]; then \
	    grep -q 'MICROPY_VERSION_MINOR 25' $(MPY)/py/mpconfig.h || { \
	        echo "MICROPYTHON_DIR=$(MPY) is not MicroPython 1.25: name another tree or unset it." >&2; exit 1; }; \
	    $(MAKE) -s -C $(MPY)/mpy-cross; \
	else device/port/sources.sh $(MPY); fi
	@mkdir -p $(@D) && touch $@

$(FIRMWARE) $(WEARER): $(STAMPS)/tree $(STAMPS)/core $(FIRMWARE_SOURCES)
	@device/port/need.sh arm-none-eabi-gcc:gcc-arm-none-eabi cmake:cmake \
	  file:/usr/lib/arm-none-eabi/include/stdio.h:libnewlib-arm-none-eabi \
	  file:/usr/share/doc/libstdc++-arm-none-eabi-newlib:libstdc++-arm-none-eabi-newlib
	@echo "Building the firmware image (log: $(@D)/build.log)"
	@device/port/build_rp2.sh $(MPY) $(@D) $(PY) "$(REPRODUCIBLE)" $(@F:.uf2=) $(if $(findstring wearer,$@),WEARER)

$(UNIX): $(STAMPS)/tree $(NATIVE_SOURCES) native/micropython.mk $(wildcard native/bindings/micropython/* native/bindings/unix/* native/crypto/* native/nor/*)
	@echo "Building the MicroPython unix port (log: $(BUILD)/unix/build.log)"
	@mkdir -p $(BUILD)/unix
	@$(REPRODUCIBLE) $(MAKE) -C $(MPY)/ports/unix -j $(JOBS) BUILD=$(CURDIR)/$(BUILD)/unix \
	  MICROPY_PY_SSL=0 MICROPY_PY_BTREE=0 MICROPY_PY_FFI=0 USER_C_MODULES=$(CURDIR) FROZEN_MANIFEST= \
	  >$(BUILD)/unix/build.log 2>&1 || { tail -n 30 $(BUILD)/unix/build.log; exit 1; }
	@touch $@

STANDIN := $(BUILD)/standin/plumbline-standin.uf2

standin: $(STANDIN) ## Build the sensor stand-in's image, build/standin/plumbline-standin.uf2

$(STANDIN): $(STAMPS)/tree $(STAMPS)/core device/port/rp2.sh $(shell find device/standin -type f)
	@echo "Building the stand-in's image (log: $(BUILD)/standin/build.log)"
	@device/standin/build.sh $(MPY) $(BUILD)/standin $(PY) "$(REPRODUCIBLE)"

.PHONY: standin firmware firmware-wearer unix
