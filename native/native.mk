# Fuzzing of the core.  The committed corpora also run as plain tests (tests/native).

FUZZ := $(BUILD)/fuzz
FUZZ_TARGETS := $(patsubst native/fuzz/fuzz_%.c,%,$(wildcard native/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 60
FUZZ_INCLUDES := -Inative/include -Inative/src -Inative/nor -Inative/fuzz -Itests/native
FUZZ_SOURCES = native/fuzz/fuzz_$*.c $(wildcard native/src/*.c native/nor/*.c)
FUZZ_HEADERS := $(wildcard native/fuzz/*.h native/nor/*.[ch] native/include/*.h native/src/*.h tests/native/*.h)

fuzz: $(FUZZ_TARGETS:%=$(FUZZ)/%) ## Fuzz every target for FUZZ_SECONDS (60) with libFuzzer
	@for target in $(FUZZ_TARGETS); do \
	    mkdir -p $(FUZZ)/new-$$target; \
	    echo "$$target: $(FUZZ_SECONDS) s"; \
	    $(FUZZ)/$$target -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -verbosity=0 \
	      -artifact_prefix=$(FUZZ)/$$target- $(FUZZ)/new-$$target native/fuzz/corpus/$$target; \
	done

fuzz-afl: $(FUZZ_TARGETS:%=$(FUZZ)/afl-%) ## The same with AFL++
	@for target in $(FUZZ_TARGETS); do \
	    AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 \
	      afl-fuzz -V $(FUZZ_SECONDS) -i native/fuzz/corpus/$$target -o $(FUZZ)/afl-out-$$target \
	      -- $(FUZZ)/afl-$$target >$(FUZZ)/afl-$$target.log 2>&1 \
	      || { tail -n 20 $(FUZZ)/afl-$$target.log; exit 1; }; \
	    crashes=$$(find $(FUZZ)/afl-out-$$target -path '*crashes*' -name 'id*' | wc -l); \
	    echo "$$target: $(FUZZ_SECONDS) s, $$crashes crashes"; [ "$$crashes" -eq 0 ]; \
	done

fuzz-corpus: $(FUZZ_TARGETS:%=$(FUZZ)/%) ## Take what fuzzing found worth keeping into the corpora
	@for target in $(FUZZ_TARGETS); do \
	    mkdir -p $(FUZZ)/merged-$$target $(FUZZ)/new-$$target native/fuzz/corpus/$$target; \
	    rm -f $(FUZZ)/merged-$$target/*; \
	    $(FUZZ)/$$target -merge=1 -verbosity=0 $(FUZZ)/merged-$$target native/fuzz/corpus/$$target \
	      $(FUZZ)/new-$$target 2>/dev/null; \
	    rm -f native/fuzz/corpus/$$target/*; \
	    cp $(FUZZ)/merged-$$target/* native/fuzz/corpus/$$target/; \
	done

$(FUZZ_TARGETS:%=$(FUZZ)/%): $(FUZZ)/%: native/fuzz/fuzz_%.c $(NATIVE_SOURCES) $(FUZZ_HEADERS)
	@device/port/need.sh clang:clang
	@device/port/need.sh file:$$(clang --print-runtime-dir):libclang-rt-$$(clang -dumpversion | cut -d. -f1)-dev
	@mkdir -p $(@D)
	@clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
	  $(FUZZ_INCLUDES) $(FUZZ_SOURCES) -o $@

$(FUZZ_TARGETS:%=$(FUZZ)/afl-%): $(FUZZ)/afl-%: native/fuzz/fuzz_%.c $(NATIVE_SOURCES) $(FUZZ_HEADERS)
	@device/port/need.sh afl-clang-fast:afl++ clang:clang
	@mkdir -p $(@D)
	@AFL_QUIET=1 afl-clang-fast -g -O1 -fsanitize=fuzzer $(FUZZ_INCLUDES) $(FUZZ_SOURCES) -o $@

.PHONY: fuzz fuzz-afl fuzz-corpus
