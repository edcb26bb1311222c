"""What a preview knows nothing of: types without a row in `kinds`, and what charts create."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from gpuplatform.kinds.cluster.names import chart
from gpuplatform.kinds.registry import kind_of
from gpuplatform.kinds.tokens import RELEASE
from gpuplatform.plan.model import Json, Plan
from gpuplatform.plan.wording import counted

ENGINES_OWN = "pulumi:"


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Resources that were neither priced nor checked for what they are."""

    types: Mapping[str, int]
    """Type → how many resources of it the plan has, whoever's provider it is."""
    charts: tuple[str, ...]
    """Helm charts whose objects the plan does not show."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """One for the types, and one for the charts; none where there is nothing to say."""
        types = [f"{number} {type_}" if number > 1 else type_ for type_, number in self.types.items()]
        verb = "create" if len(self.charts) > 1 else "creates"
        charts = f"what {counted(len(self.charts), 'chart')} {verb}: {', '.join(self.charts)}"
        return (
            *([f"Not known: neither priced nor checked: {', '.join(types)}."] if types else ()),
            *([f"Not seen: {charts}."] if self.charts else ()),
        )

    def to_json(self) -> dict[str, Json]:
        return {
            "types": [{"type": type_, "count": number} for type_, number in self.types.items()],
            "charts": list(self.charts),
        }


def not_known(plan: Plan) -> NotKnown:
    """Of the resources that a provider or another package's component makes. The engine's own records are no resources."""
    counts = Counter(
        r.type
        for r in plan.resources
        if (r.custom or r.remote) and not r.type.startswith(ENGINES_OWN) and kind_of(r.type) is None
    )
    charts = sorted({chart(release) or release.name for release in plan.all(RELEASE)})
    return NotKnown(types=dict(sorted(counts.items())), charts=tuple(charts))
