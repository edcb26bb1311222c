"""Whether keys are open to those who use them in AWS's own name, and topics and queues to what sends to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from gpuplatform.kinds import kms, sns, sqs
from gpuplatform.kinds.identity.documents import Statement, allows, principals, statements_of, words
from gpuplatform.kinds.identity.keys import KeyUse, key_uses, senders
from gpuplatform.plan.model import UNKNOWN, Json, Plan, PlannedResource
from gpuplatform.plan.references import linked
from gpuplatform.plan.values import as_dict
from gpuplatform.preview.checking.check import Severity, Violation, check


@check("key-closed-to-user", Severity.ERROR, "A key admits every service of AWS that uses it in its own name.")
def key_closed_to_user(plan: Plan) -> Iterator[Violation]:
    """The account's policies reach neither a service nor a service-linked role: the key's own policy must name them. Without one it
    admits the account alone."""
    told: set[tuple[str, str]] = set()
    for use in key_uses(plan):
        who = use.service.rstrip(".") or use.role.partition("/")[2].rstrip("_")
        if use.key is None:
            if (use.by.urn, who) not in told:
                told.add((use.by.urn, who))
                yield Violation(
                    f"{use.by.name}: is encrypted with AWS's own key, which is closed to {who}: {use.consequence}; give a key of your own "
                    "that admits it",
                    use.by,
                )
            continue
        statements = _policy(plan, use.key)
        if statements is None or (use.key.urn, who) in told:
            continue
        lacking = [action for action in use.actions if not _admits(statements, use, action)]
        if lacking:
            told.add((use.key.urn, who))
            yield Violation(
                f"{use.key.name}: its policy does not let {who} {', '.join(lacking)}, and {use.by.name} needs it: "
                f"{use.consequence}; admit it",
                use.key,
            )


def _policy(plan: Plan, key: PlannedResource) -> list[Statement] | None:
    """The statements of a key's policy, wherever it is written; None where the plan does not know them, empty where there are none."""
    apart = [p for p in plan.all(kms.KEY_POLICY) if key in linked(plan, p, "keyId", kms.KEY)]
    written: Json = apart[0].inputs.get("policy") if apart else key.inputs.get("policy")
    return [] if written is None else statements_of(written)


def _admits(statements: Sequence[Statement], use: KeyUse, action: str) -> bool:
    return allows([s for s in statements if _names(s, use)], action)


def _names(statement: Statement, use: KeyUse) -> bool:
    """Whether a statement is about whoever uses the key: by name, or everybody under a condition that fits."""
    if use.service:
        services = principals(statement, "Service")
        return any(one == "*" or one.startswith(use.service) for one in services)
    arns = principals(statement, "AWS")
    conditions = [
        value
        for keys in as_dict(statement.get("Condition")).values()
        for key, values in as_dict(keys).items()
        if key.lower() == "aws:principalarn"
        for value in words(values)
    ]
    role = f"role/aws-service-role/{use.role}"
    named = any(_is(role, arn) for arn in arns if arn != "*")
    return named or ("*" in arns and (not conditions or any(_is(role, one) for one in conditions)))


def _is(role: str, pattern: str) -> bool:
    """Whether an ARN, or a pattern of ARNs, means a service-linked role, of which the end may be the file system's."""
    tail = pattern.partition(":role/")[2]
    return bool(tail) and (fnmatchcase(role, f"role/{tail}") or f"role/{tail}".startswith(role))


@check("message-refused", Severity.ERROR, "A topic or queue lets in the services that are told to send to it.")
def message_refused(plan: Plan) -> Iterator[Violation]:
    """A queue without a policy takes nothing from a service; a topic without one takes what its own account's alarms send, and nothing of
    EventBridge (EventBridge user guide, "Using resource-based policies", read 2026-12)."""
    for target in (*plan.all(sns.TOPIC), *plan.all(sqs.QUEUE)):
        action = "sns:Publish" if target.type == sns.TOPIC else "sqs:SendMessage"
        statements = _own_policy(plan, target)
        for service, sender in {service: sender for sender, service in senders(plan, target)}.items():
            if statements is None or (
                not statements and target.type == sns.TOPIC and service.startswith("cloudwatch.")
            ):
                continue
            arn = target.outputs.get("arn")
            named = [s for s in statements if {service, "*"} & {*principals(s, "Service"), *principals(s, "AWS")}]
            usual = [s for s in named if _from(s, sender)]
            if not allows(usual, action, arn if isinstance(arn, str) else ""):
                told = "allows" if not named else "allows, from there,"
                yield Violation(
                    f"{target.name}: no statement of its policy {told} {service} to {action}: what {sender.name} sends is lost; allow it",
                    target,
                )


def _own_policy(plan: Plan, target: PlannedResource) -> list[Statement] | None:
    type_, path = (sns.TOPIC_POLICY, "arn") if target.type == sns.TOPIC else (sqs.QUEUE_POLICY, "queueUrl")
    apart = [p for p in plan.all(type_) if p.refers(path, target, "arn", "url", "id")]
    written = [one.inputs.get("policy") for one in (target, *apart)]
    documents = [statements_of(one) for one in written if one is not None]
    if None in documents or UNKNOWN in written:
        return None
    return [s for document in documents for s in document or ()]


def _from(statement: Statement, sender: PlannedResource) -> bool:
    """Whether a condition on the source admits the sender's rule; other conditions are taken as met."""
    for keys in as_dict(statement.get("Condition")).values():
        for key, values in as_dict(keys).items():
            named = words(values)
            if key.lower() == "aws:sourcearn" and (rule := sender.inputs.get("rule")) and ":rule/" in str(named):
                return any(fnmatchcase(str(rule), one.rpartition("rule/")[2]) for one in named) or UNKNOWN in named
    return True
