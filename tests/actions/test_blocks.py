"""Do blocks and languages come into a template as they should, and can a block do no more than a template may?"""

from datetime import UTC, datetime

import pytest

from actions.errors import TemplateError
from actions.render import RenderContext, Renderer, Shop
from actions.template import Templates
from journeys.vocabulary import Item, Profile

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHOP = Shop("Nordic Roast", "https://shop.example", "EUR", "LV", "Your Nordic Roast")
KETTLE = Item("kettle", "Kettle", 1212.5, url="https://shop.example/k", image_url="https://shop.example/k.png")
CUP = Item("cup", "Cup <2>", 8.0)


GOODS = """<ul>
{% for item in items %}
<li>{% if item.url %}<a href="{{ link(item.url) }}">{{ item.name }}</a>{% else %}{{ item.name }}{% endif %}</li>
{% endfor %}
</ul>
"""


def rendered(files: dict[str, str], name: str, *, locale: str = "", items: tuple[Item, ...] = (KETTLE, CUP)):
    profile = Profile(1, NOW, traits={"locale": locale} if locale else {})
    context = RenderContext(profile, NOW, "email", "cart", "reminder", items=items)
    return Renderer(Templates(files), SHOP).render(name, context)


def text(body: str, *, locale: str = "", **blocks: str) -> str:
    files = {"a.txt": body} | {f"blocks/{name}.txt": block for name, block in blocks.items()}
    return rendered(files, "a.txt", locale=locale).text


def problems(name: str, **files: str) -> list[str]:
    named = {each.replace("__", "/", 1).replace("_", "."): source for each, source in files.items()}
    return [f"{p.file}:{p.line} {p.code}" for p in Templates(named).check(name, []) if "no_" not in p.code]


# Blocks.


def test_a_block_shows_the_goods_it_is_given():
    body = 'You liked\n{{ block("goods", items=items[:1]) }}\nBye'
    assert (
        text(body, goods="{% for item in items %}\n- {{ item.name }}\n{% endfor %}\n") == "You liked\n- Kettle\nBye\n"
    )


def test_what_a_block_is_given_is_seen_by_nobody_else():
    body = '{{ block("name", who="Ann") }} {{ who | default("nobody") }}'
    assert text(body, name="{% set other = 1 %}{{ who }}") == "Ann nobody\n"


def test_a_block_may_ask_for_another():
    assert text('{{ block("one", n=1) }}', one="{{ n }}{{ block('two', n=2) }}{{ n }}", two="<{{ n }}>") == "1<2>1\n"


@pytest.mark.parametrize("name", ["product_grid", "product_list"])
@pytest.mark.parametrize("suffix", ["mjml", "html", "txt"])
def test_the_ready_blocks_show_names_prices_and_links(name, suffix):
    call = f'{{{{ block("{name}") }}}}'
    body = f"<mj-section><mj-column>{call}</mj-column></mj-section>" if suffix == "mjml" else call
    content = rendered({f"a.{suffix}": body}, f"a.{suffix}")
    for shown in ("Kettle", "1212.50 EUR", "https://shop.example/k?utm_source=tactful", "Cup <2>", "8.00 EUR"):
        assert shown in content.text
    assert ("https://shop.example/k.png" in content.html) is (suffix != "txt")


def test_a_letter_with_a_block_is_this_html():
    html = rendered({"a.html": "<p>Hi</p>\n{{ block('goods') }}", "blocks/goods.html": GOODS}, "a.html").html
    assert "".join(line for line in html.splitlines()) == (
        "<!DOCTYPE html><html><head></head><body><p>Hi</p><ul>"
        '<li><a href="https://shop.example/k?utm_source=tactful&amp;utm_medium=email&amp;utm_campaign=cart'
        '&amp;utm_content=reminder">Kettle</a></li>'
        "<li>Cup &lt;2&gt;</li></ul></body></html>"
    )


def test_a_block_of_the_workspace_takes_the_place_of_a_ready_one():
    assert text('{{ block("product_list") }}', product_list="mine") == "mine\n"


