"""A year of grocery transactions that no one here wrote, told through the product's own doors.

`journey` reads the parquet files, `editions` says in which money and days the year is told,
`baskets` are its orders as arrays, `documents` turns them into what a till sends, `load` runs it
all. Everything beside the transactions (people, shops, names of products) is invented, and the
same at every run.
"""
