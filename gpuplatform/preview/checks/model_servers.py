"""Whether servers of language models start, and stay: shared memory, probes, the environment of services, and room for the context"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gpuplatform.catalog import architectures
from gpuplatform.catalog.instances import InstanceType
from gpuplatform.kinds.cluster.model_servers import Server, servers
from gpuplatform.kinds.cluster.names import namespace_of
from gpuplatform.kinds.cluster.node_properties import TYPE_LABEL
from gpuplatform.kinds.cluster.objects import of_kind
from gpuplatform.kinds.cluster.room import gpus, hosts
from gpuplatform.plan.model import Json, Plan, Source
from gpuplatform.plan.quantity import quantity, whole
from gpuplatform.plan.values import as_dict, as_list, get_path
from gpuplatform.preview.checking.check import Severity, Violation, check
from gpuplatform.sizing.context_room import GB, Loaded
from gpuplatform.sizing.loading import load_seconds

_SHARED: Final = "/dev/shm"
_LEAST_SHARED: Final = 2.0**30
"""Bytes: docker's and containerd's own is 64 MiB, and NCCL's rings of a few GPUs want hundreds (NCCL user guide, "Troubleshooting",
"Shared memory")."""
_READ_BY_PROGRAMS: Final = {"vllm": "VLLM_PORT", "sglang": "SGLANG_PORT"}
"""Name of a service → the variable that Kubernetes makes of it, which a program of that name reads as its own (docs.vllm.ai, "Using
Kubernetes" and "Environment Variables")."""


@check("shared-memory", Severity.WARNING, "A model over several GPUs of a pod has shared memory for its processes.")
def shared_memory(plan: Plan) -> Iterator[Violation]:
    """Without a volume of its own /dev/shm has 64 MiB, and NCCL or the engine's workers end with a bus error."""
    for server in servers(plan):
        if server.gpus < 2 or server.pod.spec.get("hostIPC") is True:
            continue
        if why := _too_little(server):
            yield Violation(
                f"{server.pod.owner.name}: spreads a model over {server.gpus} GPUs, and {why}; mount an emptyDir of medium Memory "
                f"at {_SHARED}, with some GiB",
                server.pod.owner,
            )


def _too_little(server: Server) -> str:
    mounts = {
        str(get_path(m, "mountPath")).rstrip("/"): str(get_path(m, "name"))
        for m in as_list(server.container.get("volumeMounts"))
    }
    if _SHARED not in mounts:
        return f"its {_SHARED} has 64 MiB"
    volumes = {str(get_path(v, "name")): v for v in as_list(server.pod.spec.get("volumes"))}
    limit = get_path(volumes.get(mounts[_SHARED]), "emptyDir", "sizeLimit")
    return f"the volume at its {_SHARED} is limited to {limit}" if 0 < quantity(limit) < _LEAST_SHARED else ""


@check("probe-kills-loading", Severity.WARNING, "Probes give a model the time that it takes to load.")
def probe_kills_loading(plan: Plan) -> Iterator[Violation]:
    """A liveness probe that begins before the weights are there ends the container, which loads them again, for ever. The time is an
    estimate: weights at 1 GB/s, and the engine's own start."""
    for server in servers(plan):
        startup, liveness = (as_dict(server.container.get(f"{name}Probe")) for name in ("startup", "liveness"))
        probe, called = (startup, "startup") if startup else (liveness, "liveness")
        if not probe or not gpus(server.pod):
            continue
        weights = _weights(plan, server)
        patience, needed = _patience(probe), load_seconds(weights or 0)
        if patience < needed:
            loaded = f"{weights / GB:,.0f} GB of weights" if weights else "any model"
            yield Violation(
                f"{server.pod.owner.name}: its {called} probe gives up after {patience:g} s, and {loaded} and the engine take about "
                f"{needed:,.0f} s; it would be restarted for ever. Add a startup probe that waits several times as long",
                server.pod.owner,
            )


def _patience(probe: Mapping[str, Json]) -> int:
    """Seconds after which a container that never answers is ended (Kubernetes' defaults: no delay, 10 s, 3 failures)."""
    delay = whole(probe.get("initialDelaySeconds"))
    return delay + whole(probe.get("periodSeconds"), 10) * whole(probe.get("failureThreshold"), 3)


@check(
    "service-links", Severity.ERROR, "No service's name becomes a variable that a program beside it reads as its own."
)
def service_links(plan: Plan) -> Iterator[Violation]:
    """Of a service `vllm` Kubernetes makes VLLM_PORT=tcp://…, on which vLLM stops."""
    named = {(namespace_of(body), str(body["metadata"]["name"])): r for r, body in of_kind(plan, "Service")}
    for server in servers(plan):
        if server.pod.spec.get("enableServiceLinks") is False:
            continue
        own = {str(get_path(e, "name")) for e in as_list(server.container.get("env"))}
        for name, variable in _READ_BY_PROGRAMS.items():
            runs = (
                server.vllm if name == "vllm" else name in " ".join((str(server.container.get("image")), *server.words))
            )
            if runs and (server.pod.namespace, name) in named and variable not in own:
                yield Violation(
                    f"{server.pod.owner.name}: the service {name} beside it gives it {variable}=tcp://…, which it reads as its own "
                    "port and stops; set enableServiceLinks: false, or call the service otherwise",
                    server.pod.owner,
                )


@check("context-above-cache", Severity.ERROR, "Beside the weights there is room for one request of the whole context.")
def context_above_cache(plan: Plan) -> Iterator[Violation]:
    """By the model's published layers and heads; of a model that has no row, the least of those of its size. An engine refuses to start
    with a context that its cache cannot hold."""
    for server in servers(plan):
        loaded = _loaded(plan, server)
        for type_ in _types(plan, server) if loaded else ():
            if loaded and (why := loaded.refused(type_)):
                yield Violation(f"{server.pod.owner.name}: {why}", server.pod.owner, _setting(plan, server))
                break


def _loaded(plan: Plan, server: Server) -> Loaded | None:
    """None where neither settings nor names say how large the model is."""
    weights, parameters = _weights(plan, server), _parameters(plan, server)
    if not weights or not parameters:
        return None
    return Loaded(
        named=f"{server.model} {server.served_as}",
        parameters=parameters,
        weights_bytes=weights,
        context=server.context,
        tensor_parallel=server.tensor_parallel,
        gpus=server.gpus,
        utilisation=server.utilisation,
        cache_bytes=server.cache_bytes,
    )


def _types(plan: Plan, server: Server) -> list[InstanceType]:
    """Types on which its pods may stand, smallest memory first."""
    wanted = _named_types(server)
    found = {
        t.name: t
        for launch in hosts(plan, server.pod)
        for t in launch.types
        if t.gpu and (not wanted or t.name in wanted)
    }
    return sorted(found.values(), key=lambda t: (t.gpu.memory_mib if t.gpu else 0, t.name))


def _named_types(server: Server) -> set[str]:
    required = get_path(
        server.pod.spec.get("affinity"), "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"
    )
    rows = [
        as_list(get_path(e, "values"))
        for term in as_list(get_path(required, "nodeSelectorTerms"))
        for e in as_list(get_path(term, "matchExpressions"))
        if get_path(e, "key") == TYPE_LABEL and get_path(e, "operator") == "In"
    ]
    selected = get_path(server.pod.spec, "nodeSelector", TYPE_LABEL)
    return {str(name) for row in rows for name in row} | ({str(selected)} if selected else set())


def _stated(plan: Plan, server: Server) -> Mapping[str, Json]:
    """What the settings say of the model; empty where they say nothing of it."""
    return as_dict(as_dict(plan.setting("serving").get("models")).get(server.served_as))


def _parameters(plan: Plan, server: Server) -> float | None:
    stated = _stated(plan, server).get("billion_parameters")
    billions = stated if isinstance(stated, (int, float)) else architectures.billions(f"{server.model}")
    return billions * GB if billions else None


def _weights(plan: Plan, server: Server) -> float | None:
    """Bytes; None where neither settings nor the model's name say how large it is."""
    parameters, stated = _parameters(plan, server), _stated(plan, server)
    if parameters is None:
        return None
    if stated:
        each = stated.get("bytes_per_parameter", 2)
        return parameters * each if isinstance(each, (int, float)) else None
    return parameters * architectures.bytes_per_parameter(server.model, server.quantization)


def _setting(plan: Plan, server: Server) -> Source | None:
    if _stated(plan, server):
        return plan.setting_source(f"serving.models.{server.served_as}.context")
    return None
