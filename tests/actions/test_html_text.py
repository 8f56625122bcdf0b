"""Does the text part read like the mail?"""

import pytest

from actions._html_text import html_to_text

CASES = {
    "<p>Hello <b>Ann</b>,</p><p>it is here.</p>": "Hello Ann,\n\nit is here.\n",
    '<a href="https://a.example/x?a=1&amp;b=2">Buy</a> now': "Buy (https://a.example/x?a=1&b=2) now\n",
    '<a href="https://a.example">https://a.example</a>': "https://a.example\n",
    '<a href="https://a.example"><img alt="The grinder" src="x"></a>': "The grinder (https://a.example)\n",
    '<a href="https://a.example"><img src="x"></a>': "https://a.example\n",
    '<a href="#top">Up</a>': "Up\n",
    "<ul><li>one</li><li>two</li></ul>": "- one\n- two\n",
    "<head><title>T</title><style>p{}</style></head><p>x</p><script>y</script>": "x\n",
    '<div style="display:none">secret <div>more</div> words</div><p>seen</p>': "seen\n",
    "one<br>two<br/>three": "one\ntwo\nthree\n",
    "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>": "a b\nc\n",
    "<!--[if mso]><p>outlook</p><![endif]-->all": "all\n",
    "5 &lt; 6 &amp;\n   7": "5 < 6 & 7\n",
    "<h1>Title</h1>text<p>more</p>": "Title\n\ntext\n\nmore\n",
    "": "\n",
}


@pytest.mark.parametrize(("html", "text"), CASES.items())
def test_html_reads_as_text(html, text):
    assert html_to_text(html) == text
