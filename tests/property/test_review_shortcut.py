"""Does the guard over reviews say the same whether it looks at an order once, or at each of its goods?"""

from hypothesis import given
from hypothesis import strategies as st

from journeys.vocabulary import Intent, Order, OrderStatus
from operational_guards.review_before_delivery import ReviewBeforeDelivery
from tests.operational_guards.people import NOW, about, guard_of
from tests.property.guard_strategies import PRODUCTS, facts


class EachOfTheGoods(ReviewBeforeDelivery):
    """The same guard, which never takes a whole order to be there because all of its parcels are."""

    __slots__ = ()

    def _is_there(self, order: Order, *_: object) -> bool:
        return order.status is OrderStatus.REFUNDED


@given(facts(), st.sampled_from(["delay", "drop_items", "suppress"]), st.sampled_from(["product", "category", "any"]))
def test_one_look_at_an_order_says_what_a_look_at_each_of_its_goods_says(known, do, same):
    guard = guard_of(ReviewBeforeDelivery, do=do, same=same, until="delivered + 3d")
    delivery = about(*PRODUCTS, intent=Intent.FOLLOW_UP)
    assert guard.judge(delivery, known, NOW) == EachOfTheGoods(guard.params).judge(delivery, known, NOW)
