"""Can a build server read the results?"""

from datetime import datetime
from xml.etree import ElementTree

from journeys.errors import Problem
from orchestrator.junit import Case, Suite, junit_xml
from orchestrator.scenario import Scenario

AT = datetime(2026, 3, 2, 9)


def suites():
    passed = Scenario("goes well", AT, journey="cart", line=3)
    failed = Scenario('says <"no"> & \x00 more', AT, line=9)
    problem = Problem("a.test.yaml", 20, 5, "scenario.unknown_key", 'unknown key "x"')
    cases = [Case(passed, (), 0.25), Case(failed, ("a.test.yaml:9: first\n  > line", "second"), 0.5)]
    return [Suite("a.test.yaml", cases, [problem]), Suite("b.test.yaml", [Case(passed, (), 1.0)])]


def parsed(of=None):
    return ElementTree.fromstring(junit_xml(suites() if of is None else of))


def test_there_is_a_suite_for_each_file_with_its_counts():
    assert [suite.attrib for suite in parsed()] == [
        {"name": "a.test.yaml", "tests": "3", "failures": "1", "errors": "1", "skipped": "0", "time": "0.750"},
        {"name": "b.test.yaml", "tests": "1", "failures": "0", "errors": "0", "skipped": "0", "time": "1.000"},
    ]


def test_the_whole_has_the_sums():
    root = parsed()
    assert (root.tag, root.attrib) == (
        "testsuites",
        {"tests": "4", "failures": "1", "errors": "1", "skipped": "0", "time": "1.750"},
    )


def test_there_is_a_case_for_each_scenario_with_its_place_and_time():
    assert parsed()[0][0].attrib == {
        "name": "goes well", "classname": "cart", "file": "a.test.yaml", "line": "3", "time": "0.250",
    }  # fmt: skip


def test_a_failure_has_a_message_and_every_timeline():
    failure = parsed()[0][1][0]
    assert (failure.tag, failure.attrib["message"], failure.text) == (
        "failure",
        "a.test.yaml:9: first",
        "a.test.yaml:9: first\n  > line\n\nsecond",
    )


def test_what_xml_cannot_hold_is_replaced():
    assert parsed()[0][1].attrib["name"] == 'says <"no"> & \ufffd more'


def test_a_problem_of_the_file_is_an_error():
    case = parsed()[0][2]
    assert (case.attrib["name"], case[0].tag, case[0].attrib) == (
        "line 20: scenario.unknown_key",
        "error",
        {"message": 'unknown key "x"', "type": "scenario.unknown_key"},
    )


def test_without_files_there_are_no_results():
    assert parsed(of=[]).attrib["tests"] == "0"
