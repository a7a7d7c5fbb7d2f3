"""deploy/kubernetes/release.sh: what it asks of kubectl, and how it ends."""

import signal
import subprocess

import pytest
from programs import environment, run, stand_in
from sources import replace

OVERLAY = "deploy/kubernetes/sample"
SCRIPT = ("bash", "--posix", "deploy/kubernetes/release.sh", OVERLAY)
APPLY = f"apply --kustomize {OVERLAY}"
# All but servers and workers, and so the Job.
APPLY_JOB = f"{APPLY} --selector app.kubernetes.io/name notin (server, worker)"
STATUS = "rollout status deployment/server"
TAKE, LEAVE = "create --filename -", "delete lease release"
# Its answers: JOB, what the Job says of itself; SECRET, if it is there; ROLLOUT and
# WORKER, if the servers and a worker become ready;
# BEFORE, how many servers there are to go back to; HOLDER, who releases; MIGRATE_POD
# and SERVER_POD, why a new one waits, how often it began anew, and more of why, also of
# what makes them; JOB_EVENT and POD_EVENT, the last event of the Job and of a pod that
# has not started; FORMER and NOW, the revisions until all was applied, and since. A
# rollout that was undone succeeds.
KUBECTL = """words="$*"
words=${words#--namespace templatesite }
printf '%s\\n' "$words" >>calls
case $words in
"create "*) [ -z "$HOLDER" ] && cat >lease ;;
"get lease"*) echo "$HOLDER" ;;
"get jobs"*uid}) echo a-uid ;;
"get jobs"*) echo "$JOB" ;;
"get events "*involvedObject.uid=a-uid*) echo "$JOB_EVENT" ;;
"get events "*involvedObject.uid=pod-uid*) echo "$POD_EVENT" ;;
"get pods "*phase=Pending*) echo pod-uid ;;
"get pods"*controller-uid=a-uid*) echo "$MIGRATE_POD" ;;
"get pods"*pod-template-hash=new*) echo "$SERVER_POD" ;;
"get replicasets "*revision*) printf new ;;
"get deployments "*revision*) [ -e applied ] && echo "$NOW" || echo "$FORMER" ;;
"apply --kustomize deploy/kubernetes/sample") : >applied ;;
"get deployment "*generation*) echo 2 ;;
"wait "*observedGeneration=2) ;;
"get secret"*) "$SECRET" ;;
"get deployment"*) echo "$BEFORE" ;;
"logs "*) printf '%s\\n' 'its last lines' '"GET", "path":"\\/healthcheck\\/"' ;;
"rollout undo"*) : >undone ;;
"rollout status deployment/server"*) [ -e undone ] || exec "$ROLLOUT" ;;
"rollout status"*) exec "$WORKER" ;;
esac
"""
WELL = {
    "JOB": "Complete",
    "SECRET": "true",
    "BEFORE": "2",
    "FORMER": "server 1",
    "NOW": "server 2",
    "ROLLOUT": "true",
    "WORKER": "true",
    "HOLDER": "",
    "MIGRATE_POD": " 0 ",
    "SERVER_POD": " 0 ",
    "JOB_EVENT": "SuccessfulCreate 0 Created pod: migrate-x",
    "POD_EVENT": "Pulling 0 Pulling image x",
}
NO_IMAGE = "ImagePullBackOff 0 Back-off pulling image x: not found"
NO_NODE = "Unschedulable 0 0/2 nodes are available: 2 Insufficient cpu."
NO_KEY = "FailedMount 0 references non-existent secret key: postgres-password"
NO_ROOM = "FailedCreate 0 Error creating: pods x is forbidden: exceeded quota"
CRASHES = "CrashLoopBackOff 2 back-off 20s restarting failed container"


@pytest.fixture
def cluster(tree):
    """A tree with the stand-in, where time passes at each look at it."""
    stand_in(tree, "kubectl", KUBECTL)
    stand_in(tree, "sleep", "")
    stand_in(tree, "date", "echo >>seconds; wc -l <seconds")
    stand_in(tree, "hang", "exec tail -f /dev/null")
    return tree


@pytest.fixture
def release(cluster):
    """Runs the script with answers of kubectl; how it ended, and kubectl's calls."""

    def release(**answers):
        done = run(*SCRIPT, folder=cluster, **WELL | answers)
        return done, (cluster / "calls").read_text().splitlines()

    return release


def test_a_release_says_nothing_where_all_is_well(release):
    """A script that calls the release reads its exit status."""
    done, _ = release()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_release_waits_for_the_servers(release):
    """The release ends once the new servers are ready."""
    _, calls = release()
    assert STATUS in calls[calls.index(APPLY) :]


def test_migrations_come_before_the_servers(release):
    """No new server meets the tables of the release before."""
    _, calls = release()
    assert [call for call in calls if call.startswith("apply")] == [APPLY_JOB, APPLY]
    between = calls[calls.index(APPLY_JOB) : calls.index(APPLY)]
    assert any("status.conditions" in call for call in between)


