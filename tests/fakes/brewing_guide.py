"""How was the example's lead magnet made? One page of text as a PDF, the same bytes every time."""

_TITLE = "Brewing at home"
_LINES = (
    "A short guide by Nordic Roast",
    "",
    "1. Weigh it: 60 g of coffee for a litre of water.",
    "2. Grind just before you brew: coarse for a French press,",
    "   medium for a filter, fine for a moka pot.",
    "3. Let the kettle rest half a minute after it has boiled: 92 to 96 degrees.",
    "4. Pour a little water first and wait 30 seconds; then the rest, slowly.",
    "5. Filter: about 3 minutes. French press: 4 minutes, then press gently.",
    "",
    "Too bitter? Grind coarser. Too sour? Grind finer. Change one thing at a time.",
    "Keep the beans dry, dark and closed, and drink them within a month.",
)


def brewing_guide() -> bytes:
    """Write the guide."""
    text = ["BT", "/F1 26 Tf 72 750 Td", f"({_TITLE}) Tj", "/F1 12 Tf 0 -40 Td 20 TL"]
    text += [f"({line}) Tj T*" for line in _LINES]
    content = "\n".join([*text, "ET"])
    return _pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Title ({_TITLE}) >>",
    )


def _pdf(*objects: str) -> bytes:
    """Put objects together with the table that says where each of them begins; the last tells the title."""
    body, begins = "%PDF-1.4\n", list[int]()
    for number, said in enumerate(objects, start=1):
        begins.append(len(body))
        body += f"{number} 0 obj\n{said}\nendobj\n"
    rows = "".join(f"{begin:010} 00000 n \n" for begin in begins)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info {size - 1} 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{rows}{trailer}".encode("ascii")
