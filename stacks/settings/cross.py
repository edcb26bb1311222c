"""What no section can know alone, in the order in which it is said.

Each rule looks at the sections that parsed and yields problems; a section that did not parse is None and its rules wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from stacks.settings import placement, workloads
from stacks.settings.whole import Problem, Sections

RULES: tuple[Callable[[Sections], Iterator[Problem]], ...] = (
    placement.zones_in_region,
    placement.address_plan,
    placement.service_range,
    placement.system_nodes_offered,
    placement.pools_offered,
    placement.pools_fit_their_subnet,
    placement.serving_pools_offered,
    workloads.models_fit_their_pool,
    workloads.quotas_name_pools,
    workloads.jobs_fit_their_pool,
    workloads.claims_stand_alone,
    placement.lustre_in_network,
    workloads.teams_are_known,
    workloads.dedicated_pools_are_of_one_team,
    workloads.endpoints_have_names,
)
