from __future__ import annotations

import datetime

import pytest

from gpuplatform.catalog import images
from gpuplatform.catalog.images import Image

ALL = [value for value in vars(images).values() if isinstance(value, Image)]


@pytest.mark.parametrize("image", ALL, ids=str)
def test_an_image_is_pinned_and_says_where_that_is_known_from(image: Image) -> None:
    assert "." in image.repository.split("/")[0], "the registry is named, not left to the node's default"
    assert any(c.isdigit() for c in image.tag)
    assert image.tag != "latest"
    assert image.source
    assert datetime.date.fromisoformat(image.as_of) >= datetime.date(2026, 1, 1)
    assert image.architectures <= {"amd64", "arm64"}


def test_images_are_found() -> None:
    assert len(ALL) >= 3
