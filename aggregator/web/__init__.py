"""The HTTP server: the output folder, quickly, and what little else there is to ask."""

from aggregator.web.app import create_app
from aggregator.web.server import Server
from aggregator.web.websub import Callbacks

__all__ = ["Callbacks", "Server", "create_app"]
