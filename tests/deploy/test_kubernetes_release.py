"""deploy/kubernetes/release.sh: what it asks of kubectl, and how it ends."""

import pytest
from programs import run, stand_in

OVERLAY = "deploy/kubernetes/sample"
APPLY = f"apply --kustomize {OVERLAY}"
# All but servers and workers, and so the Job.
APPLY_JOB = f"{APPLY} --selector app.kubernetes.io/name notin (server, worker)"
STATUS = "rollout status deployment/server"
# Its answers: JOB, what the Job says of itself; SECRET, BEFORE and ROLLOUT, if each
# is there. A rollout that was undone succeeds.
KUBECTL = """words="$*"
words=${words#--namespace templatesite }
echo "$words" >>calls
case $words in
"get job"*) echo "$JOB" ;;
"get secret"*) "$SECRET" ;;
"get deployment"*) [ -z "$BEFORE" ] || echo deployment.apps/server ;;
"rollout undo"*) : >undone ;;
"rollout status"*) [ -e undone ] || "$ROLLOUT" ;;
esac
"""
WELL = {"JOB": "Complete", "SECRET": "true", "BEFORE": "yes", "ROLLOUT": "true"}


@pytest.fixture
def release(tree):
    """Runs the script with answers of kubectl; how it ended, and kubectl's calls."""
    stand_in(tree, "kubectl", KUBECTL)

    def release(**answers):
        script = ("bash", "--posix", "deploy/kubernetes/release.sh", OVERLAY)
        done = run(*script, folder=tree, **WELL | answers)
        return done, (tree / "calls").read_text().splitlines()

    return release


def test_a_release_says_nothing_where_all_is_well(release):
    """A script that calls the release reads its exit status."""
    done, _ = release()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_release_waits_for_the_servers(release):
    """The release ends once the new servers are ready."""
    _, calls = release()
    assert calls[-1] == STATUS


def test_migrations_come_before_the_servers(release):
    """No new server meets the tables of the release before."""
    _, calls = release()
    assert [call for call in calls if call.startswith("apply")] == [APPLY_JOB, APPLY]
    between = calls[calls.index(APPLY_JOB) : calls.index(APPLY)]
    assert any(call.startswith("get job migrate") for call in between)


def test_the_former_job_is_removed_first(release):
    """A second release migrates, too: a Job cannot be changed."""
    _, calls = release()
    assert "delete job migrate --ignore-not-found" in calls[: calls.index(APPLY_JOB)]


@pytest.mark.parametrize(
    ("answers", "sentence", "last"),
    [
        ({"SECRET": "false"}, "Secret server is missing", "get secret server"),
        ({"JOB": "FailureTarget Failed"}, "the migrations failed", "logs job/migrate"),
        ({"ROLLOUT": "false", "BEFORE": ""}, "not become ready: see", STATUS),
        ({"ROLLOUT": "false"}, "the former ones serve again", STATUS),
    ],
    ids=["no secret", "migrations", "first installation", "servers"],
)
def test_a_release_that_fails_stops_and_says_why(release, answers, sentence, last):
    """Whoever releases reads what failed and what serves now; nothing follows."""
    done, calls = release(**answers)
    assert done.returncode == 1, done
    assert sentence in done.stderr
    assert calls[-1] == last
