from io import BytesIO

import pytest
from PIL import Image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_picture_is_read_as_it_was_written(kind):
    file = BytesIO()
    Image.new("RGB", (8, 4)).save(file, kind)
    assert Image.open(file).size == (8, 4)
