"""Texts that are ready to send, in both languages, by the code of the recipe that sends them."""

from campaigns.registry.ready_texts import buying, coming_back, friends, points
from campaigns.registry.ready_texts.shape import Ready

READY: dict[str, Ready] = {
    one.code: one for one in (*buying.TEXTS, *points.TEXTS, *coming_back.TEXTS, *friends.TEXTS)
}
