"""How are the sources and endpoints that can be asked put together? Each over its own circuit breaker and rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from actions.http import Http as HttpClient
from operational_guards.http import Http
from orchestrator.asker import SECONDS, Asker
from orchestrator.freshness import Askable
from orchestrator.inquiries import Inquiries
from orchestrator.outside import Endpoint
from orchestrator.program import Program
from orchestrator.sources.asked import Asked
from orchestrator.sources.asked_params import AskedParams
from orchestrator.sources.breaker import Guarded, Limits
from orchestrator.sources.configured import ConfiguredSource
from orchestrator.sources.hooks import Secrets
from orchestrator.sources.http_web import HttpWeb
from orchestrator.sources.rate import Rate
from orchestrator.sources.web import Web


@dataclass(frozen=True, slots=True)
class AskedSources:
    """Everything of a workspace that can be asked: what the engine has to know of it, and how it is done."""

    inquiries: Inquiries
    asker: Asker
    endpoints: Mapping[int, Endpoint]


def build_asked(
    sources: Mapping[str, ConfiguredSource], program: Program, secrets: Secrets, web: Web | None = None
) -> AskedSources:
    """Build the sources that can be asked, and the endpoints of the guard `http`.

    `web` stands in for the network in tests. Raises MissingSecret or GuardError when the environment does not hold what
    one of them needs.
    """
    # Asking has connections of its own: sends that wait for a slow provider must not keep it waiting.
    client = HttpClient()
    built: dict[str, Asked] = {}
    seconds: dict[str, float] = {}
    for name, source in sources.items():
        if hasattr(source.adapter, "questions"):
            adapter = cast("type[Any]", source.adapter)
            built[name] = adapter(source.params, secrets, web or _web_of(source, client))
            seconds[name] = getattr(source.params, "timeout", SECONDS)
    askable = [Askable(name, sources[name].tells, sources[name].params.max_age) for name in built]
    return AskedSources(
        Inquiries(askable, built), Asker(built, seconds), _endpoints(program, secrets, web or HttpWeb(client))
    )


def _web_of(source: ConfiguredSource, client: HttpClient) -> Web:
    params = source.params
    limits = Limits(rate=Rate(params.calls_per_minute)) if isinstance(params, AskedParams) else Limits()
    return Guarded(HttpWeb(client), limits)


def _endpoints(program: Program, secrets: Secrets, web: Web) -> dict[int, Endpoint]:
    """Give each rulebook with the guard `http` its endpoint."""
    found: dict[int, Endpoint] = {}
    for book in program.books:
        for rule in book.rules:
            if isinstance(rule.guard, Http):
                found[book.edition] = Endpoint(rule.guard.params, secrets, Guarded(web))
    return found
