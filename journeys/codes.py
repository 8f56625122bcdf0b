"""Which codes can a problem of a journeys file's text carry?

The documentation is generated from this table; the linter's own codes (`journey.*`) are in `journeys.lint.RULES`.
A code never changes its meaning.
"""

CODES: dict[str, str] = {
    "yaml.syntax": "The text is not YAML.",
    "yaml.tab": "A tab stands where YAML wants spaces.",
    "yaml.character": "The file holds a character that YAML does not allow.",
    "yaml.empty": "The file says nothing.",
    "yaml.not_a_mapping": "The file is not a mapping of keys.",
    "yaml.several_documents": "The file holds more than one YAML document.",
    "yaml.duplicate_key": "The same key stands twice in one mapping; this is also how two journeys of one name show.",
    "yaml.key": "A key is not text, most often because a value that begins with {{ is not in quotes.",
    "yaml.tag": "A value carries a YAML tag; none is allowed.",
    "yaml.merge": "A merge key << is given something other than mappings.",
    "yaml.aliases": "An alias names no anchor or itself, or there are too many of either.",
    "yaml.too_large": "The file is larger than 2 MB or unfolds to more than 200,000 values.",
    "yaml.too_deep": "The file is nested more than 40 levels deep.",
    "schema.unknown_key": "A key is not one that stands here.",
    "schema.missing_key": "A required key is not there.",
    "schema.empty_value": "A key is there but its value is not.",
    "schema.wrong_value": "A value is not of the kind that is expected here.",
    "schema.wrong_name": "A name is not made of lower-case letters, digits and underscores.",
    "schema.unknown_step_kind": "A step has no key that says what it does.",
    "schema.two_step_kinds": "A step has two keys that say what it does.",
    "schema.duplicate_step_id": "Two steps of one journey have the same id.",
}
