"""Waiting for a condition that no event announces."""

import asyncio
import inspect


async def until(condition, limit, pause=0.02):
    """Polls until the condition holds; it may be a coroutine function. Raises TimeoutError after the limit."""
    async with asyncio.timeout(limit):
        while True:
            holds = condition()
            if inspect.isawaitable(holds):
                holds = await holds
            if holds:
                return
            await asyncio.sleep(pause)
