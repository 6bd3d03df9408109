"""The codes of all classes, by the way of sorting."""

from collections.abc import Mapping

from analytics.rules import customer_classes, health, life_cycle, rfm, value_classes

# Keys as in `analytics.models.ClassKind`; in the order in which people read them.
CODES: Mapping[str, tuple[str, ...]] = {
    "RFM_4": rfm.CLASSES_4,
    "RFM_8": rfm.CLASSES_8,
    "RFM_10": rfm.CLASSES_10,
    "STAGE": life_cycle.STAGES,
    "VALUE": value_classes.CLASSES,
    "CUSTOMER": customer_classes.CLASSES,
    "HEALTH": health.CLASSES,
}
