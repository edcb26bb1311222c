"""Elastic Load Balancing."""

from __future__ import annotations

from typing import Final

from gpuplatform.kinds.kind import Free, Kind

ALB_LOAD_BALANCER: Final = "aws:alb/loadBalancer:LoadBalancer"
APPLICATIONLOADBALANCING_LOAD_BALANCER: Final = "aws:applicationloadbalancing/loadBalancer:LoadBalancer"
ELASTICLOADBALANCINGV2_LOAD_BALANCER: Final = "aws:elasticloadbalancingv2/loadBalancer:LoadBalancer"
ELASTICLOADBALANCING_LOAD_BALANCER: Final = "aws:elasticloadbalancing/loadBalancer:LoadBalancer"
ELB_LOAD_BALANCER: Final = "aws:elb/loadBalancer:LoadBalancer"
LISTENER: Final = "aws:lb/listener:Listener"
LOAD_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"

_FREE: Final = Free(
    "part of the load balancer, which is priced by the hour (aws.amazon.com/elasticloadbalancing/pricing)"
)

KINDS: Final = (
    Kind(
        ALB_LOAD_BALANCER,
    ),
    Kind(
        APPLICATIONLOADBALANCING_LOAD_BALANCER,
    ),
    Kind(
        ELASTICLOADBALANCING_LOAD_BALANCER,
    ),
    Kind(
        ELASTICLOADBALANCINGV2_LOAD_BALANCER,
    ),
    Kind(
        ELB_LOAD_BALANCER,
    ),
    Kind(
        LOAD_BALANCER,
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