def test_the_former_job_is_removed_first(release):
    """The same release migrates again where its migrations failed."""
    _, calls = release()
    removal = "delete jobs --selector app.kubernetes.io/name=migrate"
    assert removal in calls[: calls.index(APPLY_JOB)]


@pytest.mark.parametrize(
    ("answers", "sentence", "last"),
    [
        ({"SECRET": "false"}, "Secret server is missing", "get secret server"),
        ({"JOB": "FailureTarget Failed"}, "above say why: the servers are", "logs"),
        ({"JOB": "Failed", "BEFORE": ""}, "say why: no server was started", "logs"),
        (
            {"JOB": "", "MIGRATE_POD": NO_IMAGE},
            "cannot start (ImagePullBackOff: Back-off pulling image x: not found): the",
            "get events",
        ),
        (
            {"JOB": "", "MIGRATE_POD": "ContainerCreating 0 ", "POD_EVENT": NO_KEY},
            "cannot start (FailedMount: references non-existent secret key: postgres",
            "get events",
        ),
        (
            {"JOB": "", "MIGRATE_POD": "", "JOB_EVENT": NO_ROOM},
            "cannot start (FailedCreate: Error creating: pods x is forbidden: exceeded",
            "get events",
        ),
        (
            {"JOB": "", "MIGRATE_POD": NO_NODE},
            "cannot start (Unschedulable: 0/2 nodes are available: 2 Insufficient cpu",
            "get events",
        ),
        ({"ROLLOUT": "false", "BEFORE": ""}, "servers did not become", "logs"),
        (
            {"ROLLOUT": "hang", "BEFORE": "", "SERVER_POD": CRASHES},
            "release: the servers did not become ready (CrashLoopBackOff: ",
            "logs",
        ),
        ({"ROLLOUT": "false"}, "The former ones serve again", STATUS),
        ({"ROLLOUT": "false", "SERVER_POD": NO_NODE}, "(Unschedulable: 0/2", STATUS),
        ({"ROLLOUT": "hang", "POD_EVENT": NO_KEY}, "(FailedMount: refer", STATUS),
        ({"ROLLOUT": "hang", "SERVER_POD": NO_ROOM}, "(FailedCreate: Error", STATUS),
        ({"ROLLOUT": "hang", "SERVER_POD": CRASHES}, "(CrashLoopBackOff: ba", STATUS),
        ({"ROLLOUT": "hang", "SERVER_POD": NO_IMAGE}, "(ImagePullBackOff: ", STATUS),
    ],
    ids=[
        "no secret",
        "migrations",
        "migrations of a first installation",
        "no image for the migrations",
        "no key for the migrations",
        "no room for the migrations",
        "no node for the migrations",
        "servers of a first installation",
        "a first installation again",
        "servers",
        "no node for the servers",
        "no key for the servers",
        "no room for the servers",
        "servers that crash",
        "no image for the servers",
    ],
)
def test_a_release_that_fails_stops_and_says_why(release, answers, sentence, last):
    """Whoever releases reads what failed and what serves now; nothing follows."""
    done, calls = release(**answers)
    assert done.returncode == 1, done
    assert sentence in done.stderr
    assert [call for call in calls if call != LEAVE][-1].startswith(last)


@pytest.mark.parametrize("rollout", ["false", "hang"])
def test_lines_of_servers_are_printed_before_they_are_gone(release, rollout):
    """The way back removes the pods, and with them the reason."""
    done, calls = release(ROLLOUT=rollout, SERVER_POD=CRASHES)
    assert done.stderr.startswith("its last lines\nrelease: ")
    lines = next(call for call in calls if call.startswith("logs"))
    assert calls.index(lines) < calls.index("rollout undo deployment/server")


UNDO = "rollout undo deployment/"


def test_workers_go_back_with_the_servers(release):
    """No task runs in code that no server has; what is new or unchanged stays."""
    _, calls = release(
        ROLLOUT="false",
        FORMER="server 1\nworker 4\nworker-slow 3",
        NOW="server 2\nworker 5\nworker-new 1\nworker-slow 3",
    )
    undone = [call for call in calls if call.startswith(UNDO)]
    assert undone == [f"{UNDO}server", f"{UNDO}worker"]


WORKERS = {"FORMER": "server 1\nworker 4", "NOW": "server 2\nworker 5"}


def test_workers_are_waited_for_after_the_servers(release):
    """The release has not succeeded while no task can run."""
    done, calls = release(**WORKERS)
    assert done.returncode == 0, done
    assert calls.index(STATUS) < calls.index("rollout status deployment/worker")


