import pytest
from processes import Database, Server


@pytest.fixture(scope="session")
def database(tmp_path_factory):
    database = Database(tmp_path_factory.mktemp("db"))
    database.start()
    yield database
    database.stop()


@pytest.fixture
def start_server(tmp_path, database):
    """Start a server with the given variables; what the test leaves running is stopped."""
    servers = []

    def start(**variables: str) -> Server:
        server = Server(tmp_path / f"run-{len(servers)}", database, **variables)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.stop()
