"""Can a template hang, reach into Python or fill the memory?"""

from time import process_time

import pytest

from actions._holes import plain_source
from actions._program import compile_source
from actions._sandbox import Budget, variables
from actions.errors import TemplateError


def run(text: str, **known: object) -> str:
    program = compile_source(plain_source(text, "letter.txt"), is_html=False)
    return program.run({**variables(Budget()), "shop": {"currency": "EUR"}, **known})


def refusal(text: str, **known: object) -> str:
    with pytest.raises(TemplateError) as refused:
        run(text, **known)
    return str(refused.value)


HANGS = {
    "a power tower": "{{ 9**(9**9) }}",
    "a long text by repetition": "{{ 'a' * 1000000000 }}",
    "a power of ten times a text": "{{ 'a'*10**9 }}",
    "a wide format": "{{ '%1000000000d' % 5 }}",
    "a list by repetition": "{{ [1] * 1000000000 }}",
    "nested loops": "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
    "a big range": "{% for a in range(10**9) %}{% endfor %}",
    "a range of a billion": "{% for a in range(1000000000) %}{% endfor %}",
    "a macro that calls itself": "{% macro again() %}{{ again() }}{{ again() }}{% endmacro %}{{ again() }}",
    "a loop that calls itself": "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "a text that doubles": "{% set text = 'aaaaaaaa' %}" + "{% set text = text ~ text %}" * 60,
    "a text that doubles by replacing": "{{ 'a'" + "|replace('a', 'aaaaaaaaaaaaaaaaaaaa')" * 20 + " }}",
    "a list that doubles": "{% set list = [1] %}" + "{% set list = [list, list] %}" * 60 + "{{ list }}",
    "a long text by joining": "{{ range(9999) | join('" + "a" * 9999 + "') }}",
    "a big number by rounding": "{{ 5 | round(1000000000, 'ceil') }}",
    "big numbers": "{% set n = 999999999999999 %}" + "{% set n = n * n %}" * 40,
    "deep brackets": "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    "a number of many digits": "{{ " + "9" * 10_000 + " }}",
    "a long sum": "{{ " + "1+" * 40_000 + "1 }}",
    "a deep nest of loops": "{% for a in [1] %}" * 60 + "{% endfor %}" * 60,
    "a long body often": "{% for a in range(9999) %}" + "x" * 9999 + "{% endfor %}",
    "ranges within ranges": "{% for a in range(9999) %}{{ range(9999) | sum }}{% endfor %}",
    "filters of a long list often": "{% for a in range(99) %}{{ list | sort | first }}{% endfor %}",
    "every value in every value": "{{ list | select('in', list) | list | length }}",
    "an include of itself": "{% include 'letter.txt' %}",
    "a date of great width": "{{ '2026-03-02' | date('%999999999d') }}",
}


@pytest.mark.parametrize("text", HANGS.values(), ids=HANGS.keys())
def test_what_would_hang_is_refused_at_once(text):
    begun = process_time()
    assert "letter.txt:1:1: " in refusal(text, list=list(range(9_999)))
    assert process_time() - begun < 2


REACHES = {
    "a class": "{{ ''.__class__ }}",
    "a class by its name in brackets": "{{ ''['__class__'] }}",
    "a class by a filter": "{{ [''] | map(attribute='__class__') | first }}",
    "the attr filter": "{{ '' | attr('__class__') }}",
    "a method": "{{ 'a'.upper() }}",
    "a format": "{{ '{0.__class__}'.format(1) }}",
    "globals of a function": "{{ link.__globals__ }}",
    "a method of a mapping": "{{ shop.items() }}",
    "a method of the loop": "{% for a in [1] %}{{ loop.__init__ }}{% endfor %}",
    "the template itself": "{{ self }}",
    "the budget": "{% set _budget = 1 %}",
    "an import": "{% import 'os' as os %}",
    "unescaped text": "{{ '<b>' | safe }}",
    "a namespace": "{% set n = namespace(x=1) %}",
}


@pytest.mark.parametrize("text", REACHES.values(), ids=REACHES.keys())
def test_nothing_reaches_into_python(text):
    assert "letter.txt:1:1: " in refusal(text)


