"""One machine without servers of its own: `make demo`, `make test` and their relatives.

Our own launcher starts PostgreSQL and Valkey out of Python wheels; the supervisor runs web, worker
and beat beside them. Nothing here is used in production but `run`.
"""
