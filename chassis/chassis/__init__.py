"""What every service needs beside its own applications; the template owns it."""
