"""Which codes can `tactful check` give, and what does each of them mean?

The rules of the linter bring their explanation, their remedy and an example of each; the others a sentence. The page
docs/checks.md is made from this list.
"""

from dataclasses import dataclass

from journeys.codes import CODES as FILE_CODES
from journeys.lint import RULES
from journeys.linted import Rule
from journeys.spelling import did_you_mean
from operational_guards.registry import CODES as GUARD_CODES
from orchestrator.holding import CODES as HOLDING_CODES
from orchestrator.including import CODES as INCLUDE_CODES

OTHERS = {
    "condition.invalid": "A condition or a value cannot be right: it uses an unknown name, or kinds that do not fit.",
    "segment.name": "The name of a segment cannot stand after a dot.",
    "segment.invalid": "A segment's condition is wrong wherever it is used.",
    "segment.circle": "Segments or conditions stand for themselves, directly or by way of others.",
    "segment.unused": "A segment or a condition is used nowhere.",
    "condition.name": "The name of a condition cannot stand after a dot.",
    "channel.action": "No action of this name is installed.",
    "channel.parameter": "A parameter of a channel's action is missing, unknown or wrong.",
    "source.name": "The name of a source cannot stand in an address.",
    "source.adapter": "No adapter of this name is installed.",
    "source.parameter": "A parameter of a source's adapter is missing, unknown or wrong.",
    "file.unreadable": "The journeys file is not there, or is no text.",
    "send.coupon": "A message prints a coupon that its step does not take, or the other way round.",
    "magnet.missing": "The file of a lead magnet is not in `magnets/`: its link gives nothing. This is a warning.",
    "template.unknown": "A step, a base or another template names a template that is not there.",
    "template.front_matter": "The front matter of a template is not right.",
    "template.base": "A base is not there, or cannot be one.",
    "template.block": "A block is not there, or cannot be used like this.",
    "template.syntax": "The template language is not used rightly.",
    "template.forbidden": "A template asks for what templates may not do.",
    "template.unknown_filter": "There is no filter of this name.",
    "template.unknown_test": "There is no test of this name.",
    "template.unknown_name": "A template uses a name that nothing fills.",
    "template.unjudged": "A template shows goods that no guard has judged.",
    "template.mjml": "The MJML of a template is not right.",
    "template.html": "The HTML of a template is not right.",
    "template.too_long": "A template is too long.",
    "template.voice": "A message holds words that the shop never uses.",
    "template.no_subject": "A template has no subject.",
    "template.no_unsubscribe": "A marketing e-mail has no way to unsubscribe.",
    "template.no_address": "A marketing e-mail does not show the shop's postal address.",
    "template.sign_off": "A message does not end the way the shop signs off.",
    "template.stage": "A template is made for another part of the funnel than the journey that sends it.",
    "template.language": "A template is not written in a language that other messages of its journey are written in.",
    "template.unused": "No step sends a template.",
    "template.unused_block": "No template asks for a block.",
}
# What to do about a code that brings no remedy of its own, by the first word of the code.
REMEDIES = {
    "yaml": "Correct the text at the place that is named.",
    "schema": "Write what the message expects there; an editor that knows the schema says so while you type.",
    "include": "Correct the pattern under `include`, or the file that is named.",
    "part": "Correct the part, or the step that uses it.",
    "guard": "Correct the guard where the message points, by its page under docs/guards.",
    "condition": "Correct the condition at the column that is named, or declare the name.",
    "segment": "Correct the segment or condition where the message points.",
    "channel": "Correct the channel, by the page about actions.",
    "source": "Correct the source, by the page about its adapter.",
    "file": "Name a file that is there, or make one with `tactful init`.",
    "send": "Set up guards for all messages, and exempt a step from single ones only.",
    "magnet": "Put the file into `magnets/`, or correct its name at the step.",
    "template": "Correct the template at the line that is named, by the page about templates.",
}
_OWN_REMEDIES = {"send.coupon": "Add `coupon: POOL` to the step, or `{{ coupon }}` to the message."}
# Examples of codes that no rule of the linter brings, here where `magnets/` holds brewing-guide.pdf.
_EXAMPLES = {
    "magnet.missing": (
        "- {id: guide, lead_magnet: {file: brewing_guide.pdf, template: guide.mjml}}",
        "- {id: guide, lead_magnet: {file: brewing-guide.pdf, template: guide.mjml}}",
    )
}
_SEVERITIES = {"error": "This is an error.", "warning": "This is a warning."}
_HEAD = """\
# What `tactful check` can say

Every problem has a code, and every code a section here; `tactful check --explain CODE` prints it. An error keeps its
journey from running, a warning does not. An example is a list of steps, the keys of one journey, or keys of the whole
file; what every file has besides is left out.
"""


@dataclass(frozen=True, slots=True)
class Check:
    """One code: what it means, what to do, and where a rule has them a bad and a good example."""

    code: str
    explanation: str
    fix: str
    severity: str = ""
    bad: str = ""
    good: str = ""


def all_checks() -> tuple[Check, ...]:
    """List every code, the linter's first."""
    tables = {**HOLDING_CODES, **FILE_CODES, **INCLUDE_CODES, **OTHERS, **GUARD_CODES}
    return (*map(_of_rule, RULES), *(_of_table(code, sentence) for code, sentence in tables.items()))


def explain(code: str) -> str:
    """Give the section of a code; raises KeyError with a suggestion when there is none."""
    known = {check.code: check for check in all_checks()}
    if code not in known:
        raise KeyError(f'there is no code "{code}"{did_you_mean(code, known)}')
    return section(known[code])


def page() -> str:
    """Write the page about all codes."""
    return "\n".join([_HEAD, *map(section, all_checks())])


def section(check: Check) -> str:
    """Write what there is to say about one code."""
    severity = f" {_SEVERITIES[check.severity]}" if check.severity else ""
    lines = [f"## {check.code}", "", f"{check.explanation}{severity}", ""]
    for title, example in (("Wrong:", check.bad), ("Right:", check.good)):
        if example:
            lines += [title, "", "```yaml", example, "```", ""]
    return "\n".join([*lines, f"What to do: {check.fix}", ""])


def _of_rule(rule: Rule) -> Check:
    bad, good = rule.examples
    return Check(rule.code, rule.explanation, rule.fix, rule.severity, bad, good)


def _of_table(code: str, sentence: str) -> Check:
    fix = _OWN_REMEDIES.get(code, REMEDIES[code.partition(".")[0]])
    bad, good = _EXAMPLES.get(code, ("", ""))
    return Check(code, sentence, fix, bad=bad, good=good)
