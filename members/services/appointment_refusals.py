"""Why an appointment isn't booked, moved or closed."""

from members.errors import DomainError


class UnknownAppointmentKind(DomainError):
    """Nothing of this kind can be booked."""

    code = "unknown_appointment_kind"


class UnknownAppointmentStore(DomainError):
    """There is no such store to book in."""

    code = "unknown_store"


class AppointmentInPast(DomainError):
    """The appointment would have begun before it was booked."""

    code = "appointment_in_past"


class AppointmentTooFarAhead(DomainError):
    """Appointments are booked a year ahead at most."""

    code = "appointment_too_far_ahead"


class TimeFull(DomainError):
    """The store has no place left at that time."""

    code = "time_full"
    status = 409


class AppointmentConflict(DomainError):
    """This number belongs to another appointment."""

    code = "appointment_conflict"
    status = 409


class WrongAppointmentState(DomainError):
    """The appointment is in a state in which this can't be done."""

    code = "wrong_appointment_state"
    status = 409


class HappenedInFuture(DomainError):
    """The time lies ahead."""

    code = "happened_in_future"
