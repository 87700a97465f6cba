"""uvicorn inside our own event loop: started, stopped, and never owner of the signals."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import AbstractContextManager, nullcontext
from typing import Final

import uvicorn

from aggregator.errors import ConfigError
from aggregator.web.app import App
from aggregator.web.quick import QuickProtocol

_SECONDS_TO_STOP: Final = 3
_BACKLOG: Final = 2048
_STEP_SECONDS: Final = 0.01


class _Quiet(uvicorn.Server):
    """A uvicorn server that leaves the signals to the daemon around it."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


class Server:
    """One HTTP server in the running event loop."""

    def __init__(self, app: App, host: str, port: int) -> None:
        """Serve ``app`` at ``host`` and ``port``; port 0 takes any that is free."""
        self._app = app
        self.host = host
        self.port = port  # the real one, once started
        self._server: _Quiet | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; requests are answered when this returns. Raises ConfigError for a port not to be had."""
        listener = _listen(self.host, self.port)
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._app,
            http=QuickProtocol,
            interface="asgi3",
            proxy_headers=False,
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=_SECONDS_TO_STOP,
        )
        self._server = _Quiet(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started and not self._task.done():
            await asyncio.sleep(_STEP_SECONDS)
        if self._task.done():
            listener.close()
            await self._task

    async def stop(self) -> None:
        """Let the requests under way end, for some seconds, then close. Does nothing where nothing runs."""
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        try:
            await asyncio.wait_for(asyncio.shield(self._task), _SECONDS_TO_STOP + 1)
        except TimeoutError:
            self._server.force_exit = True
            await self._task
        self._server = self._task = None


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, or a ConfigError that says what to do."""
    try:
        return _bound(host, port)
    except (OSError, OverflowError) as error:
        code = error.errno if isinstance(error, OSError) else None
        if code == errno.EADDRINUSE:
            why = "is in use by another program. Stop it, or choose another port; 0 takes any that is free."
        elif code == errno.EACCES:
            why = "may not be used by this user. Choose a port from 1024 on."
        else:
            why = f"cannot be listened on ({error})."
        raise ConfigError([f"The HTTP server cannot start: {host} port {port} {why}"]) from error


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, so that asyncio turns Nagle's algorithm off: head and body are two writes, and the second
    # would wait 40 ms for the first to be acknowledged.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener
