"""The recorder against Pulumi's own SDK: what is sent arrives whole, in the same order at every run, and nothing leaks between runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pulumi_kubernetes as kubernetes
import pytest
from pulumi.runtime.proto import alias_pb2, resource_pb2

from gpuplatform.plan.model import UNKNOWN, Plan, PlannedResource, Source
from gpuplatform.preview.record.cloud import Cloud
from gpuplatform.preview.record.configuration import Environment
from gpuplatform.preview.record.recorder import ProgramError, Recorder, record
from gpuplatform.preview.record.sources import Sources

HERE = Path(__file__).resolve().parent
THIS = Path(__file__).name
REGION = "us-east-1"


def recorded(
    program: Callable[[], object], *, known: bool = True, environment: str = "dev", config: dict[str, Any] | None = None
) -> Plan:
    whole = {"aws:region": REGION, **(config or {})}
    cloud = Cloud("111122223333", REGION) if known else None
    return record(Environment(project="toy", name=environment, root=HERE, config=whole), program, cloud)


class Pair(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("toy:aws:Pair", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.first = aws.sqs.Queue(f"{name}-first", opts=child)
        self.second = aws.sqs.Queue(f"{name}-second", kms_master_key_id=self.first.arn, opts=child)
        self.register_outputs({"first_arn": self.first.arn})


def named(plan: Plan, name: str) -> PlannedResource:
    return next(r for r in plan.resources if r.name == name)


def test_the_monitor_answers_every_call_of_the_protocol():
    service = resource_pb2.DESCRIPTOR.services_by_name["ResourceMonitor"]

    lacking = {m.name for m in service.methods if not hasattr(Recorder, m.name)}

    # ExistsResource is asked by programs that read resources which may not be there; ours reads none.
    assert lacking == {"ExistsResource"}, f"resource.proto has changed: {sorted(lacking)}"


READ_OF_A_REQUEST = {
    "RegisterResourceRequest": (
        *("type", "name", "parent", "custom", "remote", "object", "dependencies", "propertyDependencies", "provider"),
        *("protect", "ignoreChanges", "replaceOnChanges", "deleteBeforeReplace", "retainOnDelete", "deletedWith"),
        *("aliases", "customTimeouts", "sourcePosition", "stackTrace"),
    ),
    "RegisterResourceOutputsRequest": ("urn", "outputs"),
    "ReadResourceRequest": ("id", "type", "name", "parent", "properties", "sourcePosition", "stackTrace"),
    "ResourceInvokeRequest": ("tok", "args", "sourcePosition", "stackTrace"),
    "ResourceCallRequest": ("tok", "args", "sourcePosition", "stackTrace"),
}


@pytest.mark.parametrize(("message", "fields"), READ_OF_A_REQUEST.items(), ids=READ_OF_A_REQUEST)
def test_the_protocol_still_has_every_field_that_is_read(message: str, fields: tuple[str, ...]):
    known: Any = resource_pb2.DESCRIPTOR.message_types_by_name[message].fields_by_name

    assert [field for field in fields if field not in known] == []


def test_the_protocol_still_has_the_parts_of_an_alias():
    known: Any = alias_pb2.DESCRIPTOR.message_types_by_name["Alias"]

    assert {"urn", "spec"} <= set(known.fields_by_name)
    spec: Any = known.nested_types_by_name["Spec"].fields_by_name
    assert {"name", "type", "stack", "project", "parentUrn", "noParent"} <= set(spec)


def test_urns_join_the_types_of_parents_as_the_engine_does():
    plan = recorded(lambda: Pair("p"))

    assert named(plan, "p-first").urn == "urn:pulumi:dev::toy::toy:aws:Pair$aws:sqs/queue:Queue::p-first"
    assert named(plan, "p-first").parent == "urn:pulumi:dev::toy::toy:aws:Pair::p"


def test_dependencies_are_known_for_the_resource_and_for_each_property():
    plan = recorded(lambda: Pair("p"))

    first, second = named(plan, "p-first"), named(plan, "p-second")
    assert second.dependencies == (first.urn,)
    assert second.property_dependencies == {"kmsMasterKeyId": (first.urn,)}


def test_outputs_are_unknown_in_the_first_pass_and_in_aws_form_in_the_second():
    first = recorded(lambda: Pair("p"), known=False)
    second = recorded(lambda: Pair("p"))

    assert named(first, "p-second").inputs["kmsMasterKeyId"] == UNKNOWN
    assert named(second, "p-second").inputs["kmsMasterKeyId"].startswith("arn:aws:sqs:us-east-1:111122223333:p-first-")


def test_a_component_keeps_what_it_registered_and_one_that_forgot_has_none():
    class Forgetful(pulumi.ComponentResource):
        def __init__(self, name: str) -> None:
            super().__init__("toy:aws:Forgetful", name)

    def program() -> None:
        Pair("p")
        Forgetful("f")

    plan = recorded(program)

    assert set(named(plan, "p").registered_outputs or ()) == {"first_arn"}
    assert named(plan, "f").registered_outputs is None


def test_the_source_is_the_line_that_makes_the_resource():
    def program() -> None:
        aws.sqs.Queue("q")

    plan = recorded(program)

    line = program.__code__.co_firstlineno + 1
    assert named(plan, "q").source == Source(THIS, line)


def test_lines_of_installed_packages_are_not_sources_of_a_project():
    request: Any = resource_pb2.RegisterResourceRequest()
    position = request.sourcePosition
    position.uri, position.line = Path(aws.__file__).as_uri(), 1

    assert Sources(Path(sys.prefix).parent).of(request) == (None, None)


def test_an_alias_is_the_urn_that_it_stands_for():
    def program() -> None:
        whole = pulumi.ComponentResource("toy:aws:Whole", "whole")
        former = [
            pulumi.Alias(name="old"),
            pulumi.Alias(type_="aws:sqs/queue:Old"),
            pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE),
            pulumi.Alias(stack="staging", project="before"),
            "urn:pulumi:dev::toy::a:b:C::given",
        ]
        aws.sqs.Queue("q", opts=pulumi.ResourceOptions(parent=whole, aliases=former))

    assert named(recorded(program), "q").aliases == (
        "urn:pulumi:dev::toy::toy:aws:Whole$aws:sqs/queue:Queue::old",
        "urn:pulumi:dev::toy::toy:aws:Whole$aws:sqs/queue:Old::q",
        "urn:pulumi:dev::toy::aws:sqs/queue:Queue::q",
        "urn:pulumi:staging::before::toy:aws:Whole$aws:sqs/queue:Queue::q",
        "urn:pulumi:dev::toy::a:b:C::given",
    )


def test_options_are_kept():
    def program() -> None:
        opts = pulumi.ResourceOptions(
            protect=True,
            ignore_changes=["tags"],
            replace_on_changes=["name"],
            delete_before_replace=True,
            retain_on_delete=True,
            aliases=[pulumi.Alias(name="old")],
            custom_timeouts=pulumi.CustomTimeouts(create="5m"),
        )
        aws.sqs.Queue("q", opts=opts)

    made = named(recorded(program), "q")

    assert (made.protect, made.delete_before_replace, made.retain_on_delete) == (True, True, True)
    assert (made.ignore_changes, made.replace_on_changes, made.aliases) == (
        *(("tags",), ("name",)),
        ("urn:pulumi:dev::toy::aws:sqs/queue:Queue::old",),
    )
    assert made.timeouts == {"create": "300s"} or made.timeouts == {"create": "5m"}


def test_secrets_are_marked_wherever_they_go():
    def program() -> None:
        token = pulumi.Config().require_secret("token")  # noqa: TID251 - the program under test
        aws.ssm.Parameter("p", type="SecureString", value=token)
        pulumi.export("token", token)

    plan = recorded(program, config={"toy:token": {"secure": "hunter2"}})

    assert named(plan, "p").inputs["value"] == "[secret]"
    assert plan.outputs == {"token": "[secret]"}
    assert plan.settings["toy:token"] == "[secret]"


def test_a_secret_inside_a_structure_makes_its_key_secret():
    def program() -> None:
        pulumi.export("all", pulumi.Config().require_secret_object("db"))  # noqa: TID251 - the program under test

    plan = recorded(program, config={"toy:db": {"user": "u", "password": {"secure": "hunter2"}}})

    assert plan.outputs == {"all": "[secret]"}
    assert plan.settings["toy:db"] == {"user": "u", "password": "[secret]"}


def test_a_cluster_that_another_package_makes_has_outputs_to_go_on_with():
    def program() -> None:
        cluster = eks.Cluster("c", skip_default_node_group=True)
        kubernetes.Provider("k", kubeconfig=cluster.kubeconfig_json)
        aws.eks.Addon("a", addon_name="vpc-cni", cluster_name=cluster.eks_cluster.name)

    plan = recorded(program)

    addon, cluster = named(plan, "a"), named(plan, "c")
    assert addon.inputs["clusterName"].startswith("c-eksCluster-")
    assert addon.dependencies == (cluster.urn,), "a resource inside the component stands for the component"
    assert cluster.remote


def test_two_registrations_of_one_urn_are_kept_apart():
    def program() -> None:
        aws.sqs.Queue("q", delay_seconds=1)
        aws.sqs.Queue("q", delay_seconds=2)

    plan = recorded(program)

    assert len(plan.all("aws:sqs/queue:Queue")) == 1
    assert [r.name for r in plan.duplicates] == ["q"]


def test_lookups_are_recorded_with_the_line_that_makes_them():
    plan = recorded(lambda: aws.get_availability_zones_output())

    assert [i.token for i in plan.invokes] == ["aws:index/getAvailabilityZones:getAvailabilityZones"]


def test_what_the_program_logs_is_kept():
    plan = recorded(lambda: pulumi.log.warn("careful"))

    assert [(m.severity, m.text) for m in plan.messages] == [("warning", "careful")]


def test_every_run_gives_the_same_plan_in_the_same_order():
    def program() -> None:
        for letter in "zyxwvutsrq":
            Pair(letter)

    plans = [recorded(program) for _ in range(4)]

    assert all(plan == plans[0] for plan in plans[1:])
    urns = [r.urn for r in plans[0].resources]
    parents = {r.urn: r.parent for r in plans[0].resources}
    assert all(urns.index(parent) < urns.index(urn) for urn, parent in parents.items() if parent)


def test_nothing_of_one_run_is_seen_by_the_next():
    def program() -> None:
        aws.sqs.Queue("q")
        pulumi.export("greeting", pulumi.Config().get("greeting"))  # noqa: TID251 - the program under test
        pulumi.export("stack", pulumi.get_stack())

    first = recorded(program, environment="one", config={"toy:greeting": "hello"})
    second = recorded(program, environment="two")

    assert first.outputs == {"greeting": "hello", "stack": "one"}
    assert second.outputs.get("greeting") is None
    assert second.outputs["stack"] == "two"
    assert second.duplicates == ()


@pytest.mark.parametrize(
    "fail",
    [
        lambda: 1 / 0,
        lambda: aws.sqs.Queue("a").arn.apply(lambda _: 1 / 0),
        lambda: sys.exit(3),
        lambda: f"{aws.sqs.Queue('b').arn}",
        lambda: aws.sqs.Queue("c", bukcet="x"),  # pyright: ignore[reportCallIssue]  (the typo is the point)
    ],
    ids=["raises", "raises in an apply", "exits", "formats an output", "misspells an argument"],
)
def test_a_program_that_fails_hands_over_what_it_had_planned(fail: Callable[[], object]):
    def program() -> None:
        aws.sqs.Queue("before")
        fail()

    with pytest.raises(ProgramError) as caught:
        recorded(program)

    assert "before" in [r.name for r in caught.value.plan.resources]
