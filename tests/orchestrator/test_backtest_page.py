"""Is the page of a backtest one well-formed file that loads nothing and takes nothing for markup?"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from orchestrator.reports.backtest import Comparison, Outcome, Version
from orchestrator.reports.backtest_page import backtest_page
from orchestrator.reports.differences import Differences, Message
from orchestrator.reports.markup import tag
from orchestrator.reports.plots import stacked_days
from orchestrator.reports.tally import JourneyCount, Tally

EVIL = '<script src="https://evil.example/x.js">alert("&")</script>'
DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Page(HTMLParser):
    """Reads a page: elements that were opened and closed in order, its attributes, and the text in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.handle_startendtag(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def version(name: str, journey: str = "welcome") -> Version:
    tally = Tally(
        mistimed=Counter(bought=1),
        unguarded=Counter(in_delivery=3),
        sent_on=Counter({(DAY, journey): 7}),
        delays=Counter({"1 to 6 h": 2}),
        capped=Counter({"frequency_cap.any": 4}),
    )
    count = JourneyCount(entered=9, sent=7, delayed=2, suppressed=Counter({f"consent.{journey}": 1}))
    return Version(name, tally, {journey: count})


def outcome() -> Outcome:
    differences = Differences()
    message = Message(EVIL, "hello", NOON, 1, "email", 0)
    differences.compare(EVIL, [message], [message._replace(at=NOON + timedelta(hours=1))], 5)
    return Outcome(100, 10, 1.5, version(EVIL, EVIL), Comparison(version("HEAD~1"), differences))


def page_of(found: Outcome) -> str:
    return backtest_page(found, ZoneInfo("Europe/Riga"))


def test_the_page_is_well_formed() -> None:
    assert Page(page_of(outcome())).open == []


def test_what_comes_from_data_is_never_markup() -> None:
    page = Page(page_of(outcome()))
    assert (page.elements["script"], any(EVIL in text for text in page.text)) == (0, True)


def test_nothing_is_loaded_from_elsewhere() -> None:
    text = page_of(Outcome(100, 10, 1.5, version("journeys.yaml")))
    loading = {name for name, _ in Page(text).attributes} & {
        "src",
        "href",
        "srcset",
        "action",
        "data",
        "style",
        "onload",
    }
    assert (loading, "url(" in text, "@import" in text, "http" in text) == (set(), False, False, False)


def test_every_drawing_says_in_words_what_it_shows() -> None:
    page = Page(page_of(outcome()))
    drawings = page.elements["svg"]
    labelled = sum(name == "aria-label" and bool(value) for name, value in page.attributes)
    assert drawings >= 11
    assert (page.elements["desc"], labelled >= drawings) == (drawings, True)


def test_every_table_has_a_caption_and_heads() -> None:
    page = Page(page_of(outcome()))
    assert page.elements["caption"] == page.elements["table"] == page.elements["thead"]


def test_the_page_has_one_title_and_follows_light_and_dark() -> None:
    text = page_of(Outcome(100, 10, 1.5, version("journeys.yaml")))
    assert (Page(text).elements["h1"], "<title>Backtest of journeys.yaml</title>" in text) == (1, True)
    assert "prefers-color-scheme:dark" in text


def test_both_versions_stand_side_by_side() -> None:
    text = " ".join(Page(page_of(outcome())).text)
    assert "2026-03-02 14:00" in text
    assert "2026-03-02 15:00" in text


def test_a_backtest_in_which_nothing_happened_is_a_page_as_well() -> None:
    empty = Outcome(0, 0, 0.0, Version("journeys.yaml", Tally(), {"welcome": JourneyCount()}))
    assert "Nothing was sent." in page_of(empty)


def test_a_long_time_is_drawn_by_week() -> None:
    days = {DAY + timedelta(days=day): {"welcome": 1} for day in range(800)}
    assert "by week; at most 7 in one" in stacked_days("Sent", days, ["welcome"])


def test_an_attribute_is_escaped_as_well() -> None:
    assert tag("p", "", title='"><b>') == '<p title="&quot;&gt;&lt;b&gt;"></p>'
