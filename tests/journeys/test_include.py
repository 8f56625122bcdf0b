"""Do included files say the same as if it stood in one, with their own places and their own mistakes?"""

from journeys.errors import Fault
from journeys.parse import Parsed, parse

MAIN = """\
version: 1
include: [journeys.d/*.yaml]
shop: {name: Nordic Roast}
segments: {vip: profile.orders.count > 3}
journeys:
  cart:
    entry: {event: Checkout Started}
    steps: [{id: pause, wait: 3d}]
"""
CARE = """\
version: 1
segments: {new: profile.orders.count < 2}
events: {Cup Rated: {stars: number}}
journeys:
  care:
    entry: {event: Cup Rated, if: event.stars > 3}
    steps: [{id: pause, wait: 3d}]
"""


def parsed(**files: str) -> Parsed:
    """Read the main file with these, each named `<name>.yaml`."""
    return parse(MAIN, included={f"{name}.yaml": text for name, text in files.items()})


def journeys(found: Parsed) -> list[str]:
    """Name the journeys that run."""
    assert found.spec is not None
    return list(found.spec.journeys)


def test_what_an_included_file_says_holds_as_if_it_stood_in_the_main_one() -> None:
    found = parsed(care=CARE)
    assert (found.problems, journeys(found)) == ((), ["cart", "care"])
    assert found.spec is not None
    assert list(found.spec.segments) == ["new", "vip"]
    assert found.spec.events == {"Cup Rated": {"stars": "number"}}


def test_a_fault_in_an_included_journey_is_found_in_its_file() -> None:
    fault = Fault(("journeys", "care", "entry", "if"), "condition.type", "wrong", column=7)
    found = parsed(care=CARE).locate(fault)
    assert (found.file, found.line, found.column) == ("care.yaml", 6, 41)


def test_a_fault_of_the_name_of_an_included_journey_is_found_in_its_file() -> None:
    found = parsed(care=CARE).locate(Fault(("journeys", "care"), "x.y", "wrong"))
    assert (found.file, found.line, found.column) == ("care.yaml", 5, 3)


def test_a_wrong_journey_of_an_included_file_keeps_back_only_itself() -> None:
    found = parsed(care=CARE + "  second: {entry: {event: A}, steps: [{id: a, wait: 3x}]}\n")
    assert [str(problem)[:36] for problem in found.problems] == ["care.yaml:8:53: schema.wrong_value s"]
    assert journeys(found) == ["cart", "care"]


def test_an_included_file_that_is_no_yaml_keeps_back_only_itself() -> None:
    found = parsed(bad="journeys: [", care=CARE)
    assert [(problem.file, problem.code) for problem in found.problems] == [("bad.yaml", "yaml.syntax")]
    assert journeys(found) == ["cart", "care"]


def test_a_wrong_head_of_an_included_file_keeps_back_its_journeys() -> None:
    found = parsed(bad=CARE.replace("number", "numer"))
    assert [(problem.file, problem.line, problem.code) for problem in found.problems] == [
        ("bad.yaml", 3, "schema.wrong_value")
    ]
    assert (journeys(found), dict(found.homes)) == (["cart"], {"care": "bad.yaml"})


def test_what_belongs_in_the_main_file_is_sent_there() -> None:
    assert [str(problem) for problem in parsed(bad="guards: {consent: {}}").problems] == [
        'bad.yaml:1:1: include.not_here "guards" belongs in the main file, once for all; move it there. An included '
        "file may hold version, journeys, segments, conditions, parts, goals, events, attributes"
    ]


def test_an_included_file_includes_no_others() -> None:
    assert [str(problem) for problem in parsed(bad="include: [x.yaml]").problems] == [
        "bad.yaml:1:1: include.nested an included file includes no others; name them all in the main file"
    ]


def test_a_journey_that_stands_in_two_files_runs_in_neither_and_both_places_are_named() -> None:
    found = parsed(more=MAIN.partition("journeys:")[1] + MAIN.partition("journeys:")[2])
    assert [str(problem) for problem in found.problems] == [
        'more.yaml:2:3: include.taken journeys "cart" stands in two files, first in journeys.yaml:6; keep one or '
        "rename it"
    ]
    assert journeys(found) == []


def test_a_segment_that_stands_in_two_files_keeps_back_the_second_file() -> None:
    found = parsed(more=CARE.replace("new:", "vip:"))
    assert [(problem.file, problem.line, problem.code) for problem in found.problems] == [
        ("more.yaml", 2, "include.taken")
    ]
    assert journeys(found) == ["cart"]


def test_what_two_files_declare_alike_is_declared_once() -> None:
    declared = "attributes: {tier: text}\nevents: {Cup Rated: {stars: number}}\n"
    one = f"{declared}goals: {{more: {{target: 3%, kpi: repeat_rate}}}}\n"
    other = f"{declared}goals: {{more: {{kpi: repeat_rate, target: 3%}}}}\n"
    found = parsed(a=one, b=other, more=CARE)
    assert (found.problems, journeys(found)) == ((), ["cart", "care"])


def test_what_two_files_declare_in_two_ways_is_an_error_that_names_both_places() -> None:
    found = parsed(a="events: {Cup Rated: {stars: text}}", more=CARE)
    assert [str(problem) for problem in found.problems] == [
        'more.yaml:3:10: include.taken events "Cup Rated" stands in two files, not alike, first in a.yaml:1; '
        "say the same, or keep one"
    ]
    assert journeys(found) == ["cart"]


def test_a_part_of_one_file_is_used_in_another() -> None:
    use = "journeys: {more: {entry: {event: A}, steps: [{id: care, use: nap}]}}"
    found = parsed(a="parts: {nap: {steps: [{id: rest, wait: 3x}]}}", b=use)
    assert [str(problem) for problem in found.problems] == [
        'a.yaml:1:40: schema.wrong_value step "care_rest" (part nap): wait expects a duration like 3d, 90m or 2h30m, '
        'got "3x"'
    ]


def test_problems_come_by_file_the_main_one_first() -> None:
    found = parse(MAIN.replace("3d", "3x"), included={"a.yaml": "shop: 1"})
    assert [problem.file for problem in found.problems] == ["journeys.yaml", "a.yaml"]
