"""Is a large file checked in a moment?"""

from pathlib import Path
from time import process_time

from orchestrator.project import Project, check_project

HEAD = """\
version: 1
shop: {name: Nordic Roast}
channels:
  email: {action: email.file}
  crm: {action: crm.file}
journeys:
"""
JOURNEY = """\
  journey_{number}:
    description: Bring back shoppers who left a checkout.
    stage: decision
    entry: {{event: Checkout Started, if: event.value >= 20, key: event.checkout_id}}
    re_entry: after 14d
    exit:
      - {{event: Order Completed, if: event.checkout_id == entry.checkout_id}}
    steps:
      - {{id: settle, wait: 1h}}
      - id: reminder
        send: email
        text: "Hello {{{{ profile.first_name }}}}, your basket waits."
        items: entry.products
        if_suppressed: exit
      - id: watch
        wait_for: {{event: Email Clicked, of: reminder, at_most: 1d}}
        then: call
      - id: sort
        branch:
          - {{if: profile.orders.count > 3, go: call}}
          - {{else: true, go: done}}
      - {{id: done, exit: not_bought}}
      - id: call
        crm:
          task: "Call {{{{ profile.first_name }}}}"
          note: Left a basket
"""


def test_two_thousand_lines_are_checked_in_less_than_a_second_and_a_half() -> None:
    text = HEAD + "".join(JOURNEY.format(number=number) for number in range(77))
    assert text.count("\n") > 2_000
    spent = []
    for _ in range(2):
        before = process_time()
        project: Project = check_project(text, {}, Path())
        spent.append(process_time() - before)
    assert len(project.journeys) == 77
    assert min(spent) < 1.5
