"""The settings: both environments parse, and whatever is wrong is said in one sentence that helps."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gpuplatform.catalog.usage import USAGE
from stacks.settings import reference
from stacks.settings.expected import ExpectedSettings
from stacks.settings.reader import SECTIONS, Settings, SettingsError, parse
from tests.conftest import ROOT

ENVIRONMENTS = ("dev", "prod")


def written(environment: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / f"Pulumi.{environment}.yaml").read_text())["config"]


def parsed(config: dict[str, Any], environment: str = "dev") -> Settings:
    """Parse as Pulumi hands configuration over: structures as JSON text."""
    return parse(environment, "gpuplatform", {k: v if isinstance(v, str) else json.dumps(v) for k, v in config.items()})


def problems(config: dict[str, Any], environment: str = "dev") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parsed(config, environment)
    return caught.value.problems


def changed(environment: str, path: str, value: Any) -> dict[str, Any]:
    """The environment's YAML with one value set: `cluster.pools.h100.zone`; `...` as value deletes the key."""
    config = copy.deepcopy(written(environment))
    layer, *steps = path.split(".")
    place: Any = config
    keys = [f"gpuplatform:{layer}", *steps]
    for key in keys[:-1]:
        place = place[int(key) if key.isdigit() else key]
    if value is ...:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    return config


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_environment_as_shipped_has_no_problem(environment: str) -> None:
    assert parsed(written(environment), environment).environment == environment


def test_both_environments_have_the_same_keys_in_the_same_order() -> None:
    dev, prod = written("dev"), written("prod")
    assert list(dev) == list(prod) == ["aws:region", "aws:allowedAccountIds", *(f"gpuplatform:{s}" for s in SECTIONS)]
    for layer in SECTIONS:
        mine, theirs = list(dev[f"gpuplatform:{layer}"]), list(prod[f"gpuplatform:{layer}"])
        assert mine == theirs, f"gpuplatform:{layer}"


SMALL_POOL = {"instance": "g6.xlarge", "buy": [{"how": "on-demand", "max": 1}]}

OFFER = {
    "how": "capacity-block",
    "max": 4,
    "offering": "cb-0123456789abcdef0",
    "starts": "2026-12-01T11:30:00Z",
    "until": "2026-12-08T11:30:00Z",
}
CONSENT = {"by": "jo@example.com", "date": "2026-11-22", "dollars": 21144}

ON_DEMAND = {"how": "on-demand", "max": 6}
CLAIMED = {"instance": "p4d.24xlarge", "zone": "use1-az6", "devices": "dra", "buy": [ON_DEMAND | {"min": 1}]}
BLOCK = {
    "how": "capacity-block",
    "max": 4,
    "reservation": "cr-0123456789abcdef0",
    "starts": "2026-12-01T11:30:00Z",
    "until": "2026-12-08T11:30:00Z",
}

