"""What budgets and anomaly monitors watch: the tag that their filter names, and whose bill a resource's tags put it on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gpuplatform.kinds.budgets import BUDGET
from gpuplatform.kinds.cluster.pool_users import starter_tags
from gpuplatform.kinds.costexplorer import ANOMALY_MONITOR
from gpuplatform.plan.model import SECRET, UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.values import as_dict, as_list, get_path, parse_json

USERS_OWN: Final = "user:"
"""How Budgets begins the keys of tags that users set; AWS's own begin with `aws:` (Budgets user guide, "budgets-create-filters")."""


@dataclass(frozen=True, kw_only=True)
class TagFilter:
    """Costs of what carries one of some tags. What watches has no other filter that would need to be met, or has it besides."""

    watcher: PlannedResource
    tags: frozenset[tuple[str, str]]

    @property
    def words(self) -> str:
        return " or ".join(f"{key}={value}" for key, value in sorted(self.tags))

    def matches(self, tags: Mapping[str, str]) -> bool:
        return not self.tags.isdisjoint(tags.items())


def tag_filters(plan: Plan) -> Iterator[TagFilter]:
    """Filters by tag of budgets and anomaly monitors. Of alternatives and negations none is told: they may count what has no tag."""
    for budget in plan.all(BUDGET):
        rows = [row for row in as_list(budget.inputs.get("costFilters")) if get_path(row, "name") == "TagKeyValue"]
        pairs = {
            (key.removeprefix(USERS_OWN), value)
            for row in rows
            for written in as_list(get_path(row, "values"))
            for key, _, value in [str(written).partition("$")]
        }
        if pairs and all(value for _, value in pairs):
            yield TagFilter(watcher=budget, tags=frozenset(pairs))
        yield from _needed(budget, budget.inputs.get("filterExpression"))
    for monitor in plan.all(ANOMALY_MONITOR):
        yield from _needed(monitor, parse_json(monitor.inputs.get("monitorSpecification")))


def cost_tags(plan: Plan, resource: PlannedResource) -> Mapping[str, str]:
    """What a resource's cost is tagged with: of what starts instances, the tags of those, for its own do not reach them."""
    launched = starter_tags(plan, resource)
    if launched is not None:
        return launched
    provider = plan.by_urn.get(resource.provider_urn)
    defaults = get_path(_object(provider.inputs.get("defaultTags")), "tags") if provider else None
    inputs = resource.inputs
    found = (defaults, inputs.get("clusterTags"), inputs.get("tagsAll"), inputs.get("tags"))
    return {key: str(value) for tags in found for key, value in as_dict(tags).items()}


def _needed(watcher: PlannedResource, expression: Json) -> Iterator[TagFilter]:
    """Tags without which an expression counts nothing. Budgets' SDK and Cost Explorer's JSON differ in the case of their keys."""
    fields = {key.lower().removesuffix("s"): value for key, value in as_dict(expression).items()}
    tag = {key.lower(): value for key, value in as_dict(fields.get("tag")).items()}
    key, values = str(tag.get("key") or ""), [str(value) for value in as_list(tag.get("values"))]
    options = {str(option) for option in as_list(tag.get("matchoptions"))}
    if key and all(values) and values and options <= {"EQUALS"} and not {SECRET, UNKNOWN} & {key, *values}:
        yield TagFilter(watcher=watcher, tags=frozenset((key.removeprefix(USERS_OWN), value) for value in values))
    for operand in as_list(fields.get("and")):
        yield from _needed(watcher, operand)


def _object(value: Json) -> Json:
    """A provider's settings are text in a recording, and values in a document."""
    return as_dict(value) or parse_json(value)
