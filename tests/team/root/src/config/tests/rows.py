"""Values for the rows that the check `migrations` makes."""

FIELDS = {"pets.Pet.name": lambda number: f"Pet {number}"}

LOCKS = {"pets.0002_born": "the table had a dozen rows"}
