"""Whether values that are right alone are right together, as the services take them; and names that a replacement would meet again

What a service refuses of two properties stands with the resource's type, with its source: FSx, launch templates, node groups,
SageMaker's endpoints, models and jobs, scaling policies.
"""

from __future__ import annotations

from collections.abc import Iterator

from gpuplatform.kinds.registry import all_kinds
from gpuplatform.plan.model import Plan
from gpuplatform.plan.references import linked
from gpuplatform.preview.checking.check import Severity, Violation, check


@check("combination", Severity.ERROR, "Every property is one that the service takes beside the others.")
def combination(plan: Plan) -> Iterator[Violation]:
    for row in all_kinds().values():
        for resource in plan.all(row.token) if row.combinations else ():
            property_, type_ = row.beside
            beside = next((r.inputs for r in linked(plan, resource, property_, type_)), None) if property_ else None
            said = {
                f"{path}: {rule.says}" if path else rule.says
                for rule in row.combinations
                for path in rule.broken(resource.inputs, beside)
            }
            yield from (Violation(f"{resource.name}: {words}", resource) for words in sorted(said))


@check("fixed-name", Severity.WARNING, "What every change replaces has no fixed name.")
def fixed_name(plan: Plan) -> Iterator[Violation]:
    """Its replacement would have to be made while the name is taken; so the old one goes first, while others use it."""
    for row in all_kinds().values():
        replaced = any("*" in one.properties and not one.when for one in row.immutable or ())
        for resource in plan.all(row.token) if replaced and row.unique_name else ():
            if name := resource.inputs.get(row.unique_name):
                yield Violation(
                    f"{resource.name}: {row.unique_name}: {name} is fixed, and every change replaces the resource: the old one "
                    f"would be deleted, still in use, before the new one can have the name; leave {row.unique_name} out, and "
                    "Pulumi gives each a name of its own",
                    resource,
                )
