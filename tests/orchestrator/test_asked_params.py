"""What may stand under a source that is asked, and what must come from the environment?"""

import pytest
from pydantic import BaseModel, ValidationError

from orchestrator.sources.asked_params import SecureUrl, read_token
from orchestrator.sources.signatures import MissingSecret


class Place(BaseModel):
    url: SecureUrl


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "https://shop.example:8443/wp",
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://[::1]:1",
    ],
)
def test_secrets_may_be_sent_over_https_and_on_this_machine(url):
    assert Place(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example",
        "http://localhost.shop.example",
        "ftp://shop.example",
        "shop.example",
        "https://",
        "https://shop.example:99999",
        "https://key:secret@shop.example",
        "",
    ],
)
def test_other_addresses_are_refused(url):
    with pytest.raises(ValidationError):
        Place(url=url)


def test_a_password_in_an_address_is_not_repeated():
    with pytest.raises(ValidationError) as refused:
        Place(url="https://key:hush@shop.example")
    assert "hush" not in refused.value.errors()[0]["msg"]


def test_a_slash_at_the_end_is_dropped():
    assert Place(url="https://shop.example/").url == "https://shop.example"


def test_a_token_is_read_from_the_environment():
    assert read_token("shop", "TOKEN", {"TOKEN": " t "}.__getitem__) == "t"


def test_a_missing_token_says_which_variable_is_empty():
    with pytest.raises(MissingSecret) as missing:
        read_token("shop", "TOKEN", lambda _: "")
    assert str(missing.value) == (
        'source "shop": expected its access token in the environment variable TOKEN, got nothing; '
        "set it to what the vendor shows for its API"
    )


@pytest.mark.parametrize("token", ["schl\u00fcssel", "two\nlines"])
def test_a_token_no_header_can_carry_is_refused(token):
    with pytest.raises(MissingSecret):
        read_token("shop", "TOKEN", lambda _: token)
