"""Pulumi's wire values: protobuf structs in, plain JSON out, and back."""

from __future__ import annotations

from typing import Final

from google.protobuf import struct_pb2

from gpuplatform.plan.model import SECRET, Json

# Signatures of special values (pulumi/pulumi, sdk/python/lib/pulumi/runtime/rpc.py, 3.272);
# tests/preview/test_wire.py guards them.
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"
RESOURCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"


def plain(value: struct_pb2.Value) -> Json:
    """A wire value as JSON: secrets as `[secret]`, resource references as their URN, integral numbers as int."""
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "struct_value":
        return plain_struct(value.struct_value)
    if kind == "list_value":
        return [plain(v) for v in value.list_value.values]
    if kind == "bool_value":
        return value.bool_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None


def plain_struct(struct: struct_pb2.Struct) -> Json:
    fields = struct.fields
    signature = fields[SIGNATURE].string_value if SIGNATURE in fields else ""
    if signature == SECRET_SIGNATURE:
        return SECRET
    if signature == RESOURCE_SIGNATURE:
        return fields["urn"].string_value
    # Sorted, for the wire keeps no order of keys, and a plan is to be the same text at every run.
    return {key: plain(fields[key]) for key in sorted(fields) if key != SIGNATURE}


def struct(values: dict[str, Json]) -> struct_pb2.Struct:
    """JSON as a wire struct."""
    message = struct_pb2.Struct()
    message.update(values)
    return message


def reference(urn: str, identifier: str) -> dict[str, Json]:
    """A reference to a resource, as providers return it."""
    return {SIGNATURE: RESOURCE_SIGNATURE, "urn": urn, "id": identifier, "packageVersion": ""}