def test_a_worker_that_crashes_takes_all_back(release):
    """Servers may not leave tasks that no worker can run."""
    done, calls = release(**WORKERS, WORKER="false", SERVER_POD=CRASHES)
    assert done.returncode == 1
    assert "its last lines\nrelease: the new pods of worker did not become" in (
        done.stderr
    )
    assert done.stderr.endswith(" The former ones serve again.\n")
    undone = [call for call in calls if call.startswith(UNDO)]
    assert undone == [f"{UNDO}server", f"{UNDO}worker"]


def test_a_first_worker_that_crashes_stays(release):
    """There is none to go back to, and who reads that one serves again looks for it."""
    revisions = {"FORMER": "server 1", "NOW": "server 2\nworker 1"}
    done, calls = release(WORKER="hang", SERVER_POD=CRASHES, **revisions)
    undone = [call for call in calls if call.startswith(UNDO)]
    assert (done.returncode, undone) == (1, [f"{UNDO}server"])
    assert done.stderr.endswith(
        " They stay, as there were none before; all others are as before.\n"
    )


def test_a_worker_that_crashed_before_is_told_of(release):
    """A second try of that release ends as the first did: the worker still crashes."""
    revisions = {"FORMER": "server 1\nworker 1", "NOW": "server 1\nworker 1"}
    done, calls = release(WORKER="hang", SERVER_POD=CRASHES, **revisions)
    assert "release: the pods of worker did not become ready (Crash" in done.stderr
    assert done.stderr.endswith(" This release changed nothing in them.\n")
    assert not [call for call in calls if call.startswith(UNDO)]


def test_servers_that_no_release_changed_do_not_go_back(release):
    """One that applies the same again must not bring back the release before."""
    done, calls = release(ROLLOUT="false", FORMER="server 2")
    assert done.returncode == 1
    assert done.stderr.endswith(" This release changed nothing in them.\n")
    assert [call for call in calls if call.startswith(UNDO)] == []


@pytest.mark.parametrize("written", ['"templatesite"', "templatesite # its own"])
def test_the_namespace_may_be_written_otherwise(cluster, release, written):
    """YAML has quotes and comments."""
    file = cluster / OVERLAY / "kustomization.yaml"
    line = "namespace: {}\n"
    text = replace(file.read_text(), line.format("templatesite"), line.format(written))
    file.write_text(text)
    done, calls = release()
    assert (done.returncode, done.stderr) == (0, "")
    assert STATUS in calls


@pytest.mark.parametrize(
    "pod",
    [" 3 ", "ContainerCreating 0 ", "CrashLoopBackOff 1 back-off 10s"],
    ids=["runs again", "starts", "crashed twice"],
)
def test_a_pod_that_may_become_well_is_waited_for(release, pod):
    """A server that began before its database is no reason to go back."""
    done, _ = release(SERVER_POD=pod, MIGRATE_POD=pod)
    assert done.returncode == 0, done


@pytest.mark.parametrize(
    ("event", "looks"),
    [(NO_KEY, 20), (f"{NO_KEY}\nPulling 0 Pulling image x", 120)],
    ids=["for a moment", "once"],
)
def test_a_volume_that_may_come_is_waited_for(cluster, release, event, looks):
    """A secret may be made a moment later; an event outlives what it tells of."""
    seen = "$(grep -c 'get events' calls)"
    stand_in(cluster, "slow", f'until [ "{seen}" -gt {looks} ]; do :; done')
    done, _ = release(ROLLOUT="slow", POD_EVENT=event)
    assert done.returncode == 0, done


def test_of_two_releases_one_is_refused(release):
    """The second one reads whom to ask, and how to go on if nobody is there."""
    done, calls = release(HOLDER="ann@laptop since 2026-12-01T09:41:00Z")
    assert done.returncode == 1
    assert done.stderr == (
        "release: ann@laptop since 2026-12-01T09:41:00Z releases, and nothing was "
        "changed. If that one was broken off: "
        "kubectl delete lease release --namespace templatesite\n"
    )
    changing = ("apply", "delete", "rollout")
    assert [call for call in calls if call.startswith(changing)] == []


@pytest.mark.parametrize("answers", [{}, {"JOB": "Failed"}], ids=["done", "failed"])
def test_the_next_release_may_begin(release, answers):
    """A release holds its turn while it changes something, and no longer."""
    _, calls = release(**answers)
    assert calls.index(TAKE) < next(
        number for number, call in enumerate(calls) if call.startswith("delete jobs")
    )
    assert calls[-1] == LEAVE


def test_a_release_that_is_broken_off_gives_up_its_turn(cluster):
    """Who presses Ctrl-C can begin again."""
    stand_in(cluster, "sleep", ": >waits")
    variables = environment(cluster, **WELL | {"JOB": ""})
    with subprocess.Popen(
        SCRIPT, cwd=cluster, env=variables, stderr=subprocess.PIPE, text=True
    ) as process:
        while not (cluster / "waits").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said == "release: broken off: what was applied goes on by itself.\n"
    assert (cluster / "calls").read_text().splitlines()[-1] == LEAVE
