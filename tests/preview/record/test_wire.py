"""Values on the wire, against the constants of the installed SDK: an upgrade that changes one fails here, by name."""

from __future__ import annotations

import asyncio

import pulumi
import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from gpuplatform.plan import model as plan
from gpuplatform.preview.record import wire


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (wire.SIGNATURE, rpc._special_sig_key),  # pyright: ignore[reportPrivateUsage]  (guarded because it is private)
        (wire.SECRET_SIGNATURE, rpc._special_secret_sig),  # pyright: ignore[reportPrivateUsage]
        (wire.RESOURCE_SIGNATURE, rpc._special_resource_sig),  # pyright: ignore[reportPrivateUsage]
        (plan.UNKNOWN, rpc.UNKNOWN),
    ],
    ids=["signature key", "secret", "resource", "unknown"],
)
def test_signatures_are_those_of_the_sdk(ours: str, theirs: str):
    assert ours == theirs


def test_a_secret_shows_nothing_of_its_value():
    sent = wire.struct({"password": {wire.SIGNATURE: wire.SECRET_SIGNATURE, "value": "hunter2"}})

    assert wire.plain_struct(sent) == {"password": "[secret]"}


def test_a_reference_is_the_urn_it_points_to_and_the_sdk_reads_ours():
    urn = "urn:pulumi:dev::toy::aws:eks/cluster:Cluster::c"
    sent = wire.struct({"cluster": wire.reference(urn, "c-1")})

    assert wire.plain_struct(sent) == {"cluster": urn}
    # The SDK takes a reference to a type that no loaded package knows for the bare identifier.
    unknown = wire.struct({"thing": wire.reference("urn:pulumi:dev::toy::none:index:Thing::t", "t-1")})
    assert rpc.deserialize_properties(unknown) == {"thing": "t-1"}


def test_an_asset_keeps_its_text_and_loses_its_signature():
    async def sent() -> struct_pb2.Struct:
        return await rpc.serialize_properties({"script": pulumi.StringAsset("echo")}, {})

    assert wire.plain_struct(asyncio.run(sent())) == {"script": {"text": "echo"}}


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1).filter(lambda k: k != wire.SIGNATURE), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(min_size=1), values))
def test_plain_values_survive_the_wire(value: dict[str, object]):
    assert wire.plain_struct(wire.struct(value)) == value


def test_keys_come_in_one_order_whatever_the_wire_made_of_them():
    message = struct_pb2.Struct()
    message.update({name: {"z": 1, "a": 2} for name in ("q", "b", "x", "a", "m")})
    again = struct_pb2.Struct.FromString(message.SerializeToString())

    assert list(wire.plain_struct(message)) == list(wire.plain_struct(again)) == ["a", "b", "m", "q", "x"]
    assert list(wire.plain_struct(again)["q"]) == ["a", "z"]
