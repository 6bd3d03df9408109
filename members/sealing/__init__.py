"""Personal data at rest: keys, sealed fields, blind indexes, normal forms and masks.

`fields` is what models use; `keys` is what services use to give a member a key and to destroy
it; `blind` finds a sealed value without opening it. How the keys hang together is told in
`docs/algorithms/sealing.md`.
"""
