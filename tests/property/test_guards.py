"""Which laws hold for every set of guards?"""

from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.vocabulary import Purpose
from operational_guards.verdict import Allow, Delay, DropItems, Suppress, Verdict
from tests.operational_guards.people import NOW, about, judged, known
from tests.operational_guards.stub_guards import Says
from tests.property.guard_strategies import deliveries, drops, facts, guard_sets, verdicts

NAMES = ("ant", "bee", "cat", "dog")
RANK = {Allow: 0, DropItems: 1, Delay: 2, Suppress: 3}


def lets_no_more_through(stricter: Verdict, softer: Verdict) -> bool:
    """Tell whether whatever `stricter` lets go, and when, `softer` lets go as well, and no later."""
    match stricter, softer:
        case DropItems(), DropItems():
            return stricter.places >= softer.places
        case Delay(), Delay():
            return stricter.until >= softer.until
        case _:
            return RANK[type(stricter)] >= RANK[type(softer)]


@st.composite
def opinions(draw):
    """Make up guards that say anything at all about a message with a few goods, or fail."""
    delivery = about(*draw(st.lists(st.sampled_from("abcd"), unique=True)), min_items=draw(st.integers(1, 3)))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    fails = st.just(ValueError("no"))
    return delivery, [Says(name, draw(st.one_of(verdicts(name, len(delivery.items)), fails))) for name in names]


@st.composite
def dropping(draw):
    """Make up guards that only drop goods, of a message with some."""
    delivery = about(
        *draw(st.lists(st.sampled_from("abcd"), min_size=1, unique=True)), min_items=draw(st.integers(1, 3))
    )
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True))
    return delivery, [Says(name, draw(drops(name, len(delivery.items)))) for name in names]


@given(opinions(), st.randoms(use_true_random=False))
def test_the_order_of_guards_does_not_matter(case, random):
    delivery, guards = case
    shuffled = list(guards)
    random.shuffle(shuffled)
    assert judged(shuffled, delivery, known(), NOW) == judged(guards, delivery, known(), NOW)


@given(opinions())
def test_one_more_guard_never_lets_more_through(case):
    delivery, guards = case
    *fewer, _ = guards
    softer = judged(fewer, delivery, known(), NOW).verdict
    stricter = judged(guards, delivery, known(), NOW).verdict
    event(f"{type(softer).__name__} -> {type(stricter).__name__}")
    assert lets_no_more_through(stricter, softer)


@given(opinions())
def test_the_judge_is_at_least_as_strict_as_every_guard(case):
    delivery, guards = case
    judgement = judged(guards, delivery, known(), NOW)
    assert all(lets_no_more_through(judgement.verdict, answer.verdict) for answer in judgement.answers)


@given(dropping())
def test_a_message_goes_without_some_goods_exactly_when_enough_are_left(case):
    delivery, guards = case
    verdict = judged(guards, delivery, known(), NOW).verdict
    left = delivery.without(frozenset().union(*(guard.verdict.places for guard in guards)))
    assert isinstance(verdict, DropItems) == (len(left.items) >= delivery.min_items)


@given(guard_sets(), deliveries(), facts(), st.randoms(use_true_random=False))
def test_the_order_of_the_built_in_guards_does_not_matter(guards, delivery, known_facts, random):
    shuffled = list(guards)
    random.shuffle(shuffled)
    assert judged(shuffled, delivery, known_facts, NOW) == judged(guards, delivery, known_facts, NOW)


@given(guard_sets(), deliveries(), facts())
def test_one_more_built_in_guard_never_lets_more_through(guards, delivery, known_facts):
    softer = judged(guards[1:], delivery, known_facts, NOW).verdict
    stricter = judged(guards, delivery, known_facts, NOW).verdict
    event(f"{type(softer).__name__} -> {type(stricter).__name__}")
    assert lets_no_more_through(stricter, softer)


@given(guard_sets(), deliveries(), facts())
def test_whatever_is_held_has_a_reason_and_evidence(guards, delivery, known_facts):
    judgement = judged(guards, delivery, known_facts, NOW)
    verdicts_given = [judgement.verdict, *(answer.verdict for answer in judgement.answers)]
    held = [verdict for verdict in verdicts_given if not isinstance(verdict, Allow)]
    assert all("." in verdict.reason and verdict.evidence for verdict in held)


@given(guard_sets(), deliveries(), facts())
def test_only_guards_that_apply_answer_and_in_order_of_name(guards, delivery, known_facts):
    names = [answer.guard for answer in judged(guards, delivery, known_facts, NOW).answers]
    assert names == sorted(guard.name for guard in guards if guard.applies_to(delivery))


@given(guard_sets(), deliveries(), facts())
def test_what_is_owed_is_held_by_the_suppression_list_alone(guards, delivery, known_facts):
    owed = replace(delivery, purpose=Purpose.TRANSACTIONAL)
    names = {answer.guard for answer in judged(guards, owed, known_facts, NOW).answers}
    assert names <= {"suppression_list"}


@given(guard_sets(), deliveries(), facts())
def test_a_delay_ends_after_now(guards, delivery, known_facts):
    judgement = judged(guards, delivery, known_facts, NOW)
    answers = [judgement.verdict, *(answer.verdict for answer in judgement.answers)]
    assert all(answer.until > NOW for answer in answers if isinstance(answer, Delay))


@given(guard_sets(), deliveries(), facts())
def test_the_order_in_which_facts_became_known_does_not_matter(guards, delivery, known_facts):
    later = known(
        *reversed(known_facts.shipments.values()),
        *reversed(known_facts.returns.values()),
        *reversed(known_facts.orders.values()),
        *reversed(known_facts.payments.values()),
        *reversed(known_facts.refunds.values()),
        *reversed(known_facts.tickets.values()),
        *reversed(known_facts.sends),
        profile=known_facts.profile,
    )
    later.goods = known_facts.goods
    later.sends.reverse()
    later.orders = dict(reversed(later.orders.items()))
    assert judged(guards, delivery, later, NOW) == judged(guards, delivery, known_facts, NOW)
