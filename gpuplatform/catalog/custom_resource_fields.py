"""The fields of custom resources that this platform writes, and what each may hold.

A field that is not here is refused: most often it is misspelt, and the API server would drop it without a word. A new one is added
here with the object that needs it. Written by hand; held against the definitions of the projects' own releases (karpenter, kueue,
keda, jobset, trainer, lws, prometheus-operator 0.93, cluster-autoscaler), read 2026-08. Rules between fields (CEL) are not here.

A name is a type, a tuple the values that are accepted, a list an array, a dictionary an object: `!` ends a field that must be there,
and `*` stands for any name. `Kubernetes` is a structure of Kubernetes itself, whose own schema judges it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Kubernetes:
    """A definition of Kubernetes, such as `api.core.v1.PodTemplateSpec`."""

    name: str


TEXT: Final = "text"
FLAG: Final = "flag"
WHOLE: Final = "whole"
QUANTITY: Final = "quantity"
TEXTS: Final = {"*": TEXT}
DURATION: Final = "duration"
"""Karpenter's and Prometheus's: `5m`, `1h30m`; Karpenter has `Never` too."""

METADATA: Final = Kubernetes("apimachinery.pkg.apis.meta.v1.ObjectMeta")
LABEL_SELECTOR: Final = Kubernetes("apimachinery.pkg.apis.meta.v1.LabelSelector")
POD_TEMPLATE: Final = Kubernetes("api.core.v1.PodTemplateSpec")
CLAIM: Final = Kubernetes("api.core.v1.PersistentVolumeClaim")
RESOURCES: Final = Kubernetes("api.core.v1.ResourceRequirements")
ENVIRONMENT: Final = [Kubernetes("api.core.v1.EnvVar")]
SECRET_KEY: Final = Kubernetes("api.core.v1.SecretKeySelector")

_TAINT: Final = {"key!": TEXT, "value": TEXT, "effect!": ("NoSchedule", "PreferNoSchedule", "NoExecute")}
_REQUIREMENT: Final = {
    "key!": TEXT,
    "operator!": ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"),
    "values": [TEXT],
    "minValues": WHOLE,
}
_STOP: Final = ("None", "Hold", "HoldAndDrain")
_MAY: Final = ("MayStopSearch", "TryNextFlavor")
_FAIR: Final = {"weight": QUANTITY}
_QUOTAS: Final = [
    {
        "coveredResources!": [TEXT],
        "flavors!": [
            {
                "name!": TEXT,
                "resources!": [
                    {"name!": TEXT, "nominalQuota!": QUANTITY, "borrowingLimit": QUANTITY, "lendingLimit": QUANTITY}
                ],
            }
        ],
    }
]

_KARPENTER: Final[dict[str, Any]] = {
    "NodePool": {
        "spec!": {
            "weight": WHOLE,
            "replicas": WHOLE,
            "limits": {"*": QUANTITY},
            "disruption": {
                "consolidateAfter!": DURATION,
                "consolidationPolicy": ("WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"),
                "budgets": [
                    {
                        "nodes!": TEXT,
                        "duration": DURATION,
                        "schedule": TEXT,
                        "reasons": [("Underutilized", "Empty", "Drifted")],
                    }
                ],
            },
            "template!": {
                "metadata": {"labels": TEXTS, "annotations": TEXTS},
                "spec!": {
                    "expireAfter": DURATION,
                    "terminationGracePeriod": DURATION,
                    "nodeClassRef!": {"group!": ("karpenter.k8s.aws",), "kind!": ("EC2NodeClass",), "name!": TEXT},
                    "requirements!": [_REQUIREMENT],
                    "taints": [_TAINT],
                    "startupTaints": [_TAINT],
                },
            },
        }
    },
    "EC2NodeClass": {
        "spec!": {
            "amiFamily": ("AL2023", "Bottlerocket", "Custom"),
            "amiSelectorTerms!": [
                {"alias": TEXT, "id": TEXT, "name": TEXT, "owner": TEXT, "ssmParameter": TEXT, "tags": TEXTS}
            ],
            "associatePublicIPAddress": FLAG,
            "blockDeviceMappings": [
                {
                    "deviceName": TEXT,
                    "rootVolume": FLAG,
                    "ebs": {
                        "volumeSize": QUANTITY,
                        "volumeType": ("gp3", "gp2", "io1", "io2", "sc1", "st1", "standard"),
                        "iops": WHOLE,
                        "throughput": WHOLE,
                        "encrypted": FLAG,
                        "kmsKeyID": TEXT,
                        "snapshotID": TEXT,
                        "deleteOnTermination": FLAG,
                        "volumeInitializationRate": WHOLE,
                    },
                }
            ],
            "capacityReservationSelectorTerms": [
                {"id": TEXT, "ownerID": TEXT, "tags": TEXTS, "instanceMatchCriteria": ("open", "targeted")}
            ],
            "detailedMonitoring": FLAG,
            "instanceProfile": TEXT,
            "instanceStorePolicy": ("RAID0",),
            "ipPrefixCount": WHOLE,
            "kubelet": {"*": "any"},
            "metadataOptions": {
                "httpEndpoint": ("enabled", "disabled"),
                "httpProtocolIPv6": ("enabled", "disabled"),
                "httpPutResponseHopLimit": WHOLE,
                "httpTokens": ("required", "optional"),
            },
            "networkInterfaces": [
                {"networkCardIndex!": WHOLE, "deviceIndex!": WHOLE, "interfaceType!": ("interface", "efa-only")}
            ],
            "placementGroupSelector": {"id": TEXT, "name": TEXT},
            "role": TEXT,
            "securityGroupSelectorTerms!": [{"id": TEXT, "name": TEXT, "tags": TEXTS}],
            "subnetSelectorTerms!": [{"id": TEXT, "tags": TEXTS}],
            "tags": TEXTS,
            "userData": TEXT,
        }
    },
}

_KUEUE: Final[dict[str, Any]] = {
    "AdmissionCheck": {
        "spec!": {"controllerName!": TEXT, "parameters": {"apiGroup!": TEXT, "kind!": TEXT, "name!": TEXT}}
    },
    "ClusterQueue": {
        "spec!": {
            "admissionChecksStrategy": {"admissionChecks!": [{"name!": TEXT, "onFlavors": [TEXT]}]},
            "cohortName": TEXT,
            "fairSharing": _FAIR,
            "flavorFungibility": {
                "whenCanBorrow": _MAY,
                "whenCanPreempt": _MAY,
                "preference": ("BorrowingOverPreemption", "PreemptionOverBorrowing"),
            },
            "namespaceSelector": LABEL_SELECTOR,
            "preemption": {
                "reclaimWithinCohort": ("Never", "LowerPriority", "Any"),
                "withinClusterQueue": ("Never", "LowerPriority", "LowerOrNewerEqualPriority"),
                "borrowWithinCohort": {"policy": ("Never", "LowerPriority"), "maxPriorityThreshold": WHOLE},
            },
            "queueingStrategy": ("StrictFIFO", "BestEffortFIFO"),
            "resourceGroups": _QUOTAS,
            "stopPolicy": _STOP,
        }
    },
    "Cohort": {"spec": {"parentName": TEXT, "fairSharing": _FAIR, "resourceGroups": _QUOTAS}},
    "LocalQueue": {"spec!": {"clusterQueue!": TEXT, "fairSharing": _FAIR, "stopPolicy": _STOP}},
    "ProvisioningRequestConfig": {
        "spec!": {
            "provisioningClassName!": TEXT,
            "managedResources": [TEXT],
            "parameters": TEXTS,
            "podSetMergePolicy": ("IdenticalPodTemplates", "IdenticalWorkloadSchedulingRequirements"),
            "podSetUpdates": {"nodeSelector": [{"key!": TEXT, "valueFromProvisioningClassDetail!": TEXT}]},
            "retryStrategy": {"backoffBaseSeconds": WHOLE, "backoffLimitCount": WHOLE, "backoffMaxSeconds": WHOLE},
        }
    },
    "ResourceFlavor": {
        "spec": {
            "nodeLabels": TEXTS,
            "nodeTaints": [_TAINT],
            "tolerations": [Kubernetes("api.core.v1.Toleration")],
            "topologyName": TEXT,
        }
    },
    "Topology": {"spec!": {"levels!": [{"nodeLabel!": TEXT}]}},
    "WorkloadPriorityClass": {"value!": WHOLE, "description": TEXT},
}

_JOBS: Final[dict[str, Any]] = {
    "JobSet": {
        "spec!": {
            "coordinator": {"replicatedJob!": TEXT, "jobIndex": WHOLE, "podIndex": WHOLE},
            "failurePolicy": {
                "maxRestarts": WHOLE,
                "restartStrategy": ("Recreate", "BlockingRecreate", "InPlaceRestart"),
                "rules": [
                    {
                        "name!": TEXT,
                        "action!": (
                            *("FailJobSet", "RestartJobSet", "RestartJobSetAndIgnoreMaxRestarts"),
                            *("RestartJob", "RestartJobAndIgnoreMaxRestarts"),
                        ),
                        "onJobFailureReasons": [TEXT],
                        "onJobFailureMessagePatterns": [TEXT],
                        "targetReplicatedJobs": [TEXT],
                    }
                ],
            },
            "network": {"enableDNSHostnames": FLAG, "publishNotReadyAddresses": FLAG, "subdomain": TEXT},
            "replicatedJobs": [
                {
                    "name!": TEXT,
                    "groupName": TEXT,
                    "replicas": WHOLE,
                    "dependsOn": [{"name!": TEXT, "status!": ("Ready", "Complete")}],
                    "template!": Kubernetes("api.batch.v1.JobTemplateSpec"),
                }
            ],
            "startupPolicy": {"startupPolicyOrder!": ("AnyOrder", "InOrder")},
            "successPolicy": {"operator!": ("All", "Any"), "targetReplicatedJobs": [TEXT]},
            "suspend": FLAG,
            "ttlSecondsAfterFinished": WHOLE,
        }
    },
    "LeaderWorkerSet": {
        "spec!": {
            "replicas": WHOLE,
            "leaderWorkerTemplate!": {
                "size": WHOLE,
                "leaderTemplate": POD_TEMPLATE,
                "workerTemplate!": POD_TEMPLATE,
                "restartPolicy": ("Default", "RecreateGroupOnPodRestart", "RecreateGroupAfterStart", "None"),
                "subGroupPolicy": {"subGroupSize": WHOLE, "subGroupPolicyType": ("LeaderWorker", "LeaderExcluded")},
                "volumeClaimTemplates": [CLAIM],
            },
            "networkConfig": {"subdomainPolicy!": ("Shared", "UniquePerReplica")},
            "rolloutStrategy": {
                "type!": ("RollingUpdate",),
                "rollingUpdateConfiguration": {"maxSurge": "share", "maxUnavailable": "share", "partition": WHOLE},
            },
            "startupPolicy": ("LeaderCreated", "LeaderReady"),
        }
    },
    "TrainJob": {
        "spec!": {
            "runtimeRef!": {"name!": TEXT, "kind": TEXT, "apiGroup": TEXT},
            "suspend": FLAG,
            "managedBy": TEXT,
            "activeDeadlineSeconds": WHOLE,
            "trainer": {
                "image": TEXT,
                "command": [TEXT],
                "args": [TEXT],
                "env": ENVIRONMENT,
                "numNodes": WHOLE,
                "numProcPerNode": WHOLE,
                "resourcesPerNode": RESOURCES,
            },
        }
    },
    "ProvisioningRequest": {
        "spec!": {
            "provisioningClassName!": TEXT,
            "parameters": TEXTS,
            "podSets!": [{"count!": WHOLE, "podTemplateRef!": {"name!": TEXT}}],
        }
    },
}

_POD_IDENTITY: Final = {"provider!": ("aws", "none"), "roleArn": TEXT, "identityOwner": ("keda", "workload")}
_KEDA: Final[dict[str, Any]] = {
    "ScaledObject": {
        "spec!": {
            "scaleTargetRef!": {"name!": TEXT, "kind": TEXT, "apiVersion": TEXT, "envSourceContainerName": TEXT},
            "minReplicaCount": WHOLE,
            "maxReplicaCount": WHOLE,
            "idleReplicaCount": WHOLE,
            "cooldownPeriod": WHOLE,
            "initialCooldownPeriod": WHOLE,
            "pollingInterval": WHOLE,
            "fallback": {
                "failureThreshold!": WHOLE,
                "replicas!": WHOLE,
                "behavior": (
                    *("static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"),
                    "scalingModifiers",
                ),
            },
            "advanced": {
                "restoreToOriginalReplicaCount": FLAG,
                "horizontalPodAutoscalerConfig": {
                    "name": TEXT,
                    "behavior": Kubernetes("api.autoscaling.v2.HorizontalPodAutoscalerBehavior"),
                },
                "scalingModifiers": {
                    "formula": TEXT,
                    "target": TEXT,
                    "activationTarget": TEXT,
                    "metricType": ("AverageValue", "Value"),
                },
            },
            "triggers!": [
                {
                    "type!": TEXT,
                    "name": TEXT,
                    # Numbers as text too: the API server refuses others.
                    "metadata!": TEXTS,
                    "metricType": ("AverageValue", "Value", "Utilization"),
                    "useCachedMetrics": FLAG,
                    "authenticationRef": {
                        "name!": TEXT,
                        "kind": ("TriggerAuthentication", "ClusterTriggerAuthentication"),
                    },
                }
            ],
        }
    },
    "TriggerAuthentication": {
        "spec!": {
            "podIdentity": _POD_IDENTITY,
            "secretTargetRef": [{"parameter!": TEXT, "name!": TEXT, "key!": TEXT}],
            "configMapTargetRef": [{"parameter!": TEXT, "name!": TEXT, "key!": TEXT}],
            "env": [{"parameter!": TEXT, "name!": TEXT, "containerName": TEXT}],
        }
    },
}

_RELABELLING: Final = [
    {
        "action": (
            *("replace", "keep", "drop", "hashmod", "labelmap", "labeldrop", "labelkeep", "lowercase", "uppercase"),
            *("keepequal", "dropequal"),
        ),
        "regex": TEXT,
        "replacement": TEXT,
        "separator": TEXT,
        "sourceLabels": [TEXT],
        "targetLabel": TEXT,
        "modulus": WHOLE,
    }
]
_ENDPOINT: Final[dict[str, Any]] = {
    "port": TEXT,
    "targetPort": "share",
    "path": TEXT,
    "scheme": ("http", "https"),
    "interval": DURATION,
    "scrapeTimeout": DURATION,
    "params": {"*": [TEXT]},
    "honorLabels": FLAG,
    "honorTimestamps": FLAG,
    "filterRunning": FLAG,
    "followRedirects": FLAG,
    "relabelings": _RELABELLING,
    "metricRelabelings": _RELABELLING,
    "bearerTokenSecret": SECRET_KEY,
}
_MONITOR: Final[dict[str, Any]] = {
    "selector!": LABEL_SELECTOR,
    "namespaceSelector": {"any": FLAG, "matchNames": [TEXT]},
    "attachMetadata": {"node": FLAG},
    "jobLabel": TEXT,
    "podTargetLabels": [TEXT],
    "sampleLimit": WHOLE,
    "targetLimit": WHOLE,
}
_PROMETHEUS: Final[dict[str, Any]] = {
    "PodMonitor": {"spec!": {**_MONITOR, "podMetricsEndpoints": [{**_ENDPOINT, "portNumber": WHOLE}]}},
    "ServiceMonitor": {"spec!": {**_MONITOR, "targetLabels": [TEXT], "endpoints!": [_ENDPOINT]}},
    "PrometheusRule": {
        "spec!": {
            "groups": [
                {
                    "name!": TEXT,
                    "interval": DURATION,
                    "limit": WHOLE,
                    "labels": TEXTS,
                    "rules": [
                        {
                            "alert": TEXT,
                            "record": TEXT,
                            "expr!": "share",
                            "for": DURATION,
                            "keep_firing_for": DURATION,
                            "labels": TEXTS,
                            "annotations": TEXTS,
                        }
                    ],
                }
            ]
        }
    },
}

FIELDS: Final[dict[str, dict[str, Any]]] = {**_KARPENTER, **_KUEUE, **_JOBS, **_KEDA, **_PROMETHEUS}
"""Kind → its fields beside `apiVersion`, `kind` and `metadata`."""
