"""Whatever a plan holds, it is billed: nothing raises, and nothing that costs falls through."""

from __future__ import annotations

import copy
import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuplatform.catalog.usage import USAGE
from gpuplatform.kinds.kind import Free
from gpuplatform.kinds.pricing.charge import HOURS
from gpuplatform.kinds.registry import all_kinds
from gpuplatform.plan.model import UNKNOWN, Json
from gpuplatform.plan.values import as_dict, as_list
from gpuplatform.preview.billing.bill import Bill, Totals, bill
from tests.preview.billing.billing_plans import made, plan_of, urn
from tests.preview.billing.priced_kinds import EXAMPLES, FREE_AT_TIMES, LISTED, plan_with

DAY = datetime.date(2026, 11, 22)
CENT = Decimal("0.01")
NOTHING: Json = {}
KINDS: dict[str, Json] = {**EXAMPLES, **LISTED, FREE_AT_TIMES: NOTHING}

ALL = [made(type_, f"it-{n}", inputs) for n, (type_, inputs) in enumerate(KINDS.items())]

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(["", "abc", "1e", "-1", "1e400", "NaN", "Infinity", "12Qi", UNKNOWN, "[secret]", "🦙", "0x10"]),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=4),
    st.lists(st.one_of(st.none(), st.text(max_size=3), st.integers(), st.dictionaries(st.text(max_size=3), st.none()))),
    st.dictionaries(st.text(max_size=4), st.one_of(st.none(), st.integers(), st.text(max_size=3))),
)


def test_every_kind_that_is_priced_has_an_example() -> None:
    assert set(KINDS) == {
        row.token for row in all_kinds().values() if row.price is not None and not isinstance(row.price, Free)
    }


@pytest.mark.parametrize("type_", EXAMPLES)
def test_a_kind_is_priced_whole(type_: str) -> None:
    found = bill(plan_with(type_, EXAMPLES[type_]), DAY)
    assert not found.unpriced
    mine = Totals.of(line for line in found.lines if line.urn == urn(type_, "it"))
    # Karpenter launches nothing before a pod asks, and no settings say here that one does.
    assert mine.expected_monthly > 0 or "NodePool" in type_
    assert mine.maximum_hourly > 0
    assert mine.asleep_monthly <= mine.idle_monthly <= mine.expected_monthly <= mine.maximum_hourly * HOURS + CENT


@pytest.mark.parametrize("type_", LISTED)
def test_a_kind_that_has_no_whole_price_says_so(type_: str) -> None:
    found = bill(plan_with(type_, LISTED[type_]), DAY)
    assert {where for where, _ in found.unpriced} == {urn(type_, "it")}


def paths(value: Json, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to every value within one, itself included."""
    inner = [*as_dict(value).items(), *enumerate(as_list(value))]
    return [at, *(path for key, item in inner for path in paths(item, (*at, key)))]


@st.composite
def broken(draw: st.DrawFn) -> tuple[str, Json]:
    """An example of which some values are of another kind, missing or unknown."""
    type_ = draw(st.sampled_from(sorted(KINDS)))
    inputs: dict[str, Json] = copy.deepcopy(KINDS[type_])
    for _ in range(draw(st.integers(1, 3))):
        way = draw(st.sampled_from(paths(inputs)))
        if not way:
            inputs = {**inputs, draw(st.sampled_from(KEYS)): draw(ODD)}
            continue
        *above, last = way
        place: Json = inputs
        for key in above:
            place = place[key]
        if draw(st.booleans()) or last not in as_dict(place):
            place[last] = draw(ODD)
        else:
            del place[last]
    return type_, inputs


KEYS = sorted(
    {str(path[0]) for inputs in KINDS.values() for path in paths(inputs) if path} | {"region", "tags", "labels"}
)


def sane(found: Bill) -> None:
    """Sums are those of the lines, finite and not negative; and no pricer stumbled over a value."""
    assert found.totals == Totals.of(found.lines)
    for line in found.lines:
        states = (line.asleep_monthly, line.idle_monthly, line.expected_monthly, line.maximum_hourly)
        assert all(amount.is_finite() and amount >= 0 for amount in states), line
        assert line.quantity * line.unit_price == line.expected_monthly
        assert line.expected_monthly <= line.maximum_hourly * HOURS * Decimal("1.000001"), line
    assert not [why for _, why in found.unpriced if "is not of its kind" in why], found.unpriced
    found.to_json()


@settings(max_examples=600, deadline=None)
@given(broken())
def test_a_broken_input_is_priced_or_listed_and_nothing_raises(case: tuple[str, Json]) -> None:
    type_, inputs = case
    sane(bill(plan_with(type_, inputs), DAY))


CANNOT_BE_FREE = sorted(
    set(EXAMPLES)
    - {
        "aws:ec2/vpc:Vpc",  # free where settings expect no data through it
        "aws:ec2/vpcEndpoint:VpcEndpoint",  # gateway endpoints
        "aws:ec2/eip:Eip",  # of the account's own range
        "kubernetes:core/v1:Service",  # of another type
        "kubernetes:networking.k8s.io/v1:Ingress",  # of another class, or of a group that another stands for
        "kubernetes:core/v1:PersistentVolumeClaim",  # that binds a volume that exists
        "kubernetes:helm.sh/v3:Release",  # without volumes
        "kubernetes:apps/v1:StatefulSet",  # without volumes
        "aws:appautoscaling/policy:Policy",  # of another type
        "aws:autoscaling/policy:Policy",
        "aws:elasticache/cluster:Cluster",  # that is paid with its replication group
        "aws:ssm/parameter:Parameter",  # of the standard tier
        "aws:sagemaker/app:App",  # on the free system instance
        "aws:sagemaker/endpoint:Endpoint",  # without variants
        "aws:elasticache/replicationGroup:ReplicationGroup",
    }
)


@settings(max_examples=300, deadline=None)
@given(broken().filter(lambda case: case[0] in CANNOT_BE_FREE))
def test_what_always_costs_has_a_line_or_a_reason(case: tuple[str, Json]) -> None:
    type_, inputs = case
    found = bill(plan_with(type_, inputs), DAY)
    here = urn(type_, "it")
    assert any(line.urn == here for line in found.lines) or any(where == here for where, _ in found.unpriced)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["expected", "data", "governance", "cluster", "serving", "owner"]), ODD))
def test_settings_of_another_kind_are_passed_over(layers: dict[str, Json]) -> None:
    sane(bill(plan_of(*ALL, **layers), DAY))


@given(st.sampled_from(sorted(USAGE)), ODD)
def test_use_that_is_stated_as_no_amount_is_assumed(key: str, value: Json) -> None:
    sane(bill(plan_of(*ALL, expected={key: value}), DAY))


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("abc", "its inputs hold 'abc' where an amount belongs"),
        ("1e", "its inputs hold '1e' where an amount belongs"),
        (None, "the NodePool has no limit of nvidia.com/gpu, so its cost has no maximum"),
        (UNKNOWN, "its inputs hold an amount that is known only once something else exists"),
        (-1, "its inputs hold -1 where an amount belongs"),
        (True, "its inputs hold True where an amount belongs"),
        ([8], "its inputs hold [8] where an amount belongs"),
    ],
)
def test_a_malformed_limit_of_a_node_pool_is_a_sentence(limit: Json, words: str) -> None:
    pool = "kubernetes:karpenter.sh/v1:NodePool"
    inputs = copy.deepcopy(EXAMPLES[pool])
    inputs["spec"]["limits"]["nvidia.com/gpu"] = limit
    assert bill(plan_with(pool, inputs), DAY).unpriced == ((urn(pool, "it"), words),)
