# The demonstration.

demo: $(STAMPS)/core $(FIRMWARE) ## Set everything up, wear a virtual brace for two minutes, write a report
	$(PY) -m plumbline.demo

.PHONY: demo
