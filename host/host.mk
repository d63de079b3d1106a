# The demonstration and the bench.

demo: $(STAMPS)/core $(FIRMWARE) ## Set everything up, wear a virtual brace for two and a half minutes, write a report
	$(PY) -m plumbline.demo

$(STAMPS)/bench: $(STAMPS)/core
	$(VENV)/bin/pip install -q --disable-pip-version-check -e '.[bench]'
	@touch $@

bench: $(STAMPS)/bench ## Measure accuracy, cycles and speed beside peers; writes build/bench.json
	@device/port/need.sh arm-none-eabi-gcc:gcc-arm-none-eabi file:/usr/lib/arm-none-eabi/include/stdio.h:libnewlib-arm-none-eabi
	$(PY) -m plumbline.bench

.PHONY: demo bench
