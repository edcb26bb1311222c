"""Elastic Load Balancing."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Free, Kind
from gpuplatform.kinds.pricing import load_balancers
from gpuplatform.kinds.tokens import (
    ALB_LOAD_BALANCER,
    APPLICATIONLOADBALANCING_LOAD_BALANCER,
    ELASTICLOADBALANCING_LOAD_BALANCER,
    ELASTICLOADBALANCINGV2_LOAD_BALANCER,
    ELB_LOAD_BALANCER,
    LOAD_BALANCER,
)

LISTENER: Final = "aws:lb/listener:Listener"

_FREE: Final = Free(
    "part of the load balancer, which is priced by the hour (aws.amazon.com/elasticloadbalancing/pricing)"
)

KINDS: Final = (
    Kind(
        ALB_LOAD_BALANCER,
        price=load_balancers.load_balancer,
    ),
    Kind(
        APPLICATIONLOADBALANCING_LOAD_BALANCER,
        price=load_balancers.load_balancer,
    ),
    Kind(
        ELASTICLOADBALANCING_LOAD_BALANCER,
        price=load_balancers.classic,
    ),
    Kind(
        ELASTICLOADBALANCINGV2_LOAD_BALANCER,
        price=load_balancers.load_balancer,
    ),
    Kind(
        ELB_LOAD_BALANCER,
        price=load_balancers.classic,
    ),
    Kind(
        LOAD_BALANCER,
        price=load_balancers.load_balancer,
    ),
    Kind("aws:elb/attachment:Attachment", price=_FREE),
    Kind("aws:alb/listener:Listener", price=_FREE),
    Kind(LISTENER, price=_FREE),
    Kind("aws:lb/listenerCertificate:ListenerCertificate", price=_FREE),
    Kind("aws:alb/listenerRule:ListenerRule", price=_FREE),
    Kind("aws:lb/listenerRule:ListenerRule", price=_FREE),
    Kind("aws:alb/targetGroup:TargetGroup", price=_FREE),
    Kind("aws:lb/targetGroup:TargetGroup", price=_FREE),
    Kind("aws:alb/targetGroupAttachment:TargetGroupAttachment", price=_FREE),
    Kind("aws:lb/targetGroupAttachment:TargetGroupAttachment", price=_FREE),
)
