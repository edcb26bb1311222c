"""The preview as one self-contained HTML file, for people who decide: architecture, findings, bill, timeline.

It loads nothing, from anywhere. It is all there without its script, which folds, filters, sorts, zooms and shows a resource beside.
Text of a plan reaches the page in two ways only: through `markup.tag`, which escapes it, and as JSON, which the script writes as text.
"""

from gpuplatform.preview.report.html.page import html

__all__ = ["html"]
