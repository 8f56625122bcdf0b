"""Which of the customer's goods count as the same as those a message is about?

`product`: the same product, a bundle it is part of, or a part of the bundle it is. `variant`: the same product in the
same variant; where either side does not say which, it counts. `category`: any goods of the same category, by the event
or else by the catalog; goods of no known category are only like themselves. `any`: all goods.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeAlias, TypeVar

from journeys.vocabulary import Facts, Item, Order, Refund, Return

Same: TypeAlias = Literal["product", "variant", "category", "any"]
Fact = TypeVar("Fact", Order, Return)


def orders_like(item: Item, facts: Facts, same: Same) -> Sequence[tuple[Order, tuple[str, ...]]]:
    """Give the orders that hold goods like these, each with the ids of its products that are alike."""
    return _facts_like(item, facts, same, facts.orders_of_product, facts.orders)


def newest_bought(item: Item, facts: Facts, same: Same) -> tuple[Order, tuple[str, ...]] | None:
    """Give the newest order of goods like these that counts as bought, with the ids of its products that are alike."""
    if same == "product" and not facts.goods.products:
        newest = _newest_of(item.product_id, facts)
        return None if newest is None else (newest, (item.product_id,))
    bought = [found for found in orders_like(item, facts, same) if found[0].counts_as_bought]
    return max(bought, key=_placing, default=None)


def _newest_of(product_id: str, facts: Facts) -> Order | None:
    """Go back through the orders of a product, which the index has in order of placing, as far as is needed."""
    newest: Order | None = None
    for order_id in reversed(facts.orders_of_product.get(product_id, ())):
        order = facts.orders[order_id]
        if newest is not None and order.placed_at < newest.placed_at:
            break
        if order.counts_as_bought and (newest is None or order_id > newest.order_id):
            newest = order
    return newest


def _placing(found: tuple[Order, tuple[str, ...]]) -> tuple[datetime, str]:
    return found[0].placed_at, found[0].order_id


def returns_like(item: Item, facts: Facts, same: Same) -> Sequence[tuple[Return, tuple[str, ...]]]:
    """Give the returns that hold goods like these, each with the ids of its products that are alike.

    A return that names no goods is about all goods of its order.
    """
    of_goods = _facts_like(item, facts, same, facts.returns_of_product, facts.returns)
    unnamed = [back for back in facts.returns.values() if not back.lines]
    if not unnamed:
        return of_goods
    of_orders = [(back, facts.orders[back.order_id]) for back in unnamed if back.order_id in facts.orders]
    likes = [(back, products_like(item, order.lines, facts, same)) for back, order in of_orders]
    return [*of_goods, *[(back, alike) for back, alike in likes if alike]]


def refunds_like(item: Item, facts: Facts, same: Same) -> Iterator[tuple[Refund, tuple[str, ...]]]:
    """Give the refunds of goods like these, each with the ids of its products that are alike.

    A sum paid back for no goods in particular is about all goods of its order.
    """
    for refund in facts.refunds.values():
        order = facts.orders.get(refund.order_id)
        lines = refund.lines or (order.lines if order else ())
        if alike := products_like(item, lines, facts, same):
            yield refund, alike


def products_like(item: Item, lines: Iterable[Item], facts: Facts, same: Same) -> tuple[str, ...]:
    """Name the products among these lines that are like the item, each once."""
    match same:
        case "any":
            found = [line.product_id for line in lines]
        case "category":
            category = facts.goods.category_of(item)
            found = [
                line.product_id
                for line in lines
                if line.product_id == item.product_id or (category and facts.goods.category_of(line) == category)
            ]
        case "variant":
            found = [
                line.product_id for line in lines if line.product_id == item.product_id and _same_variant(line, item)
            ]
        case "product":
            related = _related(item, facts)
            found = [line.product_id for line in lines if line.product_id in related]
    return tuple(dict.fromkeys(found))


def _facts_like(
    item: Item, facts: Facts, same: Same, by_product: Mapping[str, list[str]], known: Mapping[str, Fact]
) -> Sequence[tuple[Fact, tuple[str, ...]]]:
    if same == "product" and not facts.goods.products:
        # The usual case needs no look at the lines: the index has said it all.
        fact_ids = by_product.get(item.product_id)
        return [(known[fact_id], (item.product_id,)) for fact_id in fact_ids] if fact_ids else ()
    facts_found = [known[fact_id] for fact_id in _candidates(item, facts, same, by_product, known)]
    return [(fact, alike) for fact in facts_found if (alike := products_like(item, fact.lines, facts, same))]


def _candidates(
    item: Item, facts: Facts, same: Same, by_product: Mapping[str, list[str]], known: Iterable[str]
) -> Iterable[str]:
    """Name the facts worth a look: where the index can tell, those it leads to."""
    if same in ("category", "any"):
        return known
    return dict.fromkeys(fact_id for related in _related(item, facts) for fact_id in by_product.get(related, ()))


def _related(item: Item, facts: Facts) -> tuple[str, ...]:
    return facts.goods.related_to(item.product_id) if facts.goods.products else (item.product_id,)


def _same_variant(line: Item, item: Item) -> bool:
    return not line.variant or not item.variant or line.variant == item.variant
