"""EBS volumes of type gp3: what every one has, and how far it goes.

Sources, read 2026-11-22: EBS user guide, "General Purpose SSD volumes"; EC2 API, EbsBlockDevice, Throughput.
"""

from typing import Final

INCLUDED_IOPS: Final = 3000
INCLUDED_THROUGHPUT: Final = 125
"""MiB/s; also the least."""
MOST_THROUGHPUT: Final = 2000
THROUGHPUT_OF_AN_IOPS: Final = 0.25
"""The most MiB/s that each provisioned IOPS allows."""
