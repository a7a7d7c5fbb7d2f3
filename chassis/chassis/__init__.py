"""What every service needs beside its own applications: the template's, not the team's."""
