"""The environment's settings: the only reader of Pulumi configuration.

One key a layer in `Pulumi.<environment>.yaml`; the models are in `stacks/settings/`. All that is wrong is said at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG
from pydantic import BaseModel, ConfigDict, ValidationError

from components.iam import Account
from components.tags import CostTags
from gpuplatform.catalog import zones
from stacks.settings.cluster import ClusterSettings
from stacks.settings.context import Context
from stacks.settings.cross import RULES
from stacks.settings.data import DataSettings
from stacks.settings.expected import ExpectedSettings
from stacks.settings.governance import GovernanceSettings
from stacks.settings.network import NetworkSettings
from stacks.settings.owner import OwnerSettings
from stacks.settings.platform import PlatformSettings
from stacks.settings.problems import key, sentences
from stacks.settings.serving import ServingSettings
from stacks.settings.training import TrainingSettings
from stacks.settings.types import nearest
from stacks.settings.whole import Sections


class SettingsError(pulumi.RunError):
    """The settings are wrong: `problems` has a sentence each, with file, key path, value and what would be accepted."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseModel):
    """An environment, a section a layer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    owner: OwnerSettings
    network: NetworkSettings
    data: DataSettings
    cluster: ClusterSettings
    platform: PlatformSettings
    training: TrainingSettings
    serving: ServingSettings
    governance: GovernanceSettings
    expected: ExpectedSettings = ExpectedSettings()
    """Read by the bill alone, out of the plan."""

    environment: str
    region: str
    account: str

    @cached_property
    def context(self) -> Context:
        return Context(
            account=Account(id=self.account, region=self.region),
            tags=CostTags(
                team=self.owner.team,
                project=self.owner.project,
                environment=self.environment,
                component="platform",
                contact=self.owner.contact,
            ),
            discovery=f"{self.owner.project}-{self.environment}",
            protect=self.cluster.protect,
        )


SECTIONS: dict[str, type[BaseModel]] = {
    name: field.annotation
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
}
"""Layer → model, in the order of the YAML."""

OPTIONAL = frozenset(name for name in SECTIONS if not Settings.model_fields[name].is_required())
"""Sections of which every key has a default."""


def load() -> Settings:
    """Read and check the settings of the environment that runs.

    Raises SettingsError with every problem found.
    """
    return parse(pulumi.get_stack(), pulumi.get_project(), CONFIG.get())


def parse(environment: str, project: str, config: Mapping[str, str]) -> Settings:
    """Settings from configuration as Pulumi hands it over: full keys, structures as JSON."""
    file = f"Pulumi.{environment}.yaml"
    raw = {full.removeprefix(f"{project}:"): value for full, value in config.items() if full.startswith(f"{project}:")}
    problems = [
        f"{file}: {project}:{key(name)}: unknown key; {nearest(name, SECTIONS)}" for name in raw if name not in SECTIONS
    ]

    parsed: dict[str, BaseModel] = {}
    for name, model in SECTIONS.items():
        if name not in raw and name in OPTIONAL:
            continue
        if name not in raw:
            problems.append(f"{file}: {project}:{name} is missing: {(model.__doc__ or '').strip()}")
            continue
        try:
            parsed[name] = model.model_validate(_structure(raw[name]))
        except ValidationError as error:
            problems += [f"{file}: {project}:{name}{path}: {text}" for path, text in sentences(error, model)]

    region, account = config.get("aws:region"), _account(config)
    if region not in zones.regions():
        problems.append(f"{file}: aws:region: {region or 'missing'}; {nearest(region or '', zones.regions())}")
        region = None
    if account is None:
        problems.append(
            f'{file}: aws:allowedAccountIds: give the one account this environment may touch, such as ["111122223333"]'
        )
    sections = Sections(environment=environment, region=region, **parsed)  # pyright: ignore[reportArgumentType]  (each name holds its own model)
    problems += [f"{file}: {project}:{path}: {sentence}" for rule in RULES for path, sentence in rule(sections)]
    if problems or region is None or account is None:
        raise SettingsError(problems)
    return Settings.model_validate({**parsed, "environment": environment, "region": region, "account": account})


def _structure(value: str) -> Any:
    """Structures arrive as JSON text; a bare word stays text, for the model to refuse by name."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def _account(config: Mapping[str, str]) -> str | None:
    allowed = _structure(config.get("aws:allowedAccountIds", "null"))
    match allowed:
        case [str() | int() as one]:
            account = str(one)
            return account if account.isdigit() and len(account) == 12 else None
        case _:
            return None
