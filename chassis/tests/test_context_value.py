import asyncio

import pytest
from asgiref.sync import async_to_sync

from chassis.context_value import ContextValue


def test_value_is_there_until_it_is_deleted():
    one = ContextValue("one")
    assert not hasattr(one, "value")
    one.value = 1
    assert one.value == 1
    del one.value
    with pytest.raises(AttributeError, match="value"):
        one.value  # noqa: B018


def test_value_goes_along_to_an_async_view():
    """Which runs in another thread; an address is then as in a view without async."""
    one = ContextValue("one")
    one.value = 1

    async def view():
        await asyncio.sleep(0)
        return one.value

    assert async_to_sync(view)() == 1
