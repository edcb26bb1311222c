"""Arithmetic on the facts of `gpuplatform.catalog`: pure functions, no cloud, no clock."""
