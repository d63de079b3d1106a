"""The report's parts, one module each (plumbline.report.page lists them)."""
