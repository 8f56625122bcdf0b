"""What does a process serve when other journeys are put into force beside it?"""

import logging
from collections.abc import Callable
from typing import TypeAlias

from starlette.types import ASGIApp, Receive, Scope, Send

from journeys.errors import OrchestratorError
from orchestrator.store import deployments
from orchestrator.store.base import Store

Application: TypeAlias = ASGIApp
# Health is asked for when something is wrong, so it waits for nothing.
_ALWAYS = "/health/"
_LOG = logging.getLogger("tactful.journeys")


class Following:
    """An application that is put together anew when another deployment is in force; calls under way end as they began.

    One look costs a twentieth of a millisecond. What cannot be put together, for want of a secret perhaps, leaves the
    application before it in place.
    """

    def __init__(
        self, store: Store, application: Application, deployment: int, renew: Callable[[], Application]
    ) -> None:
        self._store = store
        self._application = application
        self._deployment = deployment
        self._renew = renew

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a call by the journeys that are in force when it comes."""
        if not str(scope.get("path", "")).startswith(_ALWAYS):
            self._follow()
        await self._application(scope, receive, send)

    def _follow(self) -> None:
        try:
            with self._store.reading() as connection:
                newest = deployments.newest_id(connection)
            if newest == self._deployment:
                return
            # Whatever comes of it, it is tried once: calls must not wait for what fails again and again.
            self._deployment = newest
            self._application = self._renew()
        except OrchestratorError as error:
            _LOG.error("event=journeys.not_followed error=%s", error)
        except Exception as error:  # whatever the database raises; its text may be personal, its class is not
            _LOG.error("event=journeys.not_followed error=%s", type(error).__name__)
