"""Fields of custom resources are read from definitions: facts alone, with source and date."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gpuplatform.ops import refresh_custom_resources as refresh

TODAY = datetime.date(2026, 12, 1)
SPEC: dict[str, Any] = {
    "type": "object",
    "required": ["mode", "gone"],
    "properties": {
        "mode": {"type": "string", "enum": ["Fast", "Slow"], "description": "prose that is left out"},
        "size": {"type": "integer", "minimum": 1, "maximum": 9},
        "name": {"type": "string", "pattern": "^[a-z]+$"},
        "weight": {"x-kubernetes-int-or-string": True, "pattern": "^[0-9]+([eE]|Mi)$"},
        "port": {"x-kubernetes-int-or-string": True},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "selector": {"type": "object", "properties": {"matchLabels": {}, "matchExpressions": {}}},
        "template": {
            "type": "object",
            "properties": {"metadata": {}, "spec": {"properties": {"containers": {"type": "array"}}}},
        },
        "steps": {"type": "array", "items": {"type": "object", "properties": {"on": {"type": "boolean"}}}},
    },
}
DEFINITION: dict[str, Any] = {
    "kind": "CustomResourceDefinition",
    "spec": {
        "group": "karpenter.sh",
        "names": {"kind": "NodePool"},
        "versions": [
            {"name": "v1beta1", "schema": {"openAPIV3Schema": {"properties": {}}}},
            {
                "name": "v1",
                "schema": {
                    "openAPIV3Schema": {
                        "required": ["spec"],
                        "properties": {"apiVersion": {}, "kind": {}, "metadata": {}, "status": {}, "spec": SPEC},
                    }
                },
            },
        ],
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pool.yaml").write_text(yaml.safe_dump_all([DEFINITION, {"kind": "ConfigMap"}]), encoding="utf-8")
    return tmp_path


def test_a_definition_is_read_in_the_version_that_is_written(folder: Path) -> None:
    made = refresh.document(refresh.definitions(folder), "this test", TODAY)

    (kind,) = made["kinds"]
    assert kind == "karpenter.sh/v1:NodePool"
    assert made["kinds"][kind] == {
        "object": {
            "spec": {
                "object": {
                    "free": "any",
                    "labels": {"map": "text"},
                    "mode": {"enum": ["Fast", "Slow"]},
                    "name": {"pattern": "^[a-z]+$"},
                    "port": "share",
                    "selector": {"kubernetes": "apimachinery.pkg.apis.meta.v1.LabelSelector"},
                    "size": {"whole": {"minimum": 1, "maximum": 9}},
                    "steps": {"list": {"object": {"on": "flag"}}},
                    "template": {"kubernetes": "api.core.v1.PodTemplateSpec"},
                    "weight": "quantity",
                },
                "required": ["mode"],
            }
        },
        "required": ["spec"],
    }


def test_a_kind_without_a_definition_is_named(folder: Path) -> None:
    with pytest.raises(ValueError, match="no definition of AdmissionCheck, ClusterQueue"):
        refresh.main(folder, "this test", TODAY)


def test_what_is_on_file_says_where_and_when_it_was_read_and_holds_no_prose() -> None:
    on_file = json.loads(refresh.DATA.read_text(encoding="utf-8"))

    assert refresh.text(on_file) == refresh.DATA.read_text(encoding="utf-8")
    assert on_file["about"]["source"]
    assert datetime.date.fromisoformat(on_file["about"]["as_of"]) <= datetime.date.today()
    assert max(len(text) for text in refresh.DATA.read_text(encoding="utf-8").split('"')) < 300, "patterns, no prose"
    assert {kind.rpartition(":")[2] for kind in on_file["kinds"]} == refresh.KINDS
