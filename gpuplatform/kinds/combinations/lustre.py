"""FSx for Lustre: which throughput, size and features a deployment type has.

Source of all: API reference, CreateFileSystem and CreateFileSystemLustreConfiguration, as botocore 1.44.5 carries it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.combination import Combination, Term, absent, among, given, other_than, whole_number

_SOURCE: Final = "FSx API reference, CreateFileSystem (botocore 1.44.5)"
_SCRATCH: Final = ("SCRATCH_1", "SCRATCH_2", None)
_PERSISTENT: Final = ("PERSISTENT_1", "PERSISTENT_2")
_SOLID: Final = ("SSD", None)
_THROUGHPUT: Final = "perUnitStorageThroughput"


def _rule(when: tuple[Term, ...], then: tuple[Term, ...], says: str) -> Combination:
    return Combination(when=when, then=then, says=says, source=_SOURCE)


def _throughputs() -> Iterator[Combination]:
    for type_, disk, speeds in (
        ("PERSISTENT_1", _SOLID, (50, 100, 200)),
        ("PERSISTENT_1", ("HDD",), (12, 40)),
        ("PERSISTENT_2", _SOLID, (125, 250, 500, 1000)),
    ):
        yield _rule(
            (among("deploymentType", type_), among("storageType", *disk), absent("backupId")),
            (among(_THROUGHPUT, *speeds),),
            f"{_THROUGHPUT}: {type_} on {disk[0]} takes {', '.join(map(str, speeds))} MB/s per TiB, and one of them must be said",
        )


def _sizes() -> Iterator[Combination]:
    def sized(when: tuple[Term, ...], step: int, firsts: tuple[int, ...]) -> Combination:
        steps = f"{', '.join(map(str, firsts))} GiB, or multiples of {step}" if firsts else f"multiples of {step} GiB"
        right = whole_number("storageCapacity", lambda size: size in firsts or (size > 0 and size % step == 0))
        return _rule((*when, given("storageCapacity")), (right,), f"storageCapacity: accepted are {steps}")

    yield sized((among("deploymentType", "SCRATCH_1", None),), 3600, (1200, 2400))
    yield sized((among("deploymentType", "SCRATCH_2", *_PERSISTENT), among("storageType", *_SOLID)), 2400, (1200,))
    yield sized((among("storageType", "HDD"), among(_THROUGHPUT, 12)), 6000, ())
    yield sized((among("storageType", "HDD"), among(_THROUGHPUT, 40)), 1800, ())


RULES: Final = (
    *_throughputs(),
    *_sizes(),
    _rule(
        (among("deploymentType", *_SCRATCH),),
        (absent(_THROUGHPUT),),
        f"{_THROUGHPUT}: scratch file systems have one throughput; leave it out, or take a PERSISTENT deployment type",
    ),
    _rule(
        (among("deploymentType", *_SCRATCH),),
        (absent("kmsKeyId"),),
        "kmsKeyId: a scratch file system is encrypted with the service's key; leave it out, or take a PERSISTENT deployment type",
    ),
    _rule(
        (among("deploymentType", *_SCRATCH),),
        (absent("automaticBackupRetentionDays"),),
        "automaticBackupRetentionDays: scratch file systems have no backups; take a PERSISTENT deployment type",
    ),
    _rule(
        (given("dailyAutomaticBackupStartTime"),),
        (given("automaticBackupRetentionDays"),),
        "dailyAutomaticBackupStartTime: no backup is made without automaticBackupRetentionDays above 0",
    ),
    _rule(
        (among("storageType", "HDD"),),
        (among("deploymentType", "PERSISTENT_1"),),
        "storageType: HDD is for PERSISTENT_1 alone",
    ),
    _rule(
        (among("storageType", "HDD"),),
        (given("driveCacheType"),),
        "driveCacheType: must be said of HDD, NONE or READ",
    ),
    _rule(
        (given("driveCacheType"), other_than("storageType", "HDD")),
        (absent("driveCacheType"),),
        "driveCacheType: is of HDD alone; leave it out",
    ),
    _rule(
        (among("storageType", "INTELLIGENT_TIERING"),),
        (among("deploymentType", "PERSISTENT_2"), given("throughputCapacity"), given("dataReadCacheConfiguration")),
        "storageType: INTELLIGENT_TIERING is PERSISTENT_2 with throughputCapacity and dataReadCacheConfiguration",
    ),
    _rule(
        (given("throughputCapacity"),),
        (among("storageType", "INTELLIGENT_TIERING"),),
        "throughputCapacity: is of INTELLIGENT_TIERING alone; of disks it is perUnitStorageThroughput",
    ),
    _rule(
        (given("metadataConfiguration"),),
        (among("deploymentType", "PERSISTENT_2"),),
        "metadataConfiguration: is of PERSISTENT_2 alone",
    ),
    _rule(
        (given("efaEnabled"),),
        (among("deploymentType", "PERSISTENT_2"), given("metadataConfiguration")),
        "efaEnabled: EFA is for PERSISTENT_2 with a metadataConfiguration",
    ),
    _rule(
        (given("exportPath"),),
        (given("importPath"),),
        "exportPath: needs importPath, of the same bucket",
    ),
    _rule(
        (among("deploymentType", "PERSISTENT_2"),),
        (absent("importPath"), absent("exportPath"), absent("autoImportPolicy")),
        "importPath, exportPath and autoImportPolicy: PERSISTENT_2 is linked to buckets by data repository associations",
    ),
    _rule(
        (among("deploymentType", "PERSISTENT_2"), given("fileSystemTypeVersion")),
        (other_than("fileSystemTypeVersion", "2.10"),),
        "fileSystemTypeVersion: PERSISTENT_2 takes 2.12 or 2.15",
    ),
    _rule(
        (given("metadataConfiguration"), given("fileSystemTypeVersion")),
        (among("fileSystemTypeVersion", "2.15"),),
        "fileSystemTypeVersion: with a metadataConfiguration it is 2.15",
    ),
)
