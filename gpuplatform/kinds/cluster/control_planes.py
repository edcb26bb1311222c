"""The clusters of a plan, by Pulumi's component or by the resource alone, said alike."""

from __future__ import annotations

from dataclasses import dataclass

from gpuplatform.kinds.tokens import CLUSTER_COMPONENT, CLUSTERS, CONTROL_PLANE, SUBNET
from gpuplatform.plan.model import UNKNOWN, Json, Plan, PlanFeature, PlannedResource, once
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_list, get_path, strings


@dataclass(frozen=True, kw_only=True)
class ControlPlane:
    """One cluster, with AWS's and pulumi-eks's defaults filled in."""

    resource: PlannedResource
    version: str
    private: bool
    """Whether its API answers within the VPC."""
    public: bool
    ranges: tuple[str, ...]
    """From where its API answers on the internet."""
    admits: str
    """Authentication mode: `API`, `API_AND_CONFIG_MAP`, `CONFIG_MAP`."""
    auto_mode: bool
    brings_network: bool
    """Whether EKS or the component installs the VPC CNI by itself."""
    own_groups: frozenset[str]
    """IDs of the security group that EKS makes for it, where the plan shows them."""
    named: frozenset[str]
    """Names and IDs by which others refer to it."""
    subnets: tuple[PlannedResource, ...]

    def of(self, resource: PlannedResource, *keys: str) -> bool:
        """Whether a resource is of this cluster."""
        urns = {urn for key in keys for urn in resource.property_dependencies.get(key, ())}
        sent = {*strings([resource.inputs.get(key) for key in keys])}
        return self.resource.urn in urns or bool(sent & self.named)


@once
def control_planes(plan: Plan) -> tuple[ControlPlane, ...]:
    """A component whose control plane the plan shows is told by that."""
    found: list[ControlPlane] = []
    for resource in (r for type_ in CLUSTERS for r in plan.all(type_)):
        within = [r for r in plan.descendants(resource) if r.type == CONTROL_PLANE]
        if not within and not (resource.type == CLUSTER_COMPONENT and PlanFeature.REMOTE_INPUTS in plan.lacks):
            found.append(_read(plan, resource))
    return tuple(found)


def _read(plan: Plan, resource: PlannedResource) -> ControlPlane:
    inputs, component = resource.inputs, resource.type == CLUSTER_COMPONENT
    network: Json = inputs if component else inputs.get("vpcConfig")
    auto = get_path(inputs, "autoMode" if component else "computeConfig", "enabled") is True
    mode = inputs.get("authenticationMode") if component else get_path(inputs, "accessConfig", "authenticationMode")
    default = inputs.get("bootstrapSelfManagedAddons") is not False and not (auto and component)
    # pulumi-eks installs the CNI as an add-on unless it is told to use the default one (nodejs/eks/cluster/cluster.ts, v4.4).
    by_component = component and inputs.get("useDefaultVpcCni") is not True and not auto
    state = get_path(resource.outputs, "eksCluster", "state") if component else resource.outputs
    groups = {
        get_path(resource.outputs, "clusterSecurityGroupId"),
        get_path(state, "vpcConfig", "clusterSecurityGroupId"),
    }
    names = [resource.outputs.get("name"), resource.outputs.get("id"), inputs.get("name"), get_path(state, "name")]
    paths = ("subnetIds", "privateSubnetIds", "publicSubnetIds") if component else ("vpcConfig",)
    subnets = {s.urn: s for path in paths for s in linked(plan, resource, path, SUBNET)}
    return ControlPlane(
        resource=resource,
        version=str(inputs.get("version") or ""),
        private=get_path(network, "endpointPrivateAccess") is True,
        public=get_path(network, "endpointPublicAccess") is not False,
        ranges=tuple(map(str, as_list(get_path(network, "publicAccessCidrs")))) or ("0.0.0.0/0",),
        admits=str(mode or "CONFIG_MAP"),
        auto_mode=auto,
        brings_network=default or by_component,
        own_groups=frozenset(strings(list(groups))) - {UNKNOWN},
        named=frozenset(strings(names)) - {UNKNOWN, ""},
        subnets=tuple(subnets.values()),
    )
