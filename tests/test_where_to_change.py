"""The README's table "Where do I change…": its files exist, and what it says of adding a part is tried.

Each trial adds a part that only the test knows, and deploys it by the layer that would deploy a real one. The files that a real one
would be written in are those of the parts that the trial had to supply; the row names them and no others.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi_kubernetes as kubernetes
import pytest
import yaml
from pulumi_aws import mq

from components.gpu_node_group import GpuNodeGroup, GpuNodeGroupArgs
from components.iam import allow
from components.nodes import JoinedCluster, NodeNetwork
from components.tags import CostTags
from gpuplatform import kinds
from gpuplatform.catalog import charts, images, instances, prices, zones
from gpuplatform.catalog.charts import Chart
from gpuplatform.catalog.images import Image
from gpuplatform.kinds import registry
from gpuplatform.plan.model import Plan
from gpuplatform.pools.managed import ManagedPool
from gpuplatform.pools.purchase import PurchaseOption, PurchaseType
from gpuplatform.preview import checks
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.checking import check
from gpuplatform.preview.preview import Preview
from gpuplatform.preview.report.html.tiles import tile
from gpuplatform.preview.report.words import describe
from gpuplatform.preview.timeline import timeline
from k8s import engines, workload_operators
from k8s.engines import pod
from k8s.engines.engine import Hardware, Place, ServedModel, Signal
from k8s.inference_service import traffic
from k8s.requests import container
from stacks import serving
from stacks.platform import operators
from stacks.platform.installer import OperatorSpec, Rights
from stacks.settings.serving import ServingSettings
from tests.conftest import ROOT, Record
from tests.stacks import upstream
from tests.stacks.platform.built import build, loaded

MOST_FILES = 3

_README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLE = _README.split("## Where do I change…", 1)[1].split("\n## ", 1)[0]
ROWS = {
    question.strip(): re.findall(r"\]\(([^)#]+)[^)]*\)", answer)
    for question, answer in re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", TABLE, re.MULTILINE)
}
"""Question → the files that its answer links to."""
ADDITIONS = [question for question in ROWS if question.startswith("add ")]


def file_of(part: ModuleType | type) -> str:
    return Path(inspect.getfile(part)).relative_to(ROOT).as_posix()


def test_the_table_is_read() -> None:
    assert {"what a training pod sees", "add a serving engine", "add an operator"} <= set(ROWS)


@pytest.mark.parametrize("question", ROWS)
def test_every_file_of_the_table_exists(question: str) -> None:
    assert [file for file in ROWS[question] if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("question", ADDITIONS)
def test_adding_a_part_touches_few_files(question: str) -> None:
    assert 1 <= len(ROWS[question]) <= MOST_FILES


ECHO = Image(
    repository="docker.io/example/echo",
    tag="1.0.0",
    architectures=frozenset({"amd64"}),
    source="nowhere: this test's own",
    as_of="2026-12-01",
)


@dataclass(frozen=True)
class Echo:
    """A plain container with an API of its own."""

    api_path: str = "/echo"
    metrics: tuple[str, str] = ("stats", "/stats")
    start_seconds: int = 60
    memory_utilisation: float = 0.5

    @property
    def ports(self) -> Mapping[str, int]:
        return {"http": 9999, "stats": 9998}

    def pod(
        self,
        name: str,
        model: ServedModel,
        hardware: Hardware,
        place: Place,
        *,
        selector: Mapping[str, str],
        labels: Mapping[str, str],
    ) -> kubernetes.core.v1.PodTemplateSpecArgsDict:
        share = hardware.share(model.tensor_parallel)
        server = pod.server(
            "echo", str(ECHO), share, self.ports, health_path="/alive", start_seconds=self.start_seconds
        )
        return pod.template(
            hardware,
            place,
            user=1000,
            group=1000,
            container={**server, "args": [model.weights]},
            init_containers=[],
            volumes=[],
            selector=selector,
            labels=labels,
        )

    def signals(self, name: str, waiting_requests: int) -> Sequence[Signal]:
        return [Signal(name="echoes", query="sum(echoes)", threshold=str(waiting_requests), kind="AverageValue")]


def test_an_engine_is_added(record_plan: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines.ENGINES, "echo", Echo())
    model = {
        "runs_on": "eks",
        "engine": "echo",
        "team": "research",
        "pool": "small",
        "weights": "echo/",
        "billion_parameters": 7.6,
        "replicas": {"min": 0, "max": 2},
    }
    # 15.2 GB of weights fit in 90 % of an L4, 21.6 GB, and not in half of it, 12.0 GB; half an L40S is 23.6 GB.
    pools = {"small": {"instances": ["g6.xlarge", "g6e.xlarge"], "max_gpus": 2}}
    settings = ServingSettings.model_validate({"pools": pools, "models": {"parrot": model}})
    urls: dict[str, str] = {}

    def program() -> None:
        cluster = upstream.cluster()
        platform = upstream.platform(cluster, ("small",))
        layer = serving.build(
            settings, upstream.CONTEXT, upstream.network(), upstream.data(), cluster, platform, alerts="topic"
        )
        urls.update(layer.service_urls)

    plan = record_plan(program)
    deployment = plan.one("kubernetes:apps/v1:Deployment", "parrot-deployment").inputs["spec"]
    spec: dict[str, Any] = deployment["template"]["spec"]
    (container,) = spec["containers"]
    (types,) = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    (policy,) = plan.one("kubernetes:networking.k8s.io/v1:NetworkPolicy", "parrot-policy").inputs["spec"]["ingress"]
    (scraped,) = plan.one("kubernetes:monitoring.coreos.com/v1:PodMonitor", "parrot-monitor").inputs["spec"][
        "podMetricsEndpoints"
    ]
    triggers = plan.one("kubernetes:keda.sh/v1alpha1:ScaledObject").inputs["spec"]["triggers"]

    assert (container["image"], container["args"]) == ("docker.io/example/echo:1.0.0", ["s3://lake-models/echo/"])
    assert container["ports"] == [
        {"name": "http", "containerPort": 9999},
        {"name": "stats", "containerPort": 9998},
    ]
    assert types["matchExpressions"][0]["values"] == ["g6e.xlarge"], "by the memory that the engine fills"
    assert deployment["progressDeadlineSeconds"] == 60 + 1200
    assert policy["ports"] == [{"port": 9999}, {"port": 9998}]
    assert (scraped["port"], scraped["path"]) == ("stats", "/stats")
    assert [t["metadata"]["query"] for t in triggers] == ["sum(echoes)", traffic("parrot")]
    assert urls == {"parrot": "http://inference.serving.svc.cluster.local/parrot/echo"}
    assert "vllm" not in str([r.inputs for r in plan.resources])

    supplied = {file_of(type(engines.ENGINES["vllm"])), file_of(engines), file_of(images)}
    assert set(ROWS["add a serving engine"]) == supplied


CERTIFICATES = Chart(
    repository="https://charts.example.com",
    name="certificates",
    version="1.2.3",
    source="nowhere: this test's own",
    as_of="2026-12-01",
)
NAMESPACE = "certificates-system"


def certificates_values(replicas: int) -> dict[str, Any]:
    return {"replicaCount": replicas, "resources": container(cpu_m=10, memory_mib=32, limit_mib=64)}


def test_an_operator_is_added(record_plan: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    row = OperatorSpec(
        name="certificates",
        chart=CERTIFICATES,
        namespace=NAMESPACE,
        values=lambda p: certificates_values(p.settings.replicas),
        rights=lambda p: Rights(service_account="certificates", statements=[allow("acm:ListCertificates", on="*")]),
        after=("jobset",),
    )
    # First in the table: what it waits for stands below it.
    monkeypatch.setattr(operators, "OPERATORS", (row, *operators.OPERATORS))
    env = loaded("dev")
    plan = record_plan(lambda: build(env))
    release = plan.one("kubernetes:helm.sh/v3:Release", "certificates-release")
    kueue = plan.one("kubernetes:helm.sh/v3:Release", "kueue-release").inputs["values"]["managerConfig"]
    (excluded,) = yaml.safe_load(kueue["controllerManagerConfigYaml"])["managedJobsNamespaceSelector"][
        "matchExpressions"
    ]
    association = plan.one("aws:eks/podIdentityAssociation:PodIdentityAssociation", "certificates-identity-association")

    assert (release.inputs["chart"], release.inputs["version"]) == ("certificates", "1.2.3")
    assert release.inputs["namespace"] == NAMESPACE
    assert release.inputs["values"] == certificates_values(1)
    before = {plan.by_urn[urn].name for urn in release.dependencies}
    assert {"jobset-release", "cluster-addons-coredns", association.name} <= before
    assert association.inputs["namespace"] == NAMESPACE
    assert NAMESPACE in excluded["values"], "Kueue would refuse the jobs that install it"

    supplied = {file_of(charts), file_of(workload_operators), file_of(operators)}
    assert set(ROWS["add an operator"]) == supplied


KIND = '''
"""Amazon MQ."""

from collections.abc import Iterator
from typing import Final

from gpuplatform.kinds.kind import Duration, Kind, force_new, right
from gpuplatform.kinds.labels import Label, fixed
from gpuplatform.kinds.pricing.charge import Entry, steady
from gpuplatform.kinds.pricing.context import PricingContext
from gpuplatform.plan.model import PlannedResource

BROKER: Final = "aws:mq/broker:Broker"


def broker(resource: PlannedResource, context: PricingContext) -> Iterator[Entry]:
    yield steady(context, "message broker", "mq", str(resource.inputs["hostInstanceType"]))


KINDS: Final = (
    Kind(
        BROKER,
        noun="message broker",
        label=Label(icon="queue", words=fixed("message broker"), rank=30),
        arn="arn:{p}:mq:{r}:{a}:broker:{n}:{u}",
        immutable=(force_new("mq/broker.go", "engineType"),),
        holds="its waiting messages",
        duration=Duration(seconds=900, source="this test's own"),
        price=broker,
        rights=(right("mq", "broker:{name}", "CreateBroker", "CreateTags"),),
    ),
)
'''
CHECK = '''
"""Message brokers."""

from collections.abc import Iterator

from gpuplatform.kinds import mq
from gpuplatform.plan.model import Plan
from gpuplatform.preview.checking.check import Violation, Severity, check


@check("broker-in-public", Severity.ERROR, "No message broker is reached from the internet.")
def broker_in_public(plan: Plan) -> Iterator[Violation]:
    for broker in plan.all(mq.BROKER):
        if broker.inputs.get("publiclyAccessible") is True:
            yield Violation(f"{broker.name}: is reached from the internet", broker)
'''
PRICE = "mq,mq.t3.micro,us-east-1,on-demand,hour,0.02,USD,this test's own,2026-12-01\n"


@pytest.fixture
def brokers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The three files that the README names, written where the package would find them; nothing else is touched."""
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "mq.py").write_text(KIND, encoding="utf-8")
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "brokers.py").write_text(CHECK, encoding="utf-8")
    shutil.copytree(prices.FOLDER, tmp_path / "prices")
    with (tmp_path / "prices" / "us-east-1.csv").open("a", encoding="utf-8") as rows:
        rows.write(PRICE)
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path / "kinds")])
    monkeypatch.setattr(checks, "__path__", [*checks.__path__, str(tmp_path / "checks")])
    file = prices.file

    def copied(region: str) -> Path:
        return file(region, tmp_path / "prices")

    monkeypatch.setattr(prices, "file", copied)
    registered = dict(check._REGISTRY)  # pyright: ignore[reportPrivateUsage]
    for cached in (registry.all_kinds, prices._table):  # pyright: ignore[reportPrivateUsage]
        cached.cache_clear()
    yield
    for cached in (registry.all_kinds, prices._table):  # pyright: ignore[reportPrivateUsage]
        cached.cache_clear()
    check._REGISTRY.clear()  # pyright: ignore[reportPrivateUsage]
    check._REGISTRY.update(registered)  # pyright: ignore[reportPrivateUsage]
    for module in ("gpuplatform.kinds.mq", "gpuplatform.preview.checks.brokers"):
        sys.modules.pop(module, None)
    del kinds.mq, checks.brokers  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.usefixtures("brokers")
