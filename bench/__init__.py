"""How fast, beside the physical limit or a peer measured in the same run: `make bench`.

The portal runs as `make run` runs it, in a folder of its own that goes afterwards. Only ratios
count: milliseconds change with the machine and with what else it does.
"""