def test_values_in_a_block_are_escaped():
    html = rendered({"a.html": '{{ block("b") }}', "blocks/b.html": "<p>{{ items[1].name }}</p>"}, "a.html").html
    assert "Cup &lt;2&gt;" in html


def test_a_mistake_in_a_block_is_reported_in_the_block():
    files = {"a_txt": "x\n\n{{ block('b') }}\n", "blocks__b_txt": "one\n{{ profil.x }}\n"}
    assert problems("a.txt", **files) == ["blocks/b.txt:2 template.unknown_name"]


def test_a_tag_that_a_block_does_not_close_is_reported_in_the_block():
    files = {"a_mjml": "<mj-section></mj-section>{{ block('b') }}", "blocks__b_mjml": "\n<mj-section>"}
    assert problems("a.mjml", **files) == ["blocks/b.mjml:2 template.mjml"]


REFUSED = {
    "{{ block('nope') }}": "template.block",
    "{{ block(name) }}": "template.block",
    "{{ block('b', 1) }}": "template.syntax",
    "{{ block('b') ~ link('x') }}": "template.block",
    "{% set a = block('b') %}": "template.forbidden",
    "{{ block('../a') }}": "template.block",
    "{% include 'blocks/b.txt' %}": "template.forbidden",
}


@pytest.mark.parametrize(("body", "code"), REFUSED.items())
def test_a_block_is_asked_for_in_one_way_only(body, code):
    (problem,) = problems("a.txt", a_txt=body, blocks__b_txt="b")
    assert problem == f"a.txt:1 {code}"


def test_a_subject_holds_no_blocks():
    source = "---\nsubject: \"{{ block('b') }}\"\n---\nx"
    assert problems("a.txt", a_txt=source, blocks__b_txt="b") == ["a.txt:2 template.forbidden"]


def test_a_block_that_contains_itself_is_refused():
    files = {"a_txt": "{{ block('b') }}", "blocks__b_txt": "{{ block('c') }}", "blocks__c_txt": "\n{{ block('b') }}"}
    assert problems("a.txt", **files) == ["blocks/c.txt:2 template.block"]


def test_blocks_that_multiply_are_refused():
    files = {f"blocks__b{place}_txt": f"{{{{ block('b{place + 1}') }}}}" * 10 for place in range(4)}
    assert [each.split()[1] for each in problems("a.txt", a_txt="{{ block('b0') }}", blocks__b4_txt="x", **files)] == [
        "template.block"
    ]