def test_a_method_of_a_mapping_is_not_found_where_a_key_of_that_name_is_missing():
    assert '"items" is not set here' in refusal("{{ entry.items }}", entry={"value": 1})


def test_a_key_that_is_named_like_a_method_is_found():
    assert run("{{ entry.items }}", entry={"items": "three"}) == "three"


def test_a_refusal_names_file_line_and_remedy():
    assert refusal("Hello\n\n{{ 2 ** 8 }}") == (
        "letter.txt:3:1: template.forbidden templates may not hold a power (**); multiply with * instead"
    )


def test_all_refusals_of_a_text_come_together():
    assert refusal("{{ 2 ** 8 }}\n{{ 'x' | safe }}").count("letter.txt:") == 2


def test_an_unknown_filter_is_answered_with_the_nearest():
    assert 'there is no filter "uper"; did you mean "upper"?' in refusal("{{ 'a' | uper }}")


def test_an_unknown_test_is_answered_with_the_nearest():
    assert 'there is no test "defind"; did you mean "defined"?' in refusal("{{ a is defind }}")


def test_a_missing_value_names_its_line_when_it_is_printed():
    assert refusal("Hello\n{{ entry.coupon }}", entry={}) == (
        'letter.txt:2:1: content.render_failed "coupon" is not set here; '
        'write {{ ... | default("") }} where it may be missing'
    )


def test_a_missing_name_that_was_computed_is_not_told():
    found = refusal("{{ entry[entry.who] }}", entry={"who": "ann@example.com"})
    assert found.startswith("letter.txt:1:1: content.render_failed a name that is computed is not set here; write")


def test_a_wrong_kind_is_reported_without_the_value():
    assert "secret" not in refusal("{{ [1, 'secret@example.com'] | sort | join }}")


def test_a_list_is_not_printed_as_python():
    assert "a list or group of values cannot be printed" in refusal("{{ entry }}", entry={"a": 1})


GOOD = {
    "{{ 2 * 3 }} {{ 7 // 2 }} {{ 7 % 2 }}": "6 3 1",
    "{{ 12.0 }}": "12",
    "{{ none }}": "",
    "{{ 'a' ~ 1 ~ 2.0 }}": "a12",
    "{{ 12.5 | money }}": "12.50 EUR",
    "{{ '7' | money('USD') }}": "7.00 USD",
    "{{ '2026-03-02' | date('%-d %B %Y') }}": "2 March 2026",
    "{{ 'a b-c' | title }}": "A B-C",
    "{{ [1, 2, 3] | sum }} {{ [2, 1] | sort | join(', ') }}": "6 1, 2",
    "{% for row in [1, 2, 3] | batch(2) %}{{ row | join('+') }};{% endfor %}": "1+2;3;",
    "{% for n in range(3) %}{{ loop.index }}/{{ loop.length }}{{ loop.cycle('a', 'b') }} {% endfor %}": (
        "1/3a 2/3b 3/3a "
    ),
    "{{ missing | default('none') }}": "none",
    "{{ 'the quick brown fox' | truncate(12) }}": "the quick...",
    "{{ 'abc'[0] }}{{ [1, 2][-1] }}": "a2",
    "{{ 2.345 | round(2) }}": "2.35",
    "{{ 'x' if 1 in [1, 2] else 'y' }}": "x",
    "{{ 'a&b c' | urlencode }}": "a%26b%20c",
    "{{ ['a'] | map('upper') | first }}": "A",
    "{% if missing is defined %}yes{% else %}no{% endif %}": "no",
}


@pytest.mark.parametrize(("text", "printed"), GOOD.items())
def test_what_a_template_may_do(text, printed):
    assert run(text) == printed


def test_a_line_of_block_tags_leaves_no_empty_line():
    assert run("a\n{% if 1 %}\n  b\n{% endif %}\nc\n") == "a\n  b\nc\n"


def test_a_block_tag_beside_words_keeps_the_line():
    assert run("a {% if 1 %}b{% endif %}\nc") == "a b\nc"
