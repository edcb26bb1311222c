"""Runs the program against a monitor that records instead of creating.

The monitor is Pulumi's own language protocol (proto/pulumi/resource.proto), handed to the SDK through the public
`pulumi.runtime`; the program cannot tell it from the engine. A run with `cloud=None` is what the first `pulumi preview`
sees: outputs are unknown. A run with a `Cloud` has simulated outputs, so that every `apply` runs and every manifest and
policy is known.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, cast

from google.protobuf import empty_pb2
from pulumi.runtime import Settings
from pulumi.runtime.proto import engine_pb2, resource_pb2

from gpuplatform.plan.model import STACK, Invoke, Json, Message, Plan, PlannedResource, parents_first
from gpuplatform.plan.urns import former_urn, urn_of
from gpuplatform.preview.record.cloud import Cloud
from gpuplatform.preview.record.configuration import Environment
from gpuplatform.preview.record.failure import explain, failures, problems, unanswered
from gpuplatform.preview.record.running import run_program
from gpuplatform.preview.record.sources import Sources
from gpuplatform.preview.record.wire import plain, plain_struct, reference, struct

FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
)


class Recorder:
    """A resource monitor that keeps every request. Called from several threads at once."""

    def __init__(self, environment: Environment, cloud: Cloud | None = None) -> None:
        self._environment, self._cloud = environment, cloud
        self._lock = threading.Lock()
        self._resources: dict[str, PlannedResource] = {}
        self._ids: dict[str, str] = {}
        self._references: dict[str, dict[str, Json]] = {}
        self._owners: dict[str, str] = {}
        self._sources = Sources(environment.root)
        self._duplicates: list[PlannedResource] = []
        self._invokes: list[Invoke] = []
        self.messages: list[Message] = []
        self.outputs: dict[str, Json] = {}

    # --- registrations

    def RegisterResource(self, request: Any) -> Any:
        environment, inputs = self._environment, dict[str, Json](plain_struct(request.object))
        urn = urn_of(environment.project, environment.name, request.parent, request.type, request.name)
        source, layer_source = self._sources.of(request)
        identifier, simulated = "", dict[str, Json]()
        if request.type != STACK and self._cloud is not None:
            identifier, simulated = self._cloud.create(request.type, request.name, urn, inputs)
        recorded = PlannedResource(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent or None,
            custom=request.custom,
            remote=request.remote,
            inputs=inputs,
            dependencies=self._known(request.dependencies),
            property_dependencies={
                k: self._known(v.urns) for k, v in sorted(request.propertyDependencies.items()) if v.urns
            },
            provider=request.provider,
            protect=request.protect,
            ignore_changes=tuple(request.ignoreChanges),
            replace_on_changes=tuple(request.replaceOnChanges),
            replacement_trigger=plain(request.replacement_trigger),
            delete_before_replace=request.deleteBeforeReplace,
            retain_on_delete=request.retainOnDelete,
            deleted_with=request.deletedWith,
            aliases=tuple(former_urn(environment.project, environment.name, a, request) for a in request.aliases),
            timeouts={k: v for k in ("create", "update", "delete") if (v := getattr(request.customTimeouts, k))},
            source=source,
            layer_source=layer_source,
            outputs=simulated,
        )
        with self._lock:
            if urn in self._resources:
                self._duplicates.append(recorded)
            else:
                self._resources[urn] = recorded
                self._ids[urn] = identifier
        state = request.object.__class__()
        state.CopyFrom(request.object)
        state.update(self._with_references(urn, simulated))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identifier, object=state)

    def RegisterResourceOutputs(self, request: Any) -> empty_pb2.Empty:
        outputs = plain_struct(request.outputs)
        with self._lock:
            recorded = self._resources[request.urn]
            self._resources[request.urn] = replace(recorded, registered_outputs=outputs)
            if recorded.type == STACK:
                self.outputs = outputs
        return empty_pb2.Empty()

    def ReadResource(self, request: Any) -> Any:
        environment = self._environment
        urn = urn_of(environment.project, environment.name, request.parent, request.type, request.name)
        with self._lock:
            self._invokes.append(Invoke(f"read:{request.type}", {"id": request.id}, self._sources.of(request)[0]))
        return resource_pb2.ReadResourceResponse(urn=urn, properties=request.properties)

    def Invoke(self, request: Any) -> Any:
        args = plain_struct(request.args)
        if request.tok == "pulumi:pulumi:getResource":
            return _returned(self._state_of(args["urn"]))
        with self._lock:
            self._invokes.append(Invoke(request.tok, args, self._sources.of(request)[0]))
        return _returned(struct({}))

    Call = Invoke

    # --- the rest of the protocol

    def GetDeploymentInfo(self, _: Any) -> Any:
        return resource_pb2.DeploymentInfo(supportedFeatures=FEATURES)

    def SupportsFeature(self, _: Any) -> Any:
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)

    def RegisterPackage(self, request: Any) -> Any:
        return resource_pb2.RegisterPackageResponse(ref=f"{request.name}@{request.version}")

    def RegisterResourceHook(self, _: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    RegisterErrorHook = RegisterStackTransform = RegisterStackInvokeTransform = SignalAndWaitForShutdown = (
        RegisterResourceHook
    )

    # --- the engine's log

    def Log(self, request: Any) -> empty_pb2.Empty:
        if request.severity == engine_pb2.DEBUG:
            return empty_pb2.Empty()
        with self._lock:
            self.messages.append(
                Message(engine_pb2.LogSeverity.Name(request.severity).lower(), request.message, request.urn)
            )
        return empty_pb2.Empty()

    def RequirePulumiVersion(self, _: Any) -> Any:
        return engine_pb2.RequirePulumiVersionResponse()

    # --- helpers

    def _known(self, urns: Iterable[str]) -> tuple[str, ...]:
        """URNs in order.

        A resource inside a remote component stands for the component, which is all that the program registered.
        """
        return tuple(sorted({self._owners.get(urn, urn) for urn in urns}))

    def _with_references(self, urn: str, simulated: dict[str, Json]) -> dict[str, Json]:
        """Outputs that are resources (`{"$resource": token}`), at any depth, become references, as a remote component returns them."""
        return {key: self._referred(urn, key, value) for key, value in simulated.items()}

    def _referred(self, urn: str, key: str, value: Json) -> Json:
        if not isinstance(value, dict):
            return value
        output = cast("dict[str, Json]", value)
        if "$resource" not in output:
            return {inner: self._referred(urn, f"{key}-{inner}", one) for inner, one in output.items()}
        token, state = str(output["$resource"]), dict[str, Json](output["state"])
        child = f"{urn.rsplit('::', 1)[0]}${token}::{urn.rsplit('::', 1)[1]}-{key}"
        with self._lock:
            self._owners[child] = urn
            self._ids[child] = str(state["id"])
            self._references[child] = state
        return reference(child, str(state["id"]))

    def _state_of(self, urn: str) -> Any:
        with self._lock:
            known = self._resources.get(urn)
        # Of a component the engine tells the outputs alone, among them references to what is in it.
        shown = dict[str, Json](known.inputs if known and known.custom else {})
        outputs = self._with_references(urn, dict(known.outputs)) if known else {}
        with self._lock:
            state = {**shown, **outputs} if known else self._references.get(urn, {})
            return struct({"urn": urn, "id": self._ids.get(urn, ""), "state": state})

    def plan(self) -> Plan:
        """What was recorded so far, parents before children and siblings by URN: the same at every run."""
        with self._lock:
            return Plan(
                project=self._environment.project,
                environment=self._environment.name,
                region=self._environment.region,
                resources=parents_first(self._resources.values()),
                outputs=self.outputs,
                settings=self._environment.public_settings,
                invokes=tuple(
                    sorted(self._invokes, key=lambda i: (i.token, str(i.source), json.dumps(i.args, sort_keys=True)))
                ),
                messages=tuple(self.messages),
                duplicates=tuple(sorted(self._duplicates, key=lambda r: r.urn)),
            )


def _returned(value: Any) -> Any:
    """The answer to an invoke, whose field is a word that Python keeps for itself."""
    response: Any = resource_pb2.ResourceInvokeResponse()
    getattr(response, "return").CopyFrom(value)
    return response


class ProgramError(Exception):
    """The program raised. The message is one sentence with its line; the cause is the program's own exception."""

    def __init__(self, explained: str, plan: Plan, problems: tuple[str, ...] = ()) -> None:
        super().__init__(explained)
        self.plan = plan
        """As far as it went."""
        self.problems = problems
        """The program's own sentences for wrong settings."""


def record(environment: Environment, program: Callable[[], object], cloud: Cloud | None = None) -> Plan:
    """Run a program once and return its plan.

    Raises ProgramError if the program, or a value it computes, raises.
    """
    recorder = Recorder(environment, cloud)

    def settings() -> Settings:
        return Settings(
            project=environment.project,
            stack=environment.name,
            monitor=recorder,
            engine=recorder,
            dry_run=cloud is None,
            organization="organization",
            root_directory=str(environment.root),
        )

    try:
        run_program(settings, *environment.wire_config(), program)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        plan = recorder.plan()
        told = "; ".join((explain(failures(error), environment.root), *unanswered(plan.invokes, environment.name)))
        raise ProgramError(told, plan, problems(error)) from error
    return recorder.plan()
