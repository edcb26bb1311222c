from gpuplatform.kinds.cluster import node_properties
from gpuplatform.kinds.cluster.node_launches import launches
from gpuplatform.kinds.tokens import LAUNCH_TEMPLATE, NODE_CLASS, NODE_GROUP, NODE_POOL
from gpuplatform.plan.model import Json
from gpuplatform.preview.billing.bill import bill
from gpuplatform.preview.report.words import describe
from tests.preview.billing.billing_plans import made, plan_of

TYPE = "g6.xlarge"
POOL: dict[str, Json] = {"spec": {"template": {"spec": {"nodeClassRef": {"name": "gpu-7f"}, "requirements": []}}}}


def test_checks_words_and_bill_know_the_template_that_a_group_names():
    of = made(LAUNCH_TEMPLATE, "own", {"instanceType": TYPE}, outputs={"id": "lt-1", "name": "own-1"})
    other = made(LAUNCH_TEMPLATE, "other", {"instanceType": "m7g.large"}, outputs={"id": "lt-2", "name": "other-1"})
    size: Json = {"minSize": 1, "desiredSize": 1, "maxSize": 1}
    names: tuple[dict[str, Json], ...] = ({"id": "lt-1"}, {"name": "own-1"})
    for named in names:
        group = made(NODE_GROUP, "g", {"launchTemplate": {**named, "version": "1"}, "scalingConfig": size})
        plan = plan_of(other, of, group)
        assert [t.name for launch in launches(plan) for t in launch.types] == [TYPE]
        assert describe(plan, [group]) == f"nodes: g {TYPE} 1–1"
        assert TYPE in [line.instance for line in bill(plan).lines]


def test_a_requirement_that_shuts_types_out_names_none():
    rows: list[Json] = [
        {"key": node_properties.TYPE_LABEL, "operator": "NotIn", "values": ["p5.48xlarge"]},
        {"key": node_properties.CAPACITY_LABEL, "operator": "In", "values": ["spot"]},
    ]
    pool = made(NODE_POOL, "p", {"spec": {"template": {"spec": {"requirements": rows}}}})
    assert node_properties.requirements(pool) == {node_properties.CAPACITY_LABEL: ["spot"]}


def test_a_pool_finds_its_node_class_by_the_name_that_pulumi_gave_it():
    one = made(NODE_CLASS, "gpu", {"spec": {}}, outputs={"metadata": {"name": "gpu-7f"}})
    pool, lone = made(NODE_POOL, "p", POOL), made(NODE_POOL, "q", {"spec": {}})
    plan = plan_of(made(NODE_CLASS, "nameless", {"spec": {}}), one, pool, lone)
    assert node_properties.node_class(plan, pool) is one
    assert node_properties.node_class(plan, lone) is None
