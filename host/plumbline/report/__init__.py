"""The report: one self-contained HTML file from a brace's records.

    wearing = plumbline.report.wearing.build(records)
    html = plumbline.report.page.render(wearing, title=...)

`sections/` holds one module for each part of it.
"""
