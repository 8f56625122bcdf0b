"""Do links tell where their visitors came from, and nothing worse?"""

import pytest

from actions._links import campaign_parameters, is_web_address, tag_link


def tagged_link(url: str, channel: str, journey: str, step: str, **utm: str) -> str:
    return tag_link(url, campaign_parameters(channel, journey, step, utm))


def test_a_link_names_channel_journey_and_step():
    assert tagged_link("https://shop.example/cart", "email", "cart_recovery", "reminder") == (
        "https://shop.example/cart?utm_source=tactful&utm_medium=email&utm_campaign=cart_recovery&utm_content=reminder"
    )


def test_the_query_a_link_has_is_kept():
    tagged = tagged_link("https://shop.example/p?id=1&x=a%20b#top", "sms", "j", "s")
    assert (
        tagged
        == "https://shop.example/p?id=1&x=a%20b&utm_source=tactful&utm_medium=sms&utm_campaign=j&utm_content=s#top"
    )


def test_a_campaign_of_its_own_is_kept():
    tagged = tagged_link("https://shop.example/?utm_campaign=spring", "email", "j", "s")
    assert tagged == "https://shop.example/?utm_campaign=spring&utm_source=tactful&utm_medium=email&utm_content=s"


@pytest.mark.parametrize(
    "url", ["", "/cart", "javascript:alert(1)", "data:text/html,x", "https://", "mailto:a@example.com"]
)
def test_only_web_addresses_become_links(url):
    with pytest.raises(ValueError, match=r"expects an address that begins with https://"):
        tagged_link(url, "email", "j", "s")


def test_a_script_is_no_web_address():
    assert [is_web_address(url) for url in ("javascript:x", "https://a", "HTTP://a", "//a")] == [
        False,
        True,
        True,
        False,
    ]


def test_a_channel_says_its_own_parameters():
    tagged = tagged_link("https://shop.example/", "email", "j", "s", utm_source="letters", utm_term="{journey}.{step}")
    assert tagged == (
        "https://shop.example/?utm_source=letters&utm_medium=email&utm_campaign=j&utm_content=s&utm_term=j.s"
    )


def test_a_parameter_with_an_empty_value_is_left_out():
    tagged = tagged_link("https://shop.example/", "email", "j", "s", utm_content="", utm_campaign="")
    assert tagged == "https://shop.example/?utm_source=tactful&utm_medium=email"