def test_an_aws_type_is_added(record_plan: Record) -> None:
    def program(engine: str) -> Plan:
        return record_plan(
            lambda: mq.Broker(
                "jobs",
                engine_type=engine,
                engine_version="3.13",
                host_instance_type="mq.t3.micro",
                publicly_accessible=True,
                users=[mq.BrokerUserArgs(username="jobs", password="x" * 12)],
            )
        )

    plan, newer = program("RabbitMQ"), program("ActiveMQ")
    (broker,) = plan.all("aws:mq/broker:Broker")
    preview = Preview.of(replace(newer, against=plan), date(2026, 12, 1))
    costs = bill(plan)
    assert preview.difference

    assert broker.outputs["arn"].startswith("arn:aws:mq:us-east-1:")
    assert [(line.what, line.idle_monthly) for line in costs.lines] == [("message broker", Decimal("14.60"))]
    assert costs.unpriced == ()
    assert "broker-in-public" in {f.rule for f in preview.findings}
    assert [(c.because, c.loses) for c in preview.difference.changed] == [(("engineType",), "its waiting messages")]
    assert timeline(plan).critical_path_seconds == 900
    assert describe(plan, [broker]) == "1 message broker"
    assert tile(plan, broker).lines == ["message broker"]
    assert preview.not_known.types == {}
    assert ROWS["add an AWS type"] == [
        "gpuplatform/kinds",
        "gpuplatform/catalog/data/prices",
        "gpuplatform/preview/checks",
    ]


