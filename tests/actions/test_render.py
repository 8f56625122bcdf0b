"""Does a message read as its template says, for this recipient and no other?"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.errors import TemplateError
from actions.render import RenderContext, Renderer, Shop
from actions.template import Templates
from journeys.vocabulary import Item, Profile

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHOP = Shop("Nordic Roast", "https://shop.example/", "EUR", "LV", "Your Nordic Roast")
GRINDER = Item(
    "grinder", "Grinder <2>", 80.0, 1.0, url="https://shop.example/g", image_url="https://shop.example/g.png"
)
KETTLE = Item("kettle", "Kettle", 12.5, url="javascript:alert(1)")

BASE = """<mjml><mj-head><mj-preview>{{ preview }}</mj-preview></mj-head><mj-body>
<!-- content -->
<mj-section><mj-column><mj-text>{{ shop.voice.sign_off }}</mj-text>
<mj-text><a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>
"""
CART = """---
subject: "{{ profile.first_name or 'Hello' }}, your basket"
preview: "{{ items | length }} things"
stage: decision
---
<mj-section><mj-column>
<mj-text>Hi {{ profile.first_name or "there" }},<br/>still interested?</mj-text>
<mj-raw>{% for item in items %}</mj-raw>
<mj-image src="{{ item.image_url }}" href="{{ link(item.url or shop.url) }}" alt="{{ item.name }}" />
<mj-text>{{ item.name }}: {{ item.price | money }}{% if item.price < 20 and "a" < "b" %} only{% endif %}</mj-text>
<mj-raw>{% endfor %}</mj-raw>
<mj-button href="{{ link(shop.url ~ '/cart?a=1') }}">Back</mj-button>
</mj-column></mj-section>
"""
TEMPLATES = Templates({"base.mjml": BASE, "cart.mjml": CART})


def person(**traits: object) -> Profile:
    return Profile(1, NOW, email="ann@example.com", traits=traits)


def context(**changes: object) -> RenderContext:
    known: dict[str, object] = {"profile": person(first_name="Ann"), "unsubscribe_url": "https://shop.example/u/1"}
    return RenderContext(**{**known, "now": NOW, "channel": "email", "journey": "cart", "step": "reminder", **changes})


def render(source: str, name: str = "letter.txt", **changes: object):
    return Renderer(Templates({name: source}), SHOP).render(name, context(**changes))


def text(source: str, **changes: object) -> str:
    return Renderer(Templates({}), SHOP).render_text(source, context(**changes))


def test_the_text_part_says_what_the_mail_says():
    utm = "utm_source=tactful&utm_medium=email&utm_campaign=cart&utm_content=reminder"
    assert Renderer(TEMPLATES, SHOP).render("cart.mjml", context(items=(GRINDER, KETTLE))).text == (
        "Hi Ann,\n"
        "still interested?\n"
        f"Grinder <2> (https://shop.example/g?{utm})\n"
        "Grinder <2>: 80.00 EUR\n"
        f"Kettle (https://shop.example?{utm})\n"
        "Kettle: 12.50 EUR only\n"
        f"Back (https://shop.example/cart?a=1&{utm})\n"
        "Your Nordic Roast\n"
        "Unsubscribe (https://shop.example/u/1)\n"
    )


def test_values_are_escaped_in_html():
    html = Renderer(TEMPLATES, SHOP).render("cart.mjml", context(items=(GRINDER,))).html
    assert "Grinder &lt;2&gt;: 80.00 EUR" in html
    assert "Grinder <2>" not in html


def test_links_in_html_are_escaped_and_tagged():
    html = Renderer(TEMPLATES, SHOP).render("cart.mjml", context()).html
    assert 'href="https://shop.example/cart?a=1&amp;utm_source=tactful&amp;utm_medium=email' in html


def test_the_loop_of_a_mail_goes_round_for_each_of_the_goods():
    html = Renderer(TEMPLATES, SHOP).render("cart.mjml", context(items=(GRINDER, KETTLE, GRINDER))).html
    assert html.count("<img ") == 3


def test_a_mail_fetches_nothing_from_elsewhere():
    html = Renderer(TEMPLATES, SHOP).render("cart.mjml", context()).html
    assert "fonts.googleapis.com" not in html


def test_letters_that_the_mjml_engine_would_spoil_are_kept():
    mail = (
        '<mj-section><mj-column><mj-image src="https://a.example/b.png" alt="❤️ é\u00a0\\ ü" /></mj-column></mj-section>'
    )
    assert 'alt="❤️ é\u00a0\\ ü"' in render(mail, "letter.mjml").html


def test_subject_and_preview_are_filled_in():
    content = Renderer(TEMPLATES, SHOP).render("cart.mjml", context(items=(GRINDER,)))
    assert (content.subject, content.preview) == ("Ann, your basket", "1 things")
    assert "1 things" in content.html


def test_a_steps_own_subject_takes_the_templates_place():
    content = Renderer(TEMPLATES, SHOP).render("cart.mjml", context(), subject="For {{ profile.first_name }}")
    assert content.subject == "For Ann"


def test_a_subject_is_one_line_whatever_a_name_holds():
    content = Renderer(TEMPLATES, SHOP).render(
        "cart.mjml", context(profile=person(first_name="A\r\nBcc: x@example.com\x00"))
    )
    assert content.subject == "A Bcc: x@example.com, your basket"


def test_an_attribute_the_person_does_not_have_reads_as_empty():
    assert text("Hello {{ profile.first_name }}!", profile=person()) == "Hello !"


def test_a_property_the_entry_does_not_have_is_an_error_of_this_message():
    with pytest.raises(TemplateError) as error:
        text("You left {{ entry.value }}")
    assert error.value.problems[0].code == "content.render_failed"


def test_a_property_that_may_be_missing_has_a_default():
    assert text("{{ entry.coupon | default('none') }}") == "none"


def test_an_address_that_is_none_of_the_webs_is_left_out():
    assert text("[{{ items[0].url }}]", items=(KETTLE,)) == "[]"


def test_text_is_not_escaped():
    assert text("{{ items[0].name }} & more", items=(GRINDER,)) == "Grinder <2> & more"


def test_a_date_is_written_as_asked():
    assert text("{{ now | date('%-d %B') }}") == "2 March"


RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("2026-03-02T09:00:00Z", "2 11:00"),
        ("2026-03-02T23:30:00+00:00", "3 01:30"),
        ("2026-03-02T09:00:00+02:00", "2 09:00"),
        (datetime(2026, 3, 2, 9, 0, tzinfo=UTC), "2 11:00"),
        ("2026-03-02T09:00:00", "2 09:00"),
        ("2026-03-02", "2 00:00"),
        (date(2026, 3, 2), "2 00:00"),
    ],
)
def test_a_moment_is_written_on_the_readers_clock_and_a_date_without_a_zone_as_it_was_told(told: object, written: str):
    here = context(now=NOW.astimezone(RIGA), entry={"at": told})
    assert Renderer(TEMPLATES, SHOP).render_text("{{ entry.at | date('%-d %H:%M') }}", here) == written


def test_a_text_template_has_no_html():
    content = render("---\nsubject: Hi\n---\nHello {{ profile.first_name }}\n")
    assert (content.text, content.html, content.subject) == ("Hello Ann\n", "", "Hi")


def test_a_link_to_nowhere_is_an_error_with_its_remedy():
    with pytest.raises(TemplateError, match=r'letter.txt:2:1: .*link\(\) expects an address .*shop.url ~ "/cart"'):
        render("x\n{{ link('/cart') }}")


def test_an_error_in_a_mail_names_the_line_of_its_own_file():
    templates = Templates({"base.mjml": BASE, "cart.mjml": CART.replace("item.price | money", "item.name | money")})
    with pytest.raises(TemplateError) as error:
        Renderer(templates, SHOP).render("cart.mjml", context(items=(GRINDER,)))
    assert (error.value.problems[0].file, error.value.problems[0].line) == ("cart.mjml", 10)


def test_styles_of_plain_html_move_into_the_elements():
    html = render("<style>p { color: red }</style><p>Hello {{ profile.first_name }}</p>", "letter.html").html
    assert '<p style="color: red;">Hello Ann</p>' in html


def test_a_table_of_plain_html_keeps_its_loop():
    source = "<table><tbody>{% for item in items %}<tr><td>{{ item.name }}</td></tr>{% endfor %}</tbody></table>"
    html = render(source, "letter.html", items=(KETTLE, KETTLE)).html
    assert "<tbody><tr><td>Kettle</td></tr><tr><td>Kettle</td></tr></tbody>" in html


def test_a_condition_within_an_html_tag_is_kept():
    source = '<a class="{% if items %}big{% endif %}">x</a>'
    assert '<a class="big">x</a>' in render(source, "letter.html", items=(KETTLE,)).html


def test_a_condition_within_a_comment_for_outlook_is_kept():
    source = "<!--[if mso]>{% if items %}<b>many</b>{% endif %}<![endif]--><p>x</p>"
    assert "<!--[if mso]><b>many</b><![endif]-->" in render(source, "letter.html", items=(KETTLE,)).html


def test_a_base_of_plain_html_is_used():
    files = {"base.html": "<html><body><!-- content --><i>{{ shop.name }}</i></body></html>", "a.html": "<p>x</p>"}
    assert Renderer(Templates(files), SHOP).render("a.html", context()).text == "x\n\nNordic Roast\n"


def test_a_whole_mjml_document_needs_no_base():
    files = {
        "base.mjml": BASE,
        "a.mjml": "<mjml><mj-body><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body>"
        "</mjml>",
    }
    assert Renderer(Templates(files), SHOP).render("a.mjml", context()).text == "x\n"


def test_a_message_has_one_budget_for_all_its_parts():
    files = {
        "a.txt": "---\nsubject: '{% for a in entry.many %}{% endfor %}'\n---\n{% for a in entry.many %}{% endfor %}"
    }
    with pytest.raises(TemplateError, match="more than 10,000 times"):
        Renderer(Templates(files), SHOP).render("a.txt", context(entry={"many": [1] * 6_000}))


def test_a_message_has_a_budget_of_its_own():
    renderer = Renderer(Templates({"a.txt": "{% for a in range(6000) %}{% endfor %}x"}), SHOP)
    assert [renderer.render("a.txt", context()).text for _ in range(3)] == ["x\n", "x\n", "x\n"]


def test_an_unknown_template_cannot_be_rendered():
    with pytest.raises(TemplateError, match=r'there is no template "card.mjml"; did you mean "cart.mjml"'):
        Renderer(TEMPLATES, SHOP).render("card.mjml", context())


# Marks that no template, filter or error message holds by itself.
marks = st.text(alphabet="ΩЖ漢", min_size=4, max_size=12)


@given(st.lists(st.tuples(marks, marks), min_size=2, max_size=5, unique_by=lambda pair: pair[0]))
@settings(max_examples=50)
def test_no_message_holds_anything_of_another_recipient(people):
    renderer = Renderer(TEMPLATES, SHOP)
    first = [everything(renderer, name, goods) for name, goods in people]
    again = [everything(renderer, name, goods) for name, goods in reversed(people)]
    assert first == list(reversed(again))
    for (name, goods), message in zip(people, first, strict=True):
        others = {word for pair in people for word in pair if word not in name and word not in goods}
        assert not [word for word in others if word in message]


def everything(renderer: Renderer, name: str, goods: str) -> str:
    """Give all that comes out for one person: the message, or the error when the goods' price is none."""
    item = Item("p", goods, 1.0)
    try:
        content = renderer.render("cart.mjml", context(profile=person(first_name=name), items=(item,)))
        failed = renderer.render_text("{{ items[0].name | money }}", context(items=(item,)))
    except TemplateError as error:
        return f"{content} {error}"
    return f"{content} {failed}"


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_no_value_breaks_out_of_its_place(value):
    content = render(
        '<p title="{{ profile.first_name }}">{{ profile.first_name }}</p>', "a.html", profile=person(first_name=value)
    )
    assert content.html.count("<") == 9