ATTACKS = (
    "{{ items.__class__ }}",
    "{{ x.__class__.__mro__ }}",
    "{{ ''['__class__'] }}",
    "{{ profile.__init__ }}",
    "{% macro a() %}{% endmacro %}",
    "{{ _budget }}",
    "{{ _style.months }}",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_block_cannot_reach_into_python(attack):
    found = problems("a.txt", a_txt="{{ block('b', x=items) }}", blocks__b_txt=attack)
    assert "blocks/b.txt:1 template.forbidden" in found


@pytest.mark.parametrize("value", ["items.__class__", "_budget", "link.__globals__"])
def test_what_a_block_is_given_cannot_reach_into_python(value):
    found = problems("a.txt", a_txt=f"{{{{ block('b', x={value}) }}}}", blocks__b_txt="{{ x }}")
    assert "a.txt:1 template.forbidden" in found


def test_loops_of_blocks_count_together():
    loop = "{% for a in range(6000) %}{% endfor %}"
    with pytest.raises(TemplateError, match="10,000"):
        text("{{ block('b') }}{{ block('b') }}", b=loop)


def test_a_base_may_ask_for_a_block():
    files = {
        "base.html": '<html><body><!-- content -->{{ block("footer") }}</body></html>',
        "blocks/footer.html": "<p>Bye</p>",
        "a.html": "<p>Hi</p>",
    }
    assert rendered(files, "a.html").text == "Hi\n\nBye\n"


# Languages.

LETTER = {"a.txt": "Hello", "a.pt.txt": "Olá", "a.pt-BR.txt": "Oi", "a.lv.txt": "Sveiki"}
READERS = {"pt-BR": "Oi", "pt_br": "Oi", "pt-PT": "Olá", "PT": "Olá", "lv-LV": "Sveiki", "de": "Hello", "": "Hello"}


@pytest.mark.parametrize(("locale", "greeting"), READERS.items())
def test_a_reader_gets_the_nearest_language(locale, greeting):
    assert rendered(LETTER, "a.txt", locale=locale).text == f"{greeting}\n"


@pytest.mark.parametrize("locale", ["../../x", "{{ 1 }}", "a" * 10_000, "-", "lv\n", 7])
def test_a_locale_that_is_none_gives_the_default_or_the_nearest(locale):
    assert rendered(LETTER, "a.txt", locale=locale).text in ("Hello\n", "Sveiki\n")


def test_blocks_and_bases_follow_the_language():
    files = {
        "a.html": "<p>{{ block('b') }}</p>",
        "base.html": "<html><body><!-- content --><p>Bye</p></body></html>",
        "base.lv.html": "<html><body><!-- content --><p>Ata</p></body></html>",
        "blocks/b.html": "Hi",
        "blocks/b.lv.html": "Čau",
    }
    assert [rendered(files, "a.html", locale=each).text for each in ("", "lv")] == ["Hi\n\nBye\n", "Čau\n\nAta\n"]


def test_every_language_is_checked():
    files = {"a_txt": "x", "a_lv_txt": "\n{{ nobody }}"}
    assert problems("a.txt", **files) == ["a.lv.txt:2 template.unknown_name"]


def test_a_file_without_a_default_beside_it_is_a_template_of_its_own():
    assert Templates({"welcome.new.txt": "x", "a.txt": "x", "a.lv.txt": "y"}).names() == ("a.txt", "welcome.new.txt")


NUMBERS = {
    "": "1212.50 EUR; 1234567.891; 02 March 2026",
    "en-US": "1,212.50 EUR; 1,234,567.891; March 2, 2026",
    "lv": "1\u00a0212,50 EUR; 1\u00a0234\u00a0567,891; 02.03.2026",
    "de-AT": "1.212,50 EUR; 1.234.567,891; 02.03.2026",
    "fr": "1\u202f212,50 EUR; 1\u202f234\u202f567,891; 02/03/2026",
    "de-CH": "1\u2019212.50 EUR; 1\u2019234\u2019567.891; 02.03.2026",
}


@pytest.mark.parametrize(("locale", "written"), NUMBERS.items())
def test_numbers_and_dates_are_written_as_in_the_readers_language(locale, written):
    assert text("{{ items[0].price | money }}; {{ 1234567.891 | number }}; {{ now | date }}", locale=locale) == (
        f"{written}\n"
    )


def test_months_and_weekdays_are_called_as_in_the_readers_language():
    assert text('{{ now | date("%A, %-d. %B") }}', locale="lv") == "pirmdiena, 2. marts\n"


# What is shown.


def test_goods_that_no_guard_has_judged_are_refused_in_marketing():
    source = "---\nsubject: x\n---\n{% for item in entry.products %}{{ item.name }}{% endfor %}"
    found = Templates({"a.txt": source}).check("a.txt", [], {"products": "items"})
    assert [(p.line, p.code) for p in found] == [(4, "template.unjudged")]


def test_a_marketing_mail_says_the_address_and_signs_off():
    templates = Templates(
        {"a.html": '---\nsubject: x\n---\n<a href="{{ unsubscribe_url }}">x</a>'},
        address="1 Road, Riga",
        sign_off="Yours",
    )
    assert [(p.code, p.severity) for p in templates.check("a.html", [])] == [
        ("template.no_address", "error"),
        ("template.sign_off", "warning"),
    ]


def test_an_address_that_is_written_out_is_one():
    body = '---\nsubject: x\n---\n<p>1 Road,\nRiga</p>{{ shop.voice.sign_off }}<a href="{{ unsubscribe_url }}">x</a>'
    assert Templates({"a.html": body}, address="1 Road, Riga", sign_off="Yours").check("a.html", []) == []