# One row a fault: where, what is written there, and what the sentence must contain.
FAULTS: list[tuple[str, str, Any, tuple[str, ...]]] = [
    ("dev", "network.zones", ["us-east-1a", "use1-az6"], ("network.zones[0]", "us-east-1a", "use1-az4")),
    ("dev", "network.zones", ["use1-az4", "use1-az9"], ("network.zones[1]", "use1-az9", "use1-az6")),
    ("dev", "network.zones", ["use1-az4", "use1-az3"], ("network.zones[1]", "use1-az3", "control plane")),
    ("dev", "network.zones", ["use1-az4", "use1-az4"], ("network.zones", "every zone once")),
    ("dev", "network.zones", ["use1-az4", "usw2-az1"], ("network.zones", "more than one region")),
    ("dev", "network.zones", ["usw2-az1", "usw2-az2"], ("network.zones[0]", "us-west-2", "us-east-1")),
    ("dev", "network.zones", ["use1-az4"], ("network.zones", "1 of the 2")),
    ("dev", "network.cidr", "10.40.0.0/26", ("network.cidr", "10.40.0.0/26")),
    ("dev", "network.cidr", "10.0.0.0/8", ("network.cidr", "10.0.0.0/8", "/16")),
    ("dev", "network.cidr", "10.40.0.1/16", ("network.cidr", "10.40.0.1/16")),
    ("dev", "network.peers", ["10.40.128.0/20"], ("network.peers[0]", "10.40.128.0/20", "overlaps", "10.40.0.0/16")),
    ("dev", "network.nat", "one", ("network.nat", "one", "'single'")),
    ("dev", "network.flow_logs_days", 8, ("network.flow_logs_days", "8", "7")),
    ("dev", "network.flow_logs_days", "a week", ("network.flow_logs_days", "a week", "integer")),
    ("dev", "data.zones.raw.expire_after_days", 0, ("data.zones.raw", "expire_after_days", "0")),
    ("dev", "data.zones.raw.archive_after_days", 95, ("data.zones.raw", "expire_after_days", "90", "95")),
    ("dev", "data.zones.logs", ..., ("data.zones", "5 of the 6")),
    ("prod", "data.lustre.storage_gib", 3000, ("data.lustre", "3000", "2400")),
    ("prod", "data.lustre.zone", "use1-az2", ("data.lustre.zone", "use1-az2", "use1-az6")),
    ("dev", "cluster.service_cidr", "10.40.0.0/20", ("cluster.service_cidr", "overlaps", "10.40.0.0/16")),
    ("dev", "cluster.version", "1.29", ("cluster.version", "1.29", "1.35")),
    (
        "dev",
        "cluster.pools",
        {"l" * 40: {"instance": "g6.xlarge", "buy": [{"how": "on-demand", "max": 1}]}},
        ("cluster.pools", "too long by 3"),
    ),
    ("dev", "cluster.version", 1.35, ("cluster.version", "1.35", "quotes")),
    ("dev", "cluster.system.instance", "t4g.medum", ("cluster.system.instance", "t4g.medum", "t4g.medium")),
    ("dev", "cluster.system.min", 5, ("cluster.system", "min 5", "max 4")),
    ("dev", "cluster.pools.l4.instance", "p5.48xlage", ("cluster.pools.l4.instance", "p5.48xlage", "p5.48xlarge")),
    ("dev", "cluster.pools.l4.instance", "m7g.large", ("cluster.pools.l4.instance", "m7g.large", "no GPU")),
    ("dev", "cluster.pools.l4.efa", True, ("cluster.pools.l4", "g6.xlarge", "no Elastic Fabric Adapter")),
    ("dev", "cluster.pools.l4.zone", "use1-az1", ("cluster.pools.l4.zone", "use1-az1", "use1-az4, use1-az6")),
    ("dev", "cluster.pools.l4.buy.0.how", "spott", ("cluster.pools.l4.buy[0].how", "spott", "'spot'")),
    ("dev", "cluster.pools.l4.buy.0.max", 0, ("cluster.pools.l4.buy[0]", "max", "0")),
    ("dev", "cluster.pools.l4.buy", [], ("cluster.pools.l4.buy", "at least one way of buying")),
    ("prod", "cluster.pools.h100.zone", ..., ("cluster.pools.h100", "zone", "EFA")),
    ("dev", "cluster.pools.l4.sharing", {"time_slices": 4}, ()),
    ("dev", "cluster.pools.l4.sharing", {"mig": "1g.5gb"}, ("cluster.pools.l4", "g6.xlarge cannot be partitioned")),
    ("prod", "cluster.pools.h100.sharing", {"time_slices": 2}, ("cluster.pools.h100", "sharing", "efa: false")),
    ("prod", "cluster.pools.a100", CLAIMED, ()),
    (
        "prod",
        "cluster.pools.a100",
        CLAIMED | {"buy": [ON_DEMAND]},
        ("cluster.pools.a100", "min is missing from on-demand"),
    ),
    (
        "prod",
        "cluster.pools.a100",
        CLAIMED | {"buy": [ON_DEMAND | {"min": 7}]},
        ("cluster.pools.a100.buy[0]", "min: 7", "0 to max, 6"),
    ),
    ("prod", "cluster.pools.a100", CLAIMED | {"os": "bottlerocket"}, ("cluster.pools.a100", "os: al2023")),
    (
        "prod",
        "cluster.pools.a100",
        CLAIMED | {"efa": False, "sharing": {"mig": "1g.5gb"}},
        ("cluster.pools.a100", "devices: dra hands out whole GPUs"),
    ),
    ("prod", "cluster.pools.a100.buy.0.min", 1, ("cluster.pools.a100", "min 1 of on-demand", "leave min out")),
    ("prod", "cluster.pools.h100.buy.0.min", 1, ("cluster.pools.h100.buy[0]", "min: 1", "EKS empties")),
    ("prod", "cluster.pools.h100.devices", "dra", ("cluster.pools.h100", "cr-0123456789abcdef0 has no starts")),
    ("prod", "cluster.pools.h100", CLAIMED | {"instance": "p5.48xlarge", "buy": [BLOCK, ON_DEMAND | {"min": 1}]}, ()),
    ("prod", "cluster.pools.h100.devices", "counted", ("cluster.pools.h100.devices", "'plugin' or 'dra'")),
    (
        "dev",
        "cluster.pools.l4",
        {"instance": "g6.xlarge", "devices": "dra", "buy": [ON_DEMAND | {"min": 1}]},
        ("cluster.pools.l4.devices", "governance.awake", "take plugin"),
    ),
    ("prod", "serving.pools.small.devices", "dra", ("serving.pools.small.devices",)),
    ("dev", "cluster.pools.l4.warm_nodes", 1, ("cluster.pools.l4", "warm_nodes: 1", "spot")),
    ("dev", "cluster.pools.l4.upkeep", {"release": "newest"}, ("cluster.pools.l4", "'newest'", "1.35.2-20261105")),
    (
        "dev",
        "cluster.pools.l4.upkeep",
        {"release": "1.37.0-20261105"},
        ("cluster", "pools.l4.upkeep.release: 1.37.0-20261105", "newer than the cluster's 1.36"),
    ),
    (
        "prod",
        "cluster.pools.h100.buy",
        [OFFER | {"consent": CONSENT | {"buys": "cb-00000000000000000"}}, {"how": "on-demand", "max": 4}],
        ("cluster.pools.h100", "cb-00000000000000000", "cb-0123456789abcdef0"),
    ),
    ("prod", "cluster.pools.h100.instance", "p5en.48xlarge", ()),
    ("prod", "cluster.pools.h100.instance", "p5e.48xlarge", ("cluster.pools.h100.zone", "p5e.48xlarge", "use1-az6")),
    ("prod", "cluster.pools.h100.buy.0.reservation", "cr-1", ("cluster.pools.h100.buy[0]", "cr-1", "cr-")),
    ("prod", "cluster.pools.h100.buy.0.until", ..., ("cluster.pools.h100.buy[0]", "until")),
    ("prod", "cluster.pools.h100.expected.running", 9, ("cluster.pools.h100", "expected.running", "9", "8")),
    ("prod", "cluster.pools.h100.buy.1.max", 4000, ("cluster.pools.h100.buy", "4004", "10.60.128.0/18")),
    ("dev", "training.teams.research.gpus", {"l40": 1}, ("training.teams.research.gpus.l40", "l4")),
    ("dev", "training.teams.research.gpus", {"l4": 9}, ("training.teams", "9 GPUs", "2")),
    ("dev", "training.teams", {"reserch": {"gpus": {}}}, ("training.teams.reserch", "budget", "research")),
    ("dev", "training.jobs.smoke.nodes", 3, ("training.jobs.smoke.nodes", "3 nodes", "(2)")),
    ("dev", "training.jobs.smoke.nodes", 2, ("training.jobs.smoke.pool", "spreads over zones")),
    ("dev", "training.jobs.smoke.gpus_per_node", 4, ("training.jobs.smoke.gpus_per_node", "4", "1 GPUs of g6.xlarge")),
    ("dev", "training.jobs.smoke.pool", "l5", ("training.jobs.smoke.pool", "l5", "l4")),
    ("dev", "serving.pools.small.interruptible", False, ("serving.pools.small", "interruptible", "spot: false")),
    ("dev", "serving.pools.small.efa", True, ("serving.pools.small", "g6.xlarge, g5.xlarge has no Elastic Fabric")),
    ("dev", "serving.pools.small.zone", "use1-az1", ("serving.pools.small.zone", "use1-az1", "use1-az4, use1-az6")),
    ("dev", "serving.models.qwen-7b.pool", "smal", ("serving.models.qwen-7b.pool", "smal", "small")),
    (
        "dev",
        "serving.models.qwen-7b.tensor_parallel",
        2,
        ("serving.models.qwen-7b.tensor_parallel", "divide", "g6.xlarge"),
    ),
    (
        "dev",
        "serving.models.qwen-7b.replicas",
        {"min": 3, "max": 2},
        ("serving.models.qwen-7b.replicas", "min 3", "max 2"),
    ),
    ("dev", "serving.models.qwen-7b.replicas.max", 3, ("serving.models.qwen-7b.replicas.max", "3 replicas", "2")),
    ("dev", "serving.models.qwen-7b.runs_on", "moon", ("serving.models.qwen-7b", "moon", "eks, sagemaker")),
    ("dev", "cluster.pools.l4.team", "nobody", ("cluster.pools.l4.team", "nobody", "research")),
    (
        "prod",
        "serving.models.llama-70b.team",
        "safety",
        ("serving.models.llama-70b.pool", "safety uses pool l40s", "applied alone"),
    ),
    (
        "dev",
        "serving.pools.small.team",
        "ml-platform",
        ("serving.models.qwen-7b.pool", "research uses pool small", "ml-platform alone"),
    ),
    (
        "dev",
        "cluster.pools.l4.team",
        "ml-platform",
        ("training.teams.research.gpus.l4", "research uses pool l4", "ml-platform alone"),
    ),
    ("dev", "governance.overhead", "fair", ("governance.overhead", "fair", "gpu-spend")),
    ("dev", "serving.models.qwen-7b.team", "nobody", ("serving.models.qwen-7b.team", "nobody", "research")),
    ("dev", "serving.models.embed-small.memory_mib", ..., ("serving.models.embed-small", "serverless", "memory_mib")),
    ("dev", "serving.models.embed-small.memory_mib", 1000, ("serving.models.embed-small.memory_mib", "1000", "1024")),
    ("prod", "serving.models.chat-8b.answer", ..., ("serving.models.chat-8b", "latency_ms", "`answer`")),
    ("prod", "serving.models.chat-8b.answer.tokens", 0, ("serving.models.chat-8b", "tokens: 0", "more than 0")),
    (
        "prod",
        "serving.models.chat-8b.answer",
        {"billion_parameters": 70, "tokens": 300},
        ("serving.models.chat-8b", "300 tokens take at least 141 s", "stream"),
    ),
    (
        "prod",
        "serving.models.chat-8b.requests_per_minute",
        120,
        ("serving.models.chat-8b", "120 answers", "at most 80"),
    ),
    (
        "prod",
        "serving.models.transcribe.answer",
        {"billion_parameters": 1.5, "tokens": 200, "streamed": True},
        ("serving.models.transcribe", "streams nothing"),
    ),
    ("dev", "serving.models.embed-small.latency_ms", 500, ("serving.models.embed-small", "cold starts")),
    ("prod", "serving.models.chat-8b.replicas.start", 9, ("serving.models.chat-8b.replicas", "start 9", "max 6")),
    ("dev", "cluster.log_days", 8, ("cluster.log_days", "8", "7")),
    ("prod", "data.lustre.release_after_days", 0, ("data.lustre.release_after_days", "0")),
    ("prod", "serving.models.chat-8b.replicas.min", 0, ("serving.models.chat-8b", "real-time", "async")),
    ("dev", "governance.awake.start", "7:00", ("governance.awake.start", "7:00", "HH:MM")),
    ("dev", "governance.awake.zone", "Europe/Berln", ("governance.awake.zone", "Europe/Berln", "Europe/Berlin")),
    ("dev", "governance.awake.stop", "06:00", ("governance.awake", "07:00", "06:00")),
    ("dev", "governance.budgets.environment", -1, ("governance.budgets.environment", "-1")),
    ("dev", "governance.alert_emails", [], ("governance.alert_emails", "0 of the 1")),
]


