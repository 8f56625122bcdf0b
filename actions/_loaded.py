"""What is a template that is ready to be filled in?"""

from dataclasses import dataclass

from actions._holes import Source
from actions._program import Program


@dataclass(frozen=True, slots=True)
class Loaded:
    """A template that is ready to be filled in. `words` is what every recipient sees, without Jinja's tags."""

    name: str
    stage: str
    subject: Program
    preview: Program
    text: Program
    html: Program | None
    words: str

    def sources(self) -> list[Source]:
        """Give the texts a recipient's values come into; the text part holds the same as the HTML."""
        return [part.source for part in (self.subject, self.preview, self.html or self.text)]
