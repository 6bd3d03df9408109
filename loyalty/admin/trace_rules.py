"""One rule of a decision trace in a sentence: what it gave, or why it gave nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.admin import words
from loyalty.rules import money
from members.admin import condition_sentences
from members.registry.fields import Words
from members.rules.conditions import BadCondition, Leaf, Op, Type
from members.rules.conditions_values import read_value

LIMITS: dict[str, Any] = {
    "order_cap": gettext_lazy("so many per order at most"),
    "daily_cap": gettext_lazy("so many per day at most"),
    "monthly_cap": gettext_lazy("so many per month at most"),
    "member_cap": gettext_lazy("so many per member at most"),
    "budget": gettext_lazy("the rule's budget is used up"),
}
_REASONS: dict[str, Any] = {
    "store": gettext_lazy("it isn't live in this store"),
    "no_money": gettext_lazy("nothing was paid in money for the goods it counts"),
    "bad_condition": gettext_lazy("its condition can't be read any more"),
    **LIMITS,
}


@dataclass(frozen=True)
class Teller:
    """Tells the rows of one trace."""

    currency: str
    rule_names: dict[str, str]
    tier_names: dict[str, str]
    said: Words

    def row(self, row: dict[str, Any]) -> str:
        """A rule that hit, or missed."""
        values = {
            "rule": self.rule_names.get(row["rule"]) or row["rule"],
            "version": row.get("version", 1),
        }
        if not row["hit"]:
            return self._missed(row, values)
        return self._hit(row, values)

    def tier(self, trace: dict[str, Any]) -> str:
        code = trace.get("tier", "")
        return _("Tier %(tier)s, points × %(factor)s, adds %(points)s.") % {
            "tier": self.tier_names.get(code) or code,
            "factor": f"{trace.get('coefficient_percent', 100) / 100:g}",
            "points": words.points(trace["tier_points"]),
        }

    def programme_cap(self, trimmed: dict[str, Any]) -> str:
        return _("The programme cuts %(points)s: %(limit)s.") % self._cut(trimmed)

    def _hit(self, row: dict[str, Any], values: dict[str, Any]) -> str:
        points = row.get("points", 0)
        values |= {"gift": self._gift(row), "points": words.points(points)}
        if row.get("lines"):
            values["lines"] = condition_sentences.both([str(line) for line in row["lines"]])
            pattern = _(
                "Rule “%(rule)s”, version %(version)s: %(gift)s on item %(lines)s, %(points)s."
            )
        else:
            pattern = _("Rule “%(rule)s”, version %(version)s: %(gift)s, %(points)s.")
        if points < 0:
            values["points"] = _("%(points)s less") % {"points": words.points(points)}
        told: str = pattern % values
        if not row.get("trimmed"):
            return told
        return _("%(sentence)s %(points)s more were cut: %(limit)s.") % {
            "sentence": told,
            **self._cut(row["trimmed"]),
        }

    def _gift(self, row: dict[str, Any]) -> str:
        if row["effect"] == "MULTIPLIER":
            return _("points × %(factor)s") % {"factor": f"{row['percent'] / 100:g}"}
        points = words.points(row.get("rate", 0))
        if row["effect"] == "FIXED":
            return _("%(points)s once per order") % {"points": points}
        amount = money.text(row["per_amount"], self.currency, short=True)
        return _("%(points)s per %(amount)s") % {"points": points, "amount": amount}

    def _missed(self, row: dict[str, Any], values: dict[str, Any]) -> str:
        values["why"] = self._why(row)
        return _("Rule “%(rule)s”, version %(version)s, gives nothing: %(why)s.") % values

    def _why(self, row: dict[str, Any]) -> str:
        why = row.get("why", "")
        if why == "condition":
            return self._condition(row)
        if why == "lost":
            other = row.get("to", "")
            name = self.rule_names.get(other) or self.tier_names.get(other) or other
            return _("“%(other)s” gives more, and only the best counts") % {"other": name}
        if why == "min_amount":
            return _("from %(wanted)s on, and it was %(seen)s") % {
                "wanted": money.text(row["wanted"], self.currency, short=True),
                "seen": money.text(row["seen"], self.currency, short=True),
            }
        if why == "min_quantity":
            return _("from %(wanted)s pieces on, and it was %(seen)s") % row
        if why == "not_in_force":
            return self._period(row)
        return str(_REASONS.get(why, why))

    def _period(self, row: dict[str, Any]) -> str:
        if "from" in row:
            return _("it begins on %(day)s") % {"day": _day(row["from"])}
        return _("it ended on %(day)s") % {"day": _day(row["until"])}

    def _condition(self, row: dict[str, Any]) -> str:
        """The comparison that failed, and what was seen where that may be told."""
        asked = self.said.vocabulary.fields.get(row.get("field", ""))
        if asked is None:
            return _("its condition isn't met")
        try:
            value = read_value(asked, Op(row["op"]), row["wanted"], "")
        except (BadCondition, ValueError):
            return _("its condition isn't met")
        wanted = condition_sentences.leaf(Leaf(asked, Op(row["op"]), value, ""), self.said)
        seen = row.get("seen")
        # Yes and no, and what a trace keeps to itself, need no second half.
        if seen in (None, []) or isinstance(seen, bool):
            return _("only if %(wanted)s") % {"wanted": wanted}
        if asked.type == Type.DATE:
            seen = date.fromisoformat(seen)
        return _("only if %(wanted)s, and it was %(seen)s") % {
            "wanted": wanted,
            "seen": condition_sentences.value_text(asked.code, seen, self.said),
        }

    def _cut(self, trimmed: dict[str, Any]) -> dict[str, str]:
        by = trimmed.get("by", "")
        return {
            "points": words.points(trimmed["points"]),
            "limit": str(LIMITS.get(by, by)),
        }


def _day(moment: str) -> str:
    return date_format(localtime(datetime.fromisoformat(moment)), "DATE_FORMAT")