FOLLOWED_BY_MORE = {
    "cluster.pools",
    "network.zones",
    "training.teams",
    "training.jobs.smoke.nodes",
    "serving.models.qwen-7b.tensor_parallel",
}
"""Places on which others rely: a fault there breaks more than one rule."""


@pytest.mark.parametrize(("environment", "path", "value", "said"), FAULTS, ids=[f"{p}={v!r}" for _, p, v, _ in FAULTS])
def test_a_fault_is_said_in_one_sentence(environment: str, path: str, value: Any, said: tuple[str, ...]) -> None:
    config = changed(environment, path, value)
    if not said:
        parsed(config, environment)
        return
    found = problems(config, environment)
    place = f"Pulumi.{environment}.yaml: gpuplatform:{said[0]}"
    assert any(p.startswith(place) and all(word in p for word in said[1:]) for p in found), found
    assert len(found) == 1 or path in FOLLOWED_BY_MORE, found


@pytest.mark.parametrize(
    ("version", "efa", "said"),
    [
        ("1.33", False, "pools.a100.devices: dra needs Kubernetes 1.34, and the cluster has 1.33"),
        ("1.34", False, None),
        ("1.34", None, "pools.a100.devices: dra with EFA needs Kubernetes 1.35, and the cluster has 1.34"),
        ("1.35", None, None),
    ],
)
def test_claims_need_a_version_of_kubernetes_that_serves_them(version: str, efa: bool | None, said: str | None) -> None:
    config = changed("prod", "cluster.pools.a100", CLAIMED | {"efa": efa})
    config["gpuplatform:cluster"]["version"] = version

    if said is None:
        parsed(config, "prod")
    else:
        assert any(said in problem for problem in problems(config, "prod"))


