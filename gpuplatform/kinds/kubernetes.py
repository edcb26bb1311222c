"""Kubernetes' own kinds of object."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.formats import digest
from gpuplatform.kinds.kind import ON_THE_CLUSTER, Created, Kind, immutable
from gpuplatform.kinds.labels import (
    Label,
    served_model,
)
from gpuplatform.kinds.pricing import claims, load_balancers
from gpuplatform.kinds.tokens import DEPLOYMENT, INGRESS, SERVICE, STORAGE_CLASS
from gpuplatform.plan.model import Json
from gpuplatform.plan.values import as_dict

CRON_JOB: Final = "kubernetes:batch/v1:CronJob"
DAEMON_SET: Final = "kubernetes:apps/v1:DaemonSet"
HORIZONTAL_POD_AUTOSCALER: Final = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
JOB: Final = "kubernetes:batch/v1:Job"
NAMESPACE: Final = "kubernetes:core/v1:Namespace"
PERSISTENT_VOLUME_CLAIM: Final = "kubernetes:core/v1:PersistentVolumeClaim"
SECRET: Final = "kubernetes:core/v1:Secret"
STATEFUL_SET: Final = "kubernetes:apps/v1:StatefulSet"


EVERY_OBJECT: Final = (
    immutable(
        "pulumi/pulumi-kubernetes provider/pkg/provider/provider.go: forceNewFields",
        "metadata.name",
        "metadata.namespace",
    ),
)
"""Of every kind, those that charts bring included."""


def created(asked: Created) -> tuple[str, dict[str, Json]]:
    """Identifier and outputs of an object, with Pulumi's own suffix where the program gives no name."""
    metadata = dict(as_dict(asked.inputs.get("metadata")))
    metadata.setdefault("name", f"{asked.name}-{digest(asked.name, 8)}")
    metadata.setdefault("namespace", "default")
    return f"{metadata['namespace']}/{metadata['name']}", {"metadata": metadata, "status": {}}


KINDS: Final = (
    Kind(CRON_JOB, pods="spec.jobTemplate.spec.template", price=ON_THE_CLUSTER),
    Kind(
        HORIZONTAL_POD_AUTOSCALER,
        maximum="spec.maxReplicas",
        ordered=(("spec.minReplicas", "spec.maxReplicas"),),
        price=ON_THE_CLUSTER,
    ),
    Kind(
        INGRESS,
        price=load_balancers.ingress,
    ),
    Kind(
        PERSISTENT_VOLUME_CLAIM,
        price=claims.claim,
        immutable=(immutable("pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew", "spec"),),
        holds="the volume that its reclaim policy may delete",
    ),
    Kind(
        SERVICE,
        price=load_balancers.service,
        immutable=(immutable("pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew", "spec.clusterIP"),),
    ),
    Kind(
        STATEFUL_SET,
        pods="spec.template",
        price=claims.stateful,
        immutable=(
            immutable(
                "pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew",
                "spec.selector",
                "spec.podManagementPolicy",
                "spec.serviceName",
                "spec.volumeClaimTemplates",
            ),
        ),
    ),
    Kind(
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        immutable=(immutable("pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew", "roleRef"),),
        price=ON_THE_CLUSTER,
    ),
    Kind(
        "kubernetes:core/v1:ConfigMap",
        immutable=(
            immutable("pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew", "data", "binaryData"),
        ),
        price=ON_THE_CLUSTER,
    ),
    Kind(
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
        holds="every object of its kind",
        price=ON_THE_CLUSTER,
    ),
    Kind(DAEMON_SET, pods="spec.template", noun="daemon set", price=ON_THE_CLUSTER),
    Kind(
        DEPLOYMENT,
        pods="spec.template",
        label=Label(icon="endpoint", words=served_model, rank=9),
        noun="deployment",
        immutable=(immutable("pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew", "spec.selector"),),
        price=ON_THE_CLUSTER,
    ),
    Kind(
        JOB,
        pods="spec.template",
        immutable=(
            immutable(
                "pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew",
                "spec.completions",
                "spec.parallelism",
                "spec.selector",
                "spec.template",
            ),
        ),
        price=ON_THE_CLUSTER,
    ),
    Kind(NAMESPACE, holds="every object in it", price=ON_THE_CLUSTER),
    Kind(
        "kubernetes:core/v1:PersistentVolume",
        immutable=(
            immutable(
                "pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew",
                "spec.csi",
                "spec.awsElasticBlockStore",
                "spec.nfs",
                "spec.hostPath",
                "spec.local",
            ),
        ),
        holds="the volume that its reclaim policy may delete",
        price=ON_THE_CLUSTER,
    ),
    Kind(
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        immutable=(immutable("pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew", "roleRef"),),
        price=ON_THE_CLUSTER,
    ),
    Kind(
        SECRET,
        immutable=(
            immutable("pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew", "type", "data", "stringData"),
        ),
        price=ON_THE_CLUSTER,
    ),
    Kind(
        STORAGE_CLASS,
        immutable=(
            immutable("pulumi/pulumi-kubernetes provider/pkg/provider/diff.go: forceNew", "parameters", "provisioner"),
        ),
        price=ON_THE_CLUSTER,
    ),
    *(
        Kind(token, price=ON_THE_CLUSTER)
        for token in (
            "kubernetes:apiregistration.k8s.io/v1:APIService",
            "kubernetes:storage.k8s.io/v1:CSIDriver",
            "kubernetes:storage.k8s.io/v1:CSINode",
            "kubernetes:certificates.k8s.io/v1:CertificateSigningRequest",
            "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
            "kubernetes:apps/v1:ControllerRevision",
            "kubernetes:resource.k8s.io/v1:DeviceClass",
            "kubernetes:discovery.k8s.io/v1:EndpointSlice",
            "kubernetes:core/v1:Endpoints",
            "kubernetes:flowcontrol.apiserver.k8s.io/v1:FlowSchema",
            "kubernetes:autoscaling/v1:HorizontalPodAutoscaler",
            "kubernetes:networking.k8s.io/v1:IngressClass",
            "kubernetes:coordination.k8s.io/v1:Lease",
            "kubernetes:core/v1:LimitRange",
            "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration",
            "kubernetes:networking.k8s.io/v1:NetworkPolicy",
            "kubernetes:core/v1:Pod",
            "kubernetes:policy/v1:PodDisruptionBudget",
            "kubernetes:core/v1:PodTemplate",
            "kubernetes:scheduling.k8s.io/v1:PriorityClass",
            "kubernetes:flowcontrol.apiserver.k8s.io/v1:PriorityLevelConfiguration",
            "kubernetes:apps/v1:ReplicaSet",
            "kubernetes:core/v1:ReplicationController",
            "kubernetes:resource.k8s.io/v1:ResourceClaim",
            "kubernetes:resource.k8s.io/v1:ResourceClaimTemplate",
            "kubernetes:core/v1:ResourceQuota",
            "kubernetes:resource.k8s.io/v1:ResourceSlice",
            "kubernetes:rbac.authorization.k8s.io/v1:Role",
            "kubernetes:node.k8s.io/v1:RuntimeClass",
            "kubernetes:core/v1:ServiceAccount",
            "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy",
            "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding",
            "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
            "kubernetes:storage.k8s.io/v1:VolumeAttachment",
        )
    ),
)
