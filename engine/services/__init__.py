"""Services beside the worker: one file a service, one line in the table; other packages add theirs."""

from engine.services.beside import SERVICES, open_services, running
from engine.services.port import Beside, Service

__all__ = ["SERVICES", "Beside", "Service", "open_services", "running"]
