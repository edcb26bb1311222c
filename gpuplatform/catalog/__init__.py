"""Facts as data, each with its source and date. Nothing here calls AWS; refreshing is a command of `gpuplatform.ops`."""