def test_kueue_chooses_no_nodes_for_claims() -> None:
    config = changed("prod", "cluster.pools.a100", CLAIMED)
    config["gpuplatform:training"]["topology_aware"] = True

    assert any("cluster.pools.a100.devices: dra, but training.topology_aware" in p for p in problems(config, "prod"))


def items(value: Any) -> Iterable[tuple[Any, Any]]:
    """Keys or indices and what stands there; nothing for a leaf."""
    if isinstance(value, dict):
        return cast("dict[Any, Any]", value).items()
    return enumerate(cast("list[Any]", value)) if isinstance(value, list) else ()


def every_mapping(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        yield path
    for step, inner in items(value):  # pyright: ignore[reportUnknownArgumentType]  (narrowed by the line above)
        yield from every_mapping(inner, (*path, step))


FREE_KEYS = {
    "environment",
    "admins",
    "viewers",
    "pools",
    "teams",
    "jobs",
    "models",
    "gpus",
    "expected_gib",
    "expected_infrequent_gib",
    "expected_archive_gib",
    "zones",
}
"""Mappings whose keys are names that people choose; a misspelt one is another rule's business."""


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_misspelt_key_is_named_at_every_level(environment: str) -> None:
    original = written(environment)
    places = [p for p in every_mapping(original) if p and p[-1] not in FREE_KEYS]
    assert len(places) > 20
    for path in places:
        config = copy.deepcopy(original)
        place: Any = config
        for step in path:
            place = place[step]
        place["instnace"] = 1
        found = problems(config, environment)
        assert any("instnace: unknown key" in p for p in found), (path, found)


def test_a_misspelt_layer_is_named_with_its_nearest() -> None:
    config = written("dev")
    config["gpuplatform:netwrk"] = config.pop("gpuplatform:network")
    found = problems(config)
    assert "Pulumi.dev.yaml: gpuplatform:netwrk: unknown key; did you mean network" in found[0]
    assert any("gpuplatform:network is missing" in p for p in found)


def test_every_problem_is_said_at_once() -> None:
    config = changed("dev", "network.nat", "one")
    config["gpuplatform:cluster"]["system"] |= {"instance": "t9.nano", "min": 5}
    config["gpuplatform:governance"]["budgets"]["environment"] = 0
    config["aws:region"] = "us-east-9"
    assert len(problems(config)) == 5


@pytest.mark.parametrize(
    "pasted", ["hf_AbCdEfGhIjKlMnOpQr", "sk-live-1234567890", "AKIAIOSFODNN7EXAMPLE", "plain-password"]
)
def test_a_secret_in_plain_text_is_refused_without_repeating_it(pasted: str) -> None:
    found = problems(changed("prod", "serving.models.qwen-7b.api_key_secret", pasted), "prod")
    assert len(found) == 1
    assert "api_key_secret" in found[0]
    assert "Secrets Manager" in found[0]
    assert pasted not in found[0], "the message would leak what it refuses"


@pytest.mark.parametrize("accounts", [None, [], ["12"], ["111122223333", "444455556666"], "111122223333"])
def test_an_environment_names_its_one_account(accounts: Any) -> None:
    config = written("dev")
    config["aws:allowedAccountIds"] = accounts
    assert any("aws:allowedAccountIds" in p for p in problems(config)) is (accounts != ["111122223333"])


def test_no_settings_at_all_is_said_by_layer() -> None:
    found = problems({})
    assert {p.split(" ")[1] for p in found} >= {f"gpuplatform:{s}" for s in SECTIONS if s != "expected"}


def test_what_is_expected_may_be_left_out() -> None:
    config = written("dev")
    del config["gpuplatform:expected"]
    assert parsed(config).expected == ExpectedSettings()


def test_every_kind_of_use_that_the_bill_knows_has_a_setting_with_its_default() -> None:
    assert ExpectedSettings().model_dump() == {key: use.default for key, use in USAGE.items()}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"expected_infrequent_gib": {"models": 1}}, "models: 1, but the zone has no infrequent_after_days"),
        ({"expected_archive_gib": {"raw": 30000}}, "raw: 20000 is less than the 33000"),
    ],
)
def test_no_more_lies_in_a_colder_class_than_lifecycle_rules_can_have_moved(data: Any, words: str) -> None:
    config = written("prod")
    config["gpuplatform:data"] |= data
    (found,) = problems(config, "prod")
    assert words in found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_is_written_is_accepted_or_explained(data: st.DataObject) -> None:
    """Any JSON at any place of a real file: settings, or SettingsError; never another exception."""
    config = copy.deepcopy(written(data.draw(st.sampled_from(ENVIRONMENTS))))
    paths = [(k, *p) for k, v in config.items() for p in every_place(v)]
    path = data.draw(st.sampled_from(paths))
    place: Any = config
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = data.draw(JSON)
    try:
        parsed(config)
    except SettingsError as error:
        said = error.problems
    else:
        return
    assert said
    assert all(p.startswith("Pulumi.dev.yaml: ") and "\n" not in p for p in said)


def every_place(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for step, inner in items(value):
        yield from every_place(inner, (*path, step))


@pytest.mark.parametrize(
    ("file", "make"),
    [
        (reference.SCHEMA, lambda: json.dumps(reference.schema(), indent=2) + "\n"),
        (reference.REFERENCE, reference.reference),
    ],
    ids=["schema", "page"],
)
def test_the_reference_is_fresh(file: Any, make: Callable[[], str]) -> None:
    assert file.read_text() == make(), "stale: run `make schema`"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_schema_accepts_what_ships(environment: str) -> None:
    document = yaml.safe_load((ROOT / f"Pulumi.{environment}.yaml").read_text())
    validator: Any = jsonschema.Draft202012Validator(reference.schema())
    assert validator.is_valid(document)
