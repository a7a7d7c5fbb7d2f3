"""A store elsewhere, for backups: real servers, whose folders a test looks into."""

import subprocess
from pathlib import Path

import requests

from support.processes import free_port, listens
from support.program import Program, running
from support.waiting import wait_until

KEY_ID, SECRET = "id-of-a-test", "secret-of-a-test"
BUCKET = "backups"


def make_keys() -> tuple[str, str]:
    """A private key, with the lines that `keygen` prints, and its public key."""
    made = subprocess.run(
        ["service-backup", "keygen"], capture_output=True, text=True, check=True
    )
    (public,) = [
        line.split()[-1]
        for line in made.stdout.splitlines()
        if line.startswith("# public key:")
    ]
    return made.stdout, public


class ObjectStore(Program):
    """A server with S3's interface, which has one bucket."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.folder = directory / BUCKET
        self.folder.mkdir(parents=True)
        command = [
            "rclone",
            "serve",
            "s3",
            "--config=",
            f"--auth-key={KEY_ID},{SECRET}",
        ]
        super().__init__(
            [*command, f"--addr=127.0.0.1:{self.port}", str(directory)],
            output=directory.with_suffix(".log"),
        )

    def is_ready(self) -> bool:
        try:
            requests.get(f"http://127.0.0.1:{self.port}", timeout=5)
        except requests.ConnectionError:
            return False
        return True

    def variables(self, public: str, path: str = "") -> dict[str, str]:
        """What `backup` gets of it."""
        return {
            "BACKUP_ELSEWHERE": f"s3://{BUCKET}{path}",
            "BACKUP_ELSEWHERE_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "BACKUP_ELSEWHERE_KEY_ID": KEY_ID,
            "BACKUP_ELSEWHERE_SECRET": SECRET,
            "BACKUP_ELSEWHERE_RECIPIENT": public,
            "BACKUP_ELSEWHERE_SECONDS": "1",
        }


class SshServer(Program):
    """A server of SFTP, which takes one user's key."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.folder = directory / "files"
        self.folder.mkdir(parents=True)
        command = ["rclone", "serve", "sftp", "--config=", f"--cache-dir={directory}"]
        command += [f"--addr=127.0.0.1:{self.port}", str(self.folder)]
        output = directory.with_suffix(".log")
        self.host_keys = directory / "serve-sftp"
        self.allowed = self.host_keys / "id_ed25519.pub"
        # Its first start makes key pairs; of one, the user has the other half.
        with running(Program([*command, "--no-auth"], output=output)):
            wait_until(lambda: self.allowed.exists() and self.allowed.stat().st_size)
        super().__init__([*command, f"--authorized-keys={self.allowed}"], output=output)

    def is_ready(self) -> bool:
        return listens(self.port)

    def variables(self, public: str, path: str = "/copies") -> dict[str, str]:
        """What `backup` gets of it."""
        keys = [file.read_text().split() for file in self.host_keys.glob("*.pub")]
        return {
            "BACKUP_ELSEWHERE": f"sftp://backups@127.0.0.1:{self.port}{path}",
            "BACKUP_ELSEWHERE_HOST_KEY": ", ".join(" ".join(key[:2]) for key in keys),
            "BACKUP_ELSEWHERE_SECRET_FILE": str(self.host_keys / "id_ed25519"),
            "BACKUP_ELSEWHERE_RECIPIENT": public,
            "BACKUP_ELSEWHERE_SECONDS": "1",
        }
