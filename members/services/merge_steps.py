"""What a merge moves of members' own tables, registered like the steps of higher apps."""

from members.models import MemberNote
from members.registry import panels
from members.services import (
    duplicate_merges,
    merge_cards,
    merge_consents,
    merge_identities,
    merge_rows,
)


def register() -> None:
    """Called by `apps.ready`."""
    duplicate_merges.register()
    panels.add_merge_step(
        merge_identities.CODE,
        merge_identities.ORDER,
        merge_identities.move,
        undo=merge_identities.give_back,
        obstacle=merge_identities.obstacle,
    )
    panels.add_merge_step(
        merge_cards.TAGS,
        merge_cards.TAGS_ORDER,
        merge_cards.move_tags,
        undo=merge_cards.give_tags_back,
    )
    panels.add_merge_step(
        merge_consents.CODE,
        merge_consents.ORDER,
        merge_consents.move,
        undo=merge_consents.give_back,
    )
    merge_rows.add_step("members.notes", 56, MemberNote)
    panels.add_merge_step(
        merge_cards.CARDS,
        merge_cards.CARDS_ORDER,
        merge_cards.move_cards,
        undo=merge_cards.give_cards_back,
        obstacle=merge_cards.cards_obstacle,
    )
