"""Of which routes is the HTTP application made?"""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from orchestrator.clock import wall_now
from orchestrator.http.answers import as_refusal
from orchestrator.http.health import health_router
from orchestrator.http.hooks import hooks_router
from orchestrator.http.journeys import journeys_router
from orchestrator.http.metrics import Standing, Tally, metrics_router
from orchestrator.http.people import people_router
from orchestrator.http.reception import Reception
from orchestrator.people import People
from orchestrator.silence import Terms
from orchestrator.store.base import Store


def web_application(
    reception: Reception,
    store: Store,
    terms: Mapping[str, Terms],
    people: People | None = None,
    calls: Reception | None = None,
    *,
    tally: Tally | None = None,
) -> FastAPI:
    """Put the routes together. The framework's own pages load scripts from elsewhere, so they are left out.

    Without `people` nothing is served but what machines ask for; `calls` takes those of journeys. With `tally` the
    figures go on where those of an earlier application ended.
    """
    tally = tally or Tally()
    tally.stand(Standing(store, terms, wall_now))
    registry, counters = tally.registry, tally.counters
    application = FastAPI(title="tactful", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    application.add_exception_handler(HTTPException, as_refusal)
    routers = [hooks_router(reception, counters), health_router(store), metrics_router(registry)]
    if calls is not None:
        routers.append(journeys_router(calls, counters))
    for router in routers if people is None else [*routers, people_router(people)]:
        application.include_router(router)
    return application
