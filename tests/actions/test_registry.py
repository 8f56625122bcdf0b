"""Are actions found, and does a broken plugin stay alone?"""

from importlib.metadata import EntryPoint

import pytest

from actions.email_file import FileEmail
from actions.errors import BrokenAction, UnknownAction
from actions.registry import GROUP, Actions, load_actions


def declared(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


GOOD = declared("email.file", "actions.email_file:FileEmail")


def test_an_action_is_loaded_by_its_name():
    assert Actions([GOOD])["email.file"] is FileEmail


def test_a_plugin_is_not_imported_before_it_is_asked_for():
    assert Actions([GOOD, declared("sms.none", "no_such_package:Sms")]).names() == ("email.file", "sms.none")


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownAction) as unknown:
        Actions([GOOD])["emial.file"]
    assert str(unknown.value) == 'there is no action "emial.file"; did you mean "email.file"?'


def test_a_plugin_that_cannot_be_imported_is_reported_and_the_others_work():
    actions = Actions([declared("sms.none", "no_such_package:Sms"), GOOD])
    assert actions.problems() == (
        'action "sms.none" (no_such_package:Sms) cannot be imported: ModuleNotFoundError: No module named '
        "'no_such_package'; repair or uninstall the package that brings it",
    )
    assert actions["email.file"] is FileEmail


def test_a_plugin_without_the_contract_is_broken():
    with pytest.raises(BrokenAction, match=r"lacks name, Params, needs, finds, perform, find of the action contract"):
        Actions([declared("odd", "datetime:datetime")])["odd"]


def test_a_plugin_that_calls_itself_otherwise_is_broken():
    with pytest.raises(BrokenAction, match=r'calls itself "email.file"'):
        Actions([declared("email.other", "actions.email_file:FileEmail")])["email.other"]


def test_of_two_plugins_with_one_name_the_first_is_used_and_the_second_reported():
    actions = Actions([GOOD, declared("email.file", "somewhere:Else")])
    assert actions["email.file"] is FileEmail
    assert "declared twice, by actions.email_file:FileEmail and somewhere:Else" in actions.problems()[0]


def test_a_name_can_be_asked_for_without_loading():
    assert "email.file" in Actions([GOOD])


def test_what_is_installed_can_be_listed_without_a_crash():
    assert load_actions().names() == tuple(sorted(load_actions().names()))
