"""How do test results look to a build server? As JUnit XML: a suite per file, a case per scenario."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from journeys.errors import Problem
from orchestrator.scenario import Scenario

# What XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario that ran: its differences, and how long it took."""

    scenario: Scenario
    differences: Sequence[str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Suite:
    """One file: the scenarios that ran, and what is wrong with the file itself."""

    file: str
    cases: Sequence[Case]
    problems: Sequence[Problem] = ()


def junit_xml(suites: Iterable[Suite]) -> bytes:
    """Write the results of these files; a problem of a file is an error, a difference a failure."""
    root = Element("testsuites")
    totals = [_add_suite(root, suite) for suite in suites]
    _count(root, *(sum(column) for column in zip(*totals, strict=True)) if totals else (0, 0, 0, 0.0))
    indent(root)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _add_suite(root: Element, suite: Suite) -> tuple[int, int, int, float]:
    element = SubElement(root, "testsuite", name=_text(suite.file))
    for case in suite.cases:
        _add_case(element, suite.file, case)
    for problem in suite.problems:
        _add_problem(element, suite.file, problem)
    failed = sum(bool(case.differences) for case in suite.cases)
    seconds = sum(case.seconds for case in suite.cases)
    totals = (len(suite.cases) + len(suite.problems), failed, len(suite.problems), seconds)
    _count(element, *totals)
    return totals


def _count(element: Element, tests: int, failures: int, errors: int, seconds: float) -> None:
    counts = {"tests": tests, "failures": failures, "errors": errors, "skipped": 0}
    element.attrib |= {name: str(count) for name, count in counts.items()} | {"time": f"{seconds:.3f}"}


def _add_case(suite: Element, file: str, case: Case) -> None:
    """Add a scenario: the first line of its first difference is the message, all of them with timelines the text."""
    scenario = case.scenario
    element = _case(suite, file, scenario.name, scenario.line, journey=scenario.journey, seconds=case.seconds)
    if case.differences:
        message = case.differences[0].partition("\n")[0]
        failure = SubElement(element, "failure", message=_text(message), type="difference")
        failure.text = _text("\n\n".join(case.differences))


def _add_problem(suite: Element, file: str, problem: Problem) -> None:
    element = _case(suite, file, f"line {problem.line}: {problem.code}", problem.line)
    error = SubElement(element, "error", message=_text(problem.message), type=problem.code)
    error.text = _text(str(problem))


def _case(suite: Element, file: str, name: str, line: int, *, journey: str = "", seconds: float = 0.0) -> Element:
    where = {"classname": _text(journey or "all journeys"), "file": _text(file), "line": str(line)}
    return SubElement(suite, "testcase", {"name": _text(name), **where, "time": f"{seconds:.3f}"})


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
