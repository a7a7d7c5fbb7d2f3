import pytest

from images import NAMES, Image


@pytest.fixture(scope="session")
def images(tmp_path_factory) -> dict[str, Image]:
    return {name: Image(name, tmp_path_factory.mktemp(name)) for name in NAMES}


@pytest.fixture(params=NAMES)
def image(request, images) -> Image:
    return images[request.param]