FAMILY = "p9.48xlarge"
"""What H100's successor might be: every fact is that of p5.48xlarge, but for the name."""


@pytest.fixture
def another_family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The data files that the README names, each with the family's rows; no code is touched."""
    hardware, offered = (
        json.loads((zones.DATA / name).read_text("utf-8")) for name in ("instances.json", "offerings.json")
    )
    hardware["instances"][FAMILY] = hardware["instances"]["p5.48xlarge"]
    for types in offered["offerings"].values():
        if "p5.48xlarge" in types:
            types[FAMILY] = types["p5.48xlarge"]
    shutil.copytree(zones.DATA, tmp_path / "data")
    (tmp_path / "data" / "instances.json").write_text(json.dumps(hardware), encoding="utf-8")
    (tmp_path / "data" / "offerings.json").write_text(json.dumps(offered), encoding="utf-8")
    with (tmp_path / "data" / "prices" / "us-east-1.csv").open("a", encoding="utf-8") as rows:
        rows.write(f"ec2,{FAMILY},us-east-1,on-demand,hour,99.00,USD,this test's own,2026-12-01\n")
    monkeypatch.setattr(instances, "DATA", tmp_path / "data" / "instances.json")
    monkeypatch.setattr(zones, "DATA", tmp_path / "data")
    file = prices.file

    def copied(region: str) -> Path:
        return file(region, tmp_path / "data" / "prices")

    monkeypatch.setattr(prices, "file", copied)
    caches = (instances._document, instances.instance, zones._offerings, prices._table)  # pyright: ignore[reportPrivateUsage]
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.usefixtures("another_family")
def test_an_instance_family_is_added(record_plan: Record) -> None:
    option = PurchaseOption(how=PurchaseType.ON_DEMAND, max=4)
    pool = ManagedPool(instance=FAMILY, zone="use1-az6", buy=(option,))
    args = GpuNodeGroupArgs(
        pool_name="new",
        pool=pool,
        rung=option,
        index=0,
        tags=CostTags(team="ml", project="p", environment="test", component="training", contact="ml@example.com"),
        cluster=JoinedCluster(name="main", node_role_arn="arn:aws:iam::111122223333:role/nodes"),
        network=NodeNetwork(subnet_ids=["subnet-a"], security_group_ids=["sg-a"]),
    )

    plan = record_plan(lambda: GpuNodeGroup("new-on-demand-0", args))
    (template,) = plan.all("aws:ec2/launchTemplate:LaunchTemplate")

    assert len(template.inputs["networkInterfaces"]) == 33
    assert zones.offered(FAMILY, "us-east-1") == zones.offered("p5.48xlarge", "us-east-1")
    assert "99.0" in {str(float(line.unit_price)) for line in bill(plan).lines}
    assert {f.rule for f in Preview.of(plan, date(2026, 12, 1)).findings}.isdisjoint({"known-hardware", "known-price"})
    assert ROWS["add an instance family"] == [
        "gpuplatform/catalog/data/instances.json",
        "gpuplatform/catalog/data/offerings.json",
        "gpuplatform/catalog/data/prices",
    ]
