"""Facts as data, each with its source and date. Nothing here calls AWS: `gpuplatform.ops` refreshes the data."""
