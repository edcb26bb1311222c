"""Where the sound plan's gateway is made: inside a component."""

import pulumi


class Network(pulumi.ComponentResource):
    """The gateway's line is this one."""
