"""Where does AfterShip say that a customer's open parcels are?

Sources: https://www.aftership.com/docs/tracking/jh865r66gc6hi-get-trackings (`GET /trackings` takes up to 50 tracking
numbers, separated by commas, and gives at most 200 trackings), …/tracking/quickstart/authentication (`as-api-key`) and
…/quickstart/rate-limit (6 calls a second, else 429). A tracking has the shape of a webhook's `msg`, so both are read by
`orchestrator.sources.aftership`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from urllib.parse import quote

from pydantic import Field

from journeys.vocabulary import FactKind, Facts, Item
from orchestrator.sources.aftership import _parcel
from orchestrator.sources.answers import no_answer_to, read_object, state_id, unreadable
from orchestrator.sources.asked import Answer, NoAnswer, Question, Told
from orchestrator.sources.asked_params import AskedParams, read_token
from orchestrator.sources.calls import Call
from orchestrator.sources.hooks import Denied, Secrets, SourceParams
from orchestrator.sources.parcels import parcel_calls
from orchestrator.sources.reading import Payload, object_in, objects_in, text
from orchestrator.sources.unfinished import open_parcels
from orchestrator.sources.web import Request, Web

_ADDRESS = "https://api.aftership.com/tracking"
# One call takes no more numbers than a chunk of questions has (`orchestrator.asker`), and each may be of two couriers.
_MOST = 200
_TRACKING_NUMBER = re.compile(r"[A-Za-z0-9-]{5,50}")


class AfterShipTrackingParams(AskedParams):
    """Where the key is, and which version of the API is spoken."""

    token_env: str = Field("AFTERSHIP_API_KEY", description="The environment variable with the API key.")
    api_version: str = Field("2026-07", pattern=r"^\d{4}-\d{2}$", description="The version of the API.")


class AfterShipTracking:
    """Asks AfterShip Tracking."""

    name: ClassVar[str] = "aftership_tracking"
    tells: ClassVar[frozenset[FactKind]] = frozenset({"shipments"})
    Params: ClassVar[type[SourceParams]] = AfterShipTrackingParams

    def __init__(self, params: AfterShipTrackingParams, secrets: Secrets, web: Web) -> None:
        self._params = params
        self._token = read_token(self.name, params.token_env, secrets)
        self._web = web

    def questions(self, facts: Facts, items: Sequence[Item]) -> tuple[Question, ...]:  # noqa: ARG002  the contract
        """Ask about the open parcels that go by what may be a tracking number."""
        numbers = [parcel.shipment_id for parcel in open_parcels(facts)]
        return tuple(Question("shipments", number) for number in numbers if _TRACKING_NUMBER.fullmatch(number))

    async def ask(self, questions: Sequence[Question], now: datetime) -> Mapping[Question, Answer]:
        """Ask about all of these in one call."""
        numbers = quote(",".join(question.about for question in questions), safe="")
        url = f"{_ADDRESS}/{self._params.api_version}/trackings?tracking_numbers={numbers}&limit={_MOST}"
        headers = {"as-api-key": self._token, "accept": "application/json"}
        request = Request("GET", url, headers, seconds=self._params.timeout)
        answer = read_object(self.name, await self._web.call(request, now))
        if isinstance(answer, NoAnswer):
            return no_answer_to(questions, answer)
        told = object_in(answer, "data")
        if not isinstance(told.get("trackings"), list):
            return no_answer_to(questions, unreadable(self.name))
        trackings = objects_in(told, "trackings")
        return {question: _answer_to(question, trackings) for question in questions}


def _answer_to(question: Question, trackings: Sequence[Payload]) -> Answer:
    """Gather what is said about one parcel; about one that AfterShip does not follow there is nothing to say."""
    wanted = question.about.casefold()
    calls: list[Call] = []
    for tracking in trackings:
        if text(tracking.get("tracking_number")).casefold() == wanted:
            calls += _calls(question, tracking)
    return Told(tuple(calls))


def _calls(question: Question, tracking: Payload) -> tuple[Call, ...]:
    """Tell where the parcel is, under the number we asked about.

    The calls are named after what they say: AfterShip counts a look at a parcel as a change of it.
    """
    parcel = _parcel({"msg": {**tracking, "tracking_number": question.about}}, revises=False)
    if isinstance(parcel, Denied):
        return ()
    return parcel_calls(state_id(AfterShipTracking.name, question.about, parcel), parcel)
