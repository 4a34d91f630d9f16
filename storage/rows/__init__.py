"""The tables, a file a subject. Every one carries its organisation, except envelopes and lanes, which belong to nobody.

No table has a row number or a time of writing: in SQLite they are stored by their key, which is random where order
could tell something. A time here is always a plan (when something is due), never a record of when somebody did
something.

`storage.repositories` knows them all.
"""
