"""Values for the rows that the check `migrations` makes."""

FIELDS = {"pets.Pet.name": lambda number: f"Pet {number}"}
