"""A model behind a SageMaker endpoint, whole: shape, role, alarms, scaling and the endpoint itself."""

from components.model_endpoint.endpoint import ModelEndpoint, ModelEndpointArgs
from components.model_endpoint.variant import Artifact, Latency, Mode, Placement, Results, Variant

__all__ = ["Artifact", "Latency", "Mode", "ModelEndpoint", "ModelEndpointArgs", "Placement", "Results", "Variant"]
