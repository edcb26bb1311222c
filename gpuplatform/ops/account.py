"""A session with one account in one region, and what its errors mean."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore import exceptions
from botocore.config import Config
from botocore.parsers import ResponseParserError

from gpuplatform.ops.results import Row, judged, unknown

# Adaptive: throttled calls are repeated ever more slowly, and the rate of new ones falls with them.
_CONFIG = Config(
    retries={"mode": "adaptive", "total_max_attempts": 5},
    connect_timeout=10,
    read_timeout=30,
    user_agent_extra="gpuplatform",
)

_HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""By partition: the region that every account has, which answers for regions that are not enabled."""

_IAM_PREFIX = {"service-quotas": "servicequotas"}
"""Where IAM's name of a service is not botocore's."""

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_REJECTED = frozenset(
    {
        *("AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"),
        *("InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken"),
    }
)
_LOGIN = "log in (`aws sso login`, `aws login`), set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and what goes with it"
_LOGIN_OVER = (exceptions.SSOError, exceptions.TokenRetrievalError, exceptions.LoginError)


class CallError(Exception):
    """The call cannot be answered at all: one sentence, exit status 2."""


class Unanswered(Exception):  # noqa: N818 - no error of ours: one question that AWS did not answer
    """AWS did not answer one question; the others may still be answered."""

    def __init__(self, reason: str, remedy: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason, self.remedy, self.code = reason, remedy, code

    def row(self, check: str, subject: str, *, wanted: str = "") -> Row:
        return unknown(check, subject, wanted=wanted, found=self.reason, what_to_do=self.remedy)


@dataclass(frozen=True, kw_only=True)
class Caller:
    account: str
    arn: str

    @property
    def partition(self) -> str:
        return self.arn.split(":")[1]


@dataclass(frozen=True)
class Aws:
    session: boto3.Session
    region: str
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict[tuple[str, str], Any])

    @property
    def home(self) -> str:
        return _HOME.get(self.session.get_partition_for_region(self.region), self.region)

    def client(self, service: str, region: str | None = None) -> Any:
        """Any, for boto3 makes the methods of a client when it runs."""
        key = (service, region or self.region)
        if key not in self._clients:
            make: Any = self.session.client
            self._clients[key] = make(service, region_name=key[1], config=_CONFIG)
        return self._clients[key]

    @contextlib.contextmanager
    def asking(self, service: str, region: str | None = None) -> Generator[Any]:
        """A client whose errors become Unanswered, or CallError where no other question would be answered either."""
        try:
            yield self.client(service, region)
        except exceptions.ClientError as error:
            raise _explained(error, _IAM_PREFIX.get(service, service), region or self.region) from error
        except exceptions.NoCredentialsError as error:
            raise CallError(f"there are no AWS credentials; {_LOGIN}") from error
        except (exceptions.PartialCredentialsError, exceptions.CredentialRetrievalError) as error:
            raise CallError(f"the AWS credentials are incomplete: {_plain(error)}; {_LOGIN}") from error
        except _LOGIN_OVER as error:
            raise CallError(
                f"the AWS login has expired: {_plain(error)}; log in again (`aws sso login` or `aws login`)"
            ) from error
        except ResponseParserError as error:
            raise _strange(service) from error
        except exceptions.BotoCoreError as error:
            raise Unanswered(
                f"AWS was not reached: {_plain(error)}",
                "look at the network, a proxy or AWS_ENDPOINT_URL; then run again",
            ) from error


def connect(region: str | None) -> Aws:
    """A session by the usual ways of the AWS CLI: environment, profile, login. Raises CallError."""
    try:
        session = boto3.Session(region_name=region)
    except exceptions.ProfileNotFound as error:
        raise CallError(f"{_plain(error)}; accepted: a profile of `aws configure list-profiles`") from error
    except exceptions.BotoCoreError as error:
        raise CallError(f"the AWS configuration cannot be used: {_plain(error)}") from error
    if not session.region_name:
        raise CallError("no region: give --region, or set AWS_REGION; such as us-east-1")
    return Aws(session, session.region_name)


def elsewhere() -> str | None:
    """The address that answers in AWS's place, where the environment variables of the AWS CLI name one."""
    return next(
        (value for name, value in sorted(os.environ.items()) if name.startswith("AWS_ENDPOINT_URL") and value), None
    )


def caller(aws: Aws, accounts: tuple[str, ...] = (), file: str = "the settings") -> Caller:
    """Who asks. Raises CallError where nobody does, or where the account is none of `accounts`, which stand in `file`."""
    try:
        # At home, since a region that is not enabled calls good credentials invalid.
        with aws.asking("sts", aws.home) as sts:
            answer = sts.get_caller_identity()
    except Unanswered as why:
        raise CallError(f"{why.reason}; {why.remedy}") from why
    if accounts and answer["Account"] not in accounts:
        raise CallError(
            f"the credentials are of account {answer['Account']}, but aws:allowedAccountIds of {file} accepts "
            f"{', '.join(accounts)}; log in to that account, or correct the file"
        )
    return Caller(account=answer["Account"], arn=answer["Arn"])


def region_row(aws: Aws) -> Row:
    """Whether the account may use the region."""
    wanted = "enabled for the account"
    try:
        with aws.asking("ec2", aws.home) as ec2:
            found = ec2.describe_regions(RegionNames=[aws.region], AllRegions=True)["Regions"]
    except Unanswered as why:
        return why.row("region", aws.region, wanted=wanted)
    status = found[0]["OptInStatus"] if found else "not known to AWS"
    return judged(
        "region",
        aws.region,
        wanted=wanted,
        found=status,
        holds=status in ("opt-in-not-required", "opted-in"),
        else_do=f"`aws account enable-region --region-name {aws.region}` (takes minutes to hours), or choose another region",
    )


def _explained(error: exceptions.ClientError, prefix: str, region: str) -> Exception:
    code: str = error.response.get("Error", {}).get("Code", "")
    action = f"{prefix}:{error.operation_name}"
    if code in _EXPIRED:
        return CallError(
            "the AWS credentials have expired; log in again (`aws sso login`, `aws login`) or renew the session token"
        )
    if code in _REJECTED:
        return CallError(
            f"AWS does not accept the credentials in {region} ({code}); check the keys, or the clock of this machine"
        )
    if code in _DENIED:
        return Unanswered(f"not allowed: the caller lacks {action}", f"allow {action} and run again", code)
    text = error.response.get("Error", {}).get("Message", "") or str(error)
    if text.lstrip().startswith("<"):
        return _strange(prefix)
    return Unanswered(f"{action} answered {code}: {_plain(text)}", f"see what {code} means, then run again", code)


def _strange(service: str) -> Unanswered:
    """A page where an answer should be: something between us and AWS wrote it."""
    if other := elsewhere():
        return Unanswered(f"{service} at {other} cannot answer this", "unset AWS_ENDPOINT_URL to ask AWS itself")
    return Unanswered(
        f"{service} gave an answer that is not of its API", "look at a proxy between here and AWS; then run again"
    )


def _plain(error: object) -> str:
    """The message on one line, without its full stop."""
    return " ".join(str(error).split()).rstrip(".")
