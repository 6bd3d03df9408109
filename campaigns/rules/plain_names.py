"""Names that people gave themselves, as words in somebody's text: never an address to follow.

Who signs up says what they are called. A name like `http://bad.example/win` would stand in our
mails as a link of ours, and its counted form would lead from our own address to theirs.
"""

import re
import unicodedata

# Signs that make an address or markup, and what no name is written with.
_NOT_IN_NAMES = re.compile(r"[:/\\@<>{}\[\]|^`\"=?#%&_~\u3002\uff0e\uff61]")
# Control signs, marks of direction, signs of nobody's.
_UNSEEN = ("Cc", "Cf", "Co", "Cs")
# Mail programs make links of words with a point inside.
_POINT = re.compile(r"\.(?=\S)")


def plain(name: str) -> str:
    """`name` on one line, without signs of addresses and markup; a point in a word gets a space.

    `J.R.R. Tolkien` becomes `J. R. R. Tolkien`, `www.bad.example` `www. bad. example`.
    """
    shown = "".join(_shown(sign) for sign in name)
    return " ".join(_POINT.sub(". ", shown).split())


def _shown(sign: str) -> str:
    """The sign; nothing for one that can't be seen. Full-width ones are read as the plain ones."""
    if unicodedata.category(sign) in _UNSEEN and not sign.isspace():
        return ""
    is_odd = _NOT_IN_NAMES.search(sign) or _NOT_IN_NAMES.search(unicodedata.normalize("NFKC", sign))
    return " " if is_odd else sign
