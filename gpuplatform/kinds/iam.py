"""AWS IAM."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.formats import digest
from gpuplatform.kinds.kind import (
    BOTOCORE,
    Api,
    Duration,
    Free,
    Kind,
    PolicyDocument,
    PolicyKind,
    force_new,
    immutable,
    right,
)
from gpuplatform.kinds.labels import (
    Label,
    fixed,
)

INSTANCE_PROFILE: Final = "aws:iam/instanceProfile:InstanceProfile"
POLICY: Final = "aws:iam/policy:Policy"
POLICY_ATTACHMENT: Final = "aws:iam/policyAttachment:PolicyAttachment"
ROLE: Final = "aws:iam/role:Role"
ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
ROLE_POLICY_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

_FREE: Final = Free("IAM is free (aws.amazon.com/iam)")

KINDS: Final = (
    Kind("aws:iam/accessKey:AccessKey", price=_FREE),
    Kind("aws:iam/group:Group", price=_FREE),
    Kind("aws:iam/groupPolicy:GroupPolicy", policies={"policy": PolicyDocument(PolicyKind.IDENTITY)}, price=_FREE),
    Kind("aws:iam/groupPolicyAttachment:GroupPolicyAttachment", price=_FREE),
    Kind(INSTANCE_PROFILE, arn="arn:{p}:iam::{a}:instance-profile/{n}", price=_FREE),
    Kind("aws:iam/openIdConnectProvider:OpenIdConnectProvider", price=_FREE),
    Kind(
        POLICY,
        policies={"policy": PolicyDocument(PolicyKind.IDENTITY, longest=6144)},
        arn="arn:{p}:iam::{a}:policy/{n}",
        unique_name="name",
        price=_FREE,
        api=Api(
            shapes=("iam.CreatePolicyRequest",),
            renamed={"name": "iam.policyNameType", "policy": "iam.policyDocumentType"},
        ),
    ),
    Kind(POLICY_ATTACHMENT, price=_FREE),
    Kind(
        ROLE,
        policies={
            "assumeRolePolicy": PolicyDocument(PolicyKind.TRUST, longest=2048),
            "inlinePolicies": PolicyDocument(PolicyKind.IDENTITY),
        },
        label=Label(icon="key", words=fixed("IAM role"), rank=27, plumbing=True),
        arn="arn:{p}:iam::{a}:role/{n}",
        outputs=lambda made: {"uniqueId": f"AROA{digest(made.urn, 17).upper()}"},
        unique_name="name",
        immutable=(force_new("iam/role.go", "name", "namePrefix", "path"),),
        duration=Duration(seconds=1, source="public terraform apply logs"),
        price=_FREE,
        rights=(right("iam", "role/{name}", "CreateRole", "TagRole"),),
        api=Api(
            shapes=("iam.CreateRoleRequest",),
            renamed={"name": "iam.roleNameType", "assumeRolePolicy": "iam.policyDocumentType"},
        ),
    ),
    Kind("aws:iam/rolePoliciesExclusive:RolePoliciesExclusive", price=_FREE),
    Kind(
        ROLE_POLICY,
        policies={"policy": PolicyDocument(PolicyKind.IDENTITY, longest=10_240)},
        immutable=(
            immutable(
                f"IAM PutRolePolicy: a policy is known by role and name ({BOTOCORE})", "name", "namePrefix", "role"
            ),
        ),
        price=_FREE,
        rights=(right("iam", "role/{name}", "PutRolePolicy"),),
        api=Api(
            shapes=("iam.PutRolePolicyRequest",),
            renamed={"name": "iam.policyNameType", "policy": "iam.policyDocumentType"},
        ),
    ),
    Kind(
        ROLE_POLICY_ATTACHMENT,
        immutable=(immutable(f"IAM attaches and detaches only ({BOTOCORE})", "*"),),
        price=_FREE,
        rights=(right("iam", "role/{name}", "AttachRolePolicy"),),
        api=Api(shapes=("iam.AttachRolePolicyRequest",), renamed={"role": "iam.roleNameType"}),
    ),
    Kind("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", price=_FREE),
    Kind("aws:iam/samlProvider:SamlProvider", price=_FREE),
    Kind("aws:iam/serviceLinkedRole:ServiceLinkedRole", price=_FREE),
    Kind("aws:iam/user:User", price=_FREE),
    Kind("aws:iam/userGroupMembership:UserGroupMembership", price=_FREE),
    Kind("aws:iam/userPolicy:UserPolicy", policies={"policy": PolicyDocument(PolicyKind.IDENTITY)}, price=_FREE),
    Kind("aws:iam/userPolicyAttachment:UserPolicyAttachment", price=_FREE),
)
