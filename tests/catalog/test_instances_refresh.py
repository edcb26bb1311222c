"""The data files are what the refresh command writes, and the command writes all of them or none."""

import datetime
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from gpuplatform.ops import refresh_instances as refresh

FILES = ("instances.json", "offerings.json", "zones.json")


@pytest.fixture(scope="module")
def from_moto() -> refresh.Documents:
    return refresh.from_moto()


@pytest.mark.parametrize("name", FILES)
def test_data_on_file_is_what_the_installed_moto_gives(name: str, from_moto: refresh.Documents) -> None:
    on_file = (refresh.DATA / name).read_text(encoding="utf-8")
    if json.loads(on_file)["about"]["source"].startswith("EC2 "):
        pytest.skip("refreshed from EC2 since, which knows better than moto's captures")
    assert on_file == refresh.render(from_moto[name]), f"run `{refresh.COMMAND}` and read the difference"


def test_seed_carries_the_date_of_the_release_it_came_from(from_moto: refresh.Documents) -> None:
    datetime.date.fromisoformat(from_moto["instances.json"]["about"]["as_of"])


def test_ec2_gives_the_same_rows_as_the_seed(from_moto: refresh.Documents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        asked = refresh.from_ec2(boto3.Session(), ["us-east-1"], datetime.date(2026, 11, 22))
    assert asked["instances.json"]["instances"] == from_moto["instances.json"]["instances"]
    assert asked["offerings.json"]["offerings"]["us-east-1"] == from_moto["offerings.json"]["offerings"]["us-east-1"]
    assert asked["zones.json"]["zones"]["us-east-1"] == from_moto["zones.json"]["zones"]["us-east-1"]
    assert asked["zones.json"]["about"] == {
        "command": "gpuplatform catalog refresh instances --region us-east-1",
        "source": "EC2 DescribeInstanceTypes, DescribeInstanceTypeOfferings, DescribeAvailabilityZones",
        "as_of": "2026-11-22",
    }


def test_files_are_written_as_they_were_rendered(tmp_path: Path, from_moto: refresh.Documents) -> None:
    refresh.write(from_moto, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(FILES)
    assert json.loads((tmp_path / "zones.json").read_text()) == from_moto["zones.json"]


def test_failed_write_leaves_every_old_file_and_no_scrap(tmp_path: Path, from_moto: refresh.Documents) -> None:
    for name in FILES:
        (tmp_path / name).write_text("old")
    broken: dict[str, Any] = {**from_moto, "zones.json": {"about": {}, "zones": {"us-east-1": object()}}}
    with pytest.raises(TypeError):
        refresh.write(broken, tmp_path)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == dict.fromkeys(FILES, "old")


def test_one_line_a_type_so_that_a_refresh_diffs_well(from_moto: refresh.Documents) -> None:
    lines = refresh.render(from_moto["instances.json"]).splitlines()
    assert sum('"vcpus"' in line for line in lines) == len(from_moto["instances.json"]["instances"])


@pytest.mark.parametrize(
    ("name", "maker", "kept"),
    [
        ("p5.48xlarge", "NVIDIA", True),
        ("p6-b300.48xlarge", "NVIDIA", True),
        ("t4g.medium", None, True),
        ("g5g.xlarge", "NVIDIA", False),
        ("g6.xlarge", "AMD", False),
        ("p3.2xlarge", "NVIDIA", False),
        ("m7i.metal-24xl", None, False),
    ],
)
def test_which_types_are_kept(name: str, maker: str | None, kept: bool) -> None:
    api: dict[str, Any] = {"InstanceType": name}
    if maker:
        api["GpuInfo"] = {"Gpus": [{"Manufacturer": maker}]}
    assert refresh.wanted(api) is kept


def _p5() -> dict[str, Any]:
    with mock_aws():
        ec2 = boto3.client("ec2", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
        return dict(ec2.describe_instance_types(InstanceTypes=["p5.48xlarge"])["InstanceTypes"][0])


def test_cards_with_a_gap_are_refused() -> None:
    api = _p5()
    api["NetworkInfo"]["NetworkCards"][7]["NetworkCardIndex"] = 99
    with pytest.raises(ValueError, match="without a gap"):
        refresh.row(api)


@pytest.mark.parametrize("words", ["High", "Up to", "400 Megabit"])
def test_network_performance_in_other_words_is_refused(words: str) -> None:
    api = _p5()
    api["NetworkInfo"]["NetworkPerformance"] = words
    with pytest.raises(ValueError, match=f"network performance '{words}'"):
        refresh.row(api)


def test_type_with_two_kinds_of_gpu_is_refused() -> None:
    api = _p5()
    api["GpuInfo"]["Gpus"] *= 2
    with pytest.raises(ValueError, match=r"p5\.48xlarge has GPUs of 2 kinds"):
        refresh.row(api)


def test_command_reports_what_it_wrote(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    written: list[refresh.Documents] = []
    monkeypatch.setattr(refresh, "write", written.append)
    refresh.main()
    (documents,) = written
    types, regions = documents["instances.json"]["instances"], documents["zones.json"]["zones"]
    assert capsys.readouterr().out.strip() == f"{len(types)} types, {len(regions)} regions"
