"""Faults of public reports, planted on the recorded plan of prod: who may do what, and what is told to whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gpuplatform.kinds import eks, eventbridge, fsx, iam, kms, sns, sqs
from gpuplatform.kinds.identity.documents import words
from gpuplatform.kinds.tokens import RELEASE, VPC_ENDPOINT
from gpuplatform.plan.model import Plan, PlannedResource
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.judgement.run import run_checks
from tests.preview.edits import Break, both, dropped, each_of, inputs, setting
from tests.preview.planted import told
from tests.preview.sound import with_field, with_input

Statement = dict[str, Any]
PODS = {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}}


def statements(name: str, key: str, change: Callable[[Statement], Statement | None]) -> Break:
    """The statements of a policy, each changed or dropped."""

    def edit(plan: Plan) -> Plan:
        text = next(r for r in plan.resources if r.name == name).inputs[key]
        document = json.loads(text)
        document["Statement"] = [kept for s in document["Statement"] if (kept := change(s)) is not None]
        return with_input(plan, name, key, json.dumps(document))

    return edit


def without_action(*actions: str) -> Callable[[Statement], Statement | None]:
    def change(statement: Statement) -> Statement | None:
        named = words(statement["Action"])
        kept = [a for a in named if a not in actions]
        return {**statement, "Action": kept} if kept else None

    return change


def without_sid(*sids: str) -> Callable[[Statement], Statement | None]:
    return lambda s: None if s.get("Sid") in sids else s


def on(sid: str, resource: str) -> Callable[[Statement], Statement | None]:
    return lambda s: {**s, "Resource": resource} if s.get("Sid") == sid else s


def trust(name: str, *actions: str, **more: Any) -> Break:
    document = {"Version": "2012-10-17", "Statement": [{**PODS, "Action": list(actions), **more}]}
    return setting(name, "assumeRolePolicy", json.dumps(document))


def values(name: str, **changed: Any) -> Break:
    """Values of a release; None removes one, and dots lead down."""

    def edit(plan: Plan) -> Plan:
        for path, value in changed.items():
            plan = with_input(plan, name, f"values|{path.replace('__', '|')}", value)
        return plan

    return edit


def addon(name: str, **changed: Any) -> Break:
    return each_of(eks.ADDON, inputs(**changed), named=name)


def association(account: str) -> Break:
    return each_of(
        eks.ADDON,
        lambda r: replace(
            r,
            inputs={
                **r.inputs,
                "podIdentityAssociations": [
                    {**one, "serviceAccount": account} for one in r.inputs["podIdentityAssociations"]
                ],
            },
        ),
        named="ebs-csi",
    )


KARPENTER, AUTOSCALER = "karpenter-identity-role-policy", "autoscaler-identity-role-policy"
ALERTS = "alerts-key-key"
AWS = "arn:aws:iam::aws:policy"

FAULTS: list[tuple[str, str, str, Break]] = [
    (
        "terraform-aws-eks#1619",
        "key-closed-to-user",
        "volume-key-key: its policy does not let AWSServiceRoleForAutoScaling",
        statements("volume-key-key", "policy", without_sid("ThroughEc2", "GrantThroughEc2")),
    ),
    (
        "no grant for instances",
        "key-closed-to-user",
        "kms:CreateGrant",
        statements("volume-key-key", "policy", without_sid("GrantThroughEc2")),
    ),
    ("no policy", "key-closed-to-user", "volume-key-key", setting("volume-key-key", "policy", None)),
    (
        "the lake's key closed to FSx",
        "key-closed-to-user",
        "lake-key-key: its policy does not let AWSServiceRoleForFSxS3Access",
        statements("lake-key-key", "policy", without_sid("ThroughS3")),
    ),
    (
        "the topic's key closed to CloudWatch",
        "key-closed-to-user",
        f"{ALERTS}: its policy does not let cloudwatch.amazonaws.com",
        statements(ALERTS, "policy", without_sid("ServiceCloudwatch")),
    ),
    (
        "a topic with AWS's own key",
        "key-closed-to-user",
        "AWS's own key, which is closed to cloudwatch",
        each_of(sns.TOPIC, inputs(kmsMasterKeyId="alias/aws/sns"), named="alerts"),
    ),
    (
        "a queue with AWS's own key",
        "key-closed-to-user",
        "closed to events",
        each_of(sqs.QUEUE, inputs(kmsMasterKeyId="alias/aws/sqs", sqsManagedSseEnabled=None)),
    ),
    (
        "karpenter#8501",
        "controller-rights",
        "calls iam:ListInstanceProfiles",
        statements(KARPENTER, "policy", without_action("iam:ListInstanceProfiles")),
    ),
    (
        "a later version's call",
        "controller-rights",
        "ec2:DescribeInstanceStatus",
        statements(KARPENTER, "policy", without_action("ec2:DescribeInstanceStatus")),
    ),
    (
        "kops#17854",
        "volume-key-closed",
        "lacks kms:CreateGrant",
        statements(KARPENTER, "policy", without_sid("EncryptVolumes", "GrantVolumes")),
    ),
    (
        "rights on another key",
        "volume-key-closed",
        "kms:Decrypt",
        statements(KARPENTER, "policy", on("EncryptVolumes", "arn:aws:kms:us-east-1:444455556666:key/other")),
    ),
    (
        "rights on another queue",
        "controller-rights",
        "sqs:ReceiveMessage on the queue interruptions-queue",
        statements(KARPENTER, "policy", on("ReadInterruptions", "arn:aws:sqs:us-east-1:444455556666:other")),
    ),
    (
        "rights on another cluster",
        "controller-rights",
        "eks:DescribeCluster on the cluster",
        statements(KARPENTER, "policy", on("ReadCluster", "arn:aws:eks:us-east-1:444455556666:cluster/other")),
    ),
    (
        "another role to pass",
        "controller-rights",
        "iam:PassRole on the role karpenter-nodes-role",
        statements(KARPENTER, "policy", on("PassNodeRole", "arn:aws:iam::444455556666:role/other")),
    ),
    (
        "eks-blueprints-addons#89",
        "controller-rights",
        "calls eks:DescribeNodegroup",
        statements(
            AUTOSCALER,
            "policy",
            lambda s: {**s, "Action": ["eks:ListNodegroups"]} if s["Sid"] == "ReadEmptyGroups" else s,
        ),
    ),
    (
        "groups of another cluster",
        "controller-rights",
        "autoscaling:SetDesiredCapacity in the name of this cluster",
        statements(
            AUTOSCALER,
            "policy",
            lambda s: (
                {**s, "Condition": {"StringEquals": {"aws:ResourceTag/eks:cluster-name": "other"}}}
                if s["Sid"] == "Scale"
                else s
            ),
        ),
    ),
    (
        "the load balancer controller's rules",
        "controller-rights",
        "elasticloadbalancing:SetRulePriorities",
        statements(
            "load-balancers-identity-role-policy", "policy", without_action("elasticloadbalancing:SetRulePriorities")
        ),
    ),
    (
        "no identity for a controller",
        "controller-without-role",
        "autoscaler-release: no role",
        dropped(eks.POD_IDENTITY_ASSOCIATION, named="autoscaler"),
    ),
    ("terrapod#1546", "pod-identity-trust", "sts:TagSession", trust("karpenter-identity-role", "sts:AssumeRole")),
    (
        "an add-on's role without it",
        "pod-identity-trust",
        "ebs-csi-driver-role: does not allow sts:TagSession",
        trust("cluster-addons-aws-ebs-csi-driver-role", "sts:AssumeRole"),
    ),
    (
        "a trust in instances",
        "pod-identity-trust",
        "does not trust pods.eks.amazonaws.com",
        trust("model-llama-70b-role", "sts:AssumeRole", "sts:TagSession", Principal={"Service": "ec2.amazonaws.com"}),
    ),
    (
        "terraform-aws-eks#3520",
        "addon-service-account",
        "write ebs-csi-controller-sa",
        association("ebs-csi-controller"),
    ),
    (
        "an add-on without an identity",
        "addon-without-role",
        "aws-ebs-csi-driver calls AWS",
        addon("ebs-csi", podIdentityAssociations=None),
    ),
    ("no agent", "pod-identity-agent", "nothing hands out the role", dropped(eks.ADDON, named="pod-identity-agent")),
    ("no driver", "driver-missing", "nothing on the cluster is the driver", dropped(eks.ADDON, named="ebs-csi")),
    (
        "no driver of the file system",
        "driver-missing",
        "fsx.csi.aws.com",
        lambda p: dropped(RELEASE, named="fsx-release")(p),
    ),
    (
        "eks-blueprints#1963",
        "addon-configuration",
        "did you mean controller?",
        addon("ebs-csi", configurationValues='{"controler": {}}'),
    ),
    (
        "a name of another place",
        "addon-configuration",
        "controller.extraVolumeTags",
        addon("ebs-csi", configurationValues='{"extraVolumeTags": {"a": "b"}}'),
    ),
    (
        "a switch that is no text",
        "addon-configuration",
        "is true, no text in quotes",
        addon("vpc-cni", configurationValues='{"env": {"ENABLE_PREFIX_DELEGATION": true}}'),
    ),
    (
        "a variable misspelt",
        "addon-configuration",
        "did you mean WARM_PREFIX_TARGET?",
        addon("vpc-cni", configurationValues="env: {WARM_PREFIXES_TARGET: '1'}"),
    ),
    (
        "replicas of coredns",
        "addon-configuration",
        "did you mean replicaCount?",
        addon("coredns", configurationValues='{"replicas": 3}'),
    ),
    (
        "replicas as text",
        "addon-configuration",
        "the schema has integer",
        addon("coredns", configurationValues='{"replicaCount": "3"}'),
    ),
    (
        "an add-on's short name",
        "addon-name",
        "did you mean aws-ebs-csi-driver?",
        addon("ebs-csi", addonName="ebs-csi-driver"),
    ),
    ("a misspelt add-on", "addon-name", "did you mean coredns?", addon("coredns", addonName="core-dns")),
    (
        "a version of years ago",
        "addon-version",
        "was released in 2022",
        addon("ebs-csi", addonVersion="v1.12.0-eksbuild.1"),
    ),
    ("a version of the driver", "addon-version", "is no version of an add-on", addon("ebs-csi", addonVersion="1.55.0")),
    ("a newer kube-proxy", "addon-version", "none newer", addon("kube-proxy", addonVersion="v1.40.0-eksbuild.1")),
    (
        "aws-load-balancer-controller#3937",
        "metadata-out-of-reach",
        "values.vpcId is not set",
        values("load-balancers-release", vpcId=None, region=None),
    ),
    (
        "karpenter#6024",
        "interruption-queue",
        "is the queue's ARN",
        lambda p: values(
            "karpenter-release", settings__interruptionQueue=p.one(sqs.QUEUE, "interruptions-queue").outputs["arn"]
        )(p),
    ),
    (
        "a queue by its address",
        "interruption-queue",
        "is the queue's URL",
        lambda p: values(
            "karpenter-release", settings__interruptionQueue=p.one(sqs.QUEUE, "interruptions-queue").outputs["url"]
        )(p),
    ),
    (
        "data-on-eks#819",
        "interruption-queue",
        "EC2 Spot Instance Interruption Warning",
        dropped(eventbridge.EVENT_RULE, eventbridge.EVENT_TARGET, named="spot-interruption"),
    ),
    (
        "a rule without a target",
        "interruption-queue",
        "AWS Health Event",
        dropped(eventbridge.EVENT_TARGET, named="health"),
    ),
    (
        "a rule that is off",
        "interruption-queue",
        "EC2 Instance State-change",
        each_of(eventbridge.EVENT_RULE, inputs(state="DISABLED"), named="state-change"),
    ),
    (
        "a queue that lets no event in",
        "message-refused",
        "events.amazonaws.com to sqs:SendMessage",
        dropped(sqs.QUEUE_POLICY),
    ),
    (
        "a queue for other rules",
        "message-refused",
        "interruptions-queue",
        statements(
            "interruptions-policy",
            "policy",
            lambda s: (
                {
                    **s,
                    "Condition": {"ArnEquals": {"aws:SourceArn": ["arn:aws:events:us-east-1:444455556666:rule/other"]}},
                }
                if s["Sid"] == "EventsOfOurRules"
                else s
            ),
        ),
    ),
    (
        "a topic that lets no alarm in",
        "message-refused",
        "cloudwatch.amazonaws.com to sns:Publish",
        statements("alerts-policy", "policy", without_sid("FromCloudwatch")),
    ),
    (
        "spot and no queue",
        "spot-without-warning",
        "buys spot",
        values("karpenter-release", settings__interruptionQueue=""),
    ),
    (
        "prometheus-operator#3636",
        "unselected-monitor",
        "inference-monitor: Prometheus of monitoring-release selects those labelled release=kube-prometheus-stack",
        values(
            "monitoring-release",
            **{
                f"prometheus__prometheusSpec__{one}SelectorNilUsesHelmValues": None
                for one in ("serviceMonitor", "podMonitor", "rule")
            },
        ),
    ),
    (
        "a label that no monitor has",
        "unselected-monitor",
        "selects those labelled team=ops",
        values("monitoring-release", prometheus__prometheusSpec__podMonitorSelector={"matchLabels": {"team": "ops"}}),
    ),
    (
        "a namespace that nobody looks into",
        "unselected-monitor",
        "does not look into namespace",
        values(
            "monitoring-release",
            prometheus__prometheusSpec__podMonitorNamespaceSelector={"matchLabels": {"watched": "yes"}},
        ),
    ),
    (
        "a receiver that is not there",
        "alert-without-receiver",
        "no receiver pager",
        values("monitoring-release", alertmanager__config__route__receiver="pager"),
    ),
    (
        "fsx-csi#437, of a scratch file system",
        "lustre-version",
        "FSx makes 2.10",
        each_of(fsx.LUSTRE_FILE_SYSTEM, inputs(fileSystemTypeVersion=None, deploymentType="SCRATCH_2")),
    ),
    (
        "fsx-csi#437, of PERSISTENT_2",
        "lustre-version-unstated",
        "FSx makes 2.12 of this deployment",
        each_of(fsx.LUSTRE_FILE_SYSTEM, inputs(fileSystemTypeVersion=None)),
    ),
    (
        "a chart's account is renamed",
        "pod-identity-account",
        "no service account karpenter",
        values("karpenter-release", serviceAccount__name="karpenter-controller"),
    ),
    ("pytorch/ci-infra#1032", "s3-through-nat", "900.00 $ a month for 20,000 GB", dropped(VPC_ENDPOINT)),
    (
        "an endpoint of other tables",
        "s3-through-nat",
        "reach S3 through it",
        each_of(
            VPC_ENDPOINT, lambda r: replace(inputs(routeTableIds=[r.inputs["routeTableIds"][0]])(r), outputs=r.outputs)
        ),
    ),
]


@pytest.mark.parametrize(("what", "rule", "words", "broken"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_planted_fault_is_found(what: str, rule: str, words: str, broken: Break, plans: dict[str, Plan]):
    found = run_checks(broken(plans["prod"]))

    assert any(f.rule == rule and words in f.message for f in found), (what, told(found))


def _as_policy_of_its_own(plan: Plan) -> Plan:
    """The inline policy of a role as a managed one that is attached."""
    inline = plan.one(iam.ROLE_POLICY, AUTOSCALER)
    arn = "arn:aws:iam::444455556666:policy/autoscaler"
    policy = replace(
        inline,
        type=iam.POLICY,
        urn=f"{inline.urn}-own",
        inputs={"policy": inline.inputs["policy"]},
        outputs={"arn": arn},
    )
    attached = replace(
        inline,
        type=iam.ROLE_POLICY_ATTACHMENT,
        urn=f"{inline.urn}-at",
        inputs={"role": inline.inputs["role"], "policyArn": arn},
    )
    return replace(plan, resources=(*(r for r in plan.resources if r is not inline), policy, attached), first=None)


def _with_wildcards(plan: Plan) -> Plan:
    return statements(AUTOSCALER, "policy", lambda s: {**s, "Action": ["autoscaling:*", "ec2:*", "eks:*"]})(plan)


def _key_policy_apart(plan: Plan) -> Plan:
    key = plan.one(kms.KEY, "volume-key-key")
    apart = replace(
        key,
        type=kms.KEY_POLICY,
        urn=f"{key.urn}-policy",
        inputs={"keyId": key.outputs["id"], "policy": key.inputs["policy"]},
        outputs={},
    )
    return replace(plan, resources=(*with_input(plan, key.name, "policy", None).resources, apart), first=None)


def _role_named_in_the_key(plan: Plan) -> Plan:
    """As the EBS and Auto Scaling guides print it: the role by its ARN."""
    arn = "arn:aws:iam::444455556666:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"

    def named(statement: Statement) -> Statement:
        if statement["Principal"] == {"AWS": "*"}:
            return {k: v for k, v in statement.items() if k != "Condition"} | {"Principal": {"AWS": [arn]}}
        return statement

    return statements("volume-key-key", "policy", named)(plan)


def _one_rule_for_all(plan: Plan) -> Plan:
    """A rule may ask for several kinds of events at once."""
    kept = dropped(eventbridge.EVENT_RULE, eventbridge.EVENT_TARGET, named="rebalance")(plan)
    pattern = {
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Spot Instance Interruption Warning", "EC2 Instance Rebalance Recommendation"],
    }
    return setting("interruptions-spot-interruption", "eventPattern", json.dumps(pattern))(kept)


def _older_karpenter(plan: Plan) -> Plan:
    return both(
        setting("karpenter-release", "version", "1.6.8"),
        statements(KARPENTER, "policy", without_action("iam:ListInstanceProfiles", "ec2:DescribeInstanceStatus")),
    )(plan)


def _by_annotation(plan: Plan) -> Plan:
    """IRSA in the place of EKS Pod Identity."""
    role = plan.one(iam.ROLE, "karpenter-identity-role")
    provider = "arn:aws:iam::444455556666:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC"
    kept = dropped(eks.POD_IDENTITY_ASSOCIATION, named="karpenter")(plan)
    trusting = trust("karpenter-identity-role", "sts:AssumeRoleWithWebIdentity", Principal={"Federated": provider})(
        kept
    )
    annotation = {"eks.amazonaws.com/role-arn": role.outputs["arn"]}
    return values("karpenter-release", serviceAccount__annotations=annotation)(trusting)


SOUND: list[tuple[str, str, Break]] = [
    ("a policy that is attached", "controller-rights", _as_policy_of_its_own),
    ("actions by wildcards", "controller-rights", _with_wildcards),
    ("what an older version does not call", "controller-rights", _older_karpenter),
    ("a role by annotation", "controller-without-role", _by_annotation),
    ("a role by annotation is trusted so", "pod-identity-trust", _by_annotation),
    (
        "a policy of AWS, which is not in the plan",
        "controller-rights",
        lambda p: with_field(
            p,
            "cluster-addons-aws-ebs-csi-driver-role-AmazonEBSCSIDriverPolicyV2",
            inputs={
                "role": p.one(iam.ROLE, "autoscaler-identity-role").outputs["name"],
                "policyArn": f"{AWS}/AutoScalingFullAccess",
            },
        ),
    ),
    ("a key policy that is a resource", "key-closed-to-user", _key_policy_apart),
    ("a role that the key names", "key-closed-to-user", _role_named_in_the_key),
    ("a rule for several events", "interruption-queue", _one_rule_for_all),
    ("an add-on that is not known", "addon-name", addon("coredns", addonName="datadog_operator")),
    (
        "a name that the schema may have today",
        "addon-configuration",
        addon("coredns", configurationValues='{"zonal": {}}'),
    ),
    ("no version", "addon-version", addon("coredns", addonVersion=None)),
    (
        "the nodes' role has the policy",
        "addon-without-role",
        both(
            addon("ebs-csi", podIdentityAssociations=None),
            lambda p: setting(
                "nodes-role-AmazonSSMManagedInstanceCore", "policyArn", f"{AWS}/service-role/AmazonEBSCSIDriverPolicy"
            )(p),
        ),
    ),
    (
        "monitors carry the release's label",
        "unselected-monitor",
        both(
            values("monitoring-release", prometheus__prometheusSpec__podMonitorSelectorNilUsesHelmValues=None),
            lambda p: replace(p, resources=tuple(_labelled(r) for r in p.resources), first=None),
        ),
    ),
    ("a VPC by its tags", "metadata-out-of-reach", values("load-balancers-release", vpcId=None, vpcTags={"Name": "x"})),
]


def _labelled(resource: PlannedResource) -> PlannedResource:
    if resource.inputs.get("kind") != "PodMonitor":
        return resource
    metadata = resource.inputs["metadata"]
    labels = {**metadata.get("labels", {}), "release": "kube-prometheus-stack"}
    return replace(resource, inputs={**resource.inputs, "metadata": {**metadata, "labels": labels}})


@pytest.mark.parametrize(("what", "rule", "changed"), SOUND, ids=[s[0] for s in SOUND])
def test_what_works_otherwise_is_no_fault(what: str, rule: str, changed: Break, plans: dict[str, Plan]):
    assert told([f for f in run_checks(changed(plans["prod"])) if f.rule == rule]) == [], what


def test_without_an_endpoint_what_s3_sends_is_on_the_bill(plans: dict[str, Plan]):
    prod = plans["prod"]
    before, after = (bill(p).totals.expected_monthly for p in (prod, dropped(VPC_ENDPOINT)(prod)))

    # 20,000 GB that settings expect, at 0.045 $ a GB.
    assert after - before == 900
