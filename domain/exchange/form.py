"""Switching a card's form on and off, and choosing what it asks."""

from datetime import datetime

from domain.cards.card import Card, CardVersion, read_or_done
from domain.cards.exchange_form import ExchangeForm
from domain.publishing.publication import Ports, show


async def change_form(of: CardVersion, form: ExchangeForm, *, now: datetime, ports: Ports) -> Card:
    """Change the form; a published card shows it at once."""
    card, done = await read_or_done(of, ports.cards, done=lambda card: card.exchange_form == form)
    if not done and card.exchange_form != form:
        changed = card.changed(now, exchange_form=form)
        saving = ports.cards.save_and_order_projection if card.was_published else ports.cards.save
        card = await saving(changed)
    if card.was_published:
        await show(card, ports, first=False)
    return card
