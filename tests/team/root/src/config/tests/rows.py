"""Values for the rows that checks make."""

FIELDS = {"pets.Pet.name": lambda number: f"Pet {number}"}

LOCKS = {"pets.0002_born": "the table had a dozen rows"}
