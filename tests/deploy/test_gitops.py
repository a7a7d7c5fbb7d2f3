"""One overlay for Argo CD, Flux and release.sh: each release has a Job of its own."""

import re

import pytest
import yaml
from gitops import Cluster, RefusedError
from programs import succeed
from sources import by_name, render

SERVER = "registry.example.com/team/templatesite-server"
IMAGES = re.compile(r"^images:\n(?: .*\n)*", re.MULTILINE)
COMPONENT = """apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
images:
"""
AUTHORITY = """patches:
  - target: {kind: Deployment|Job}
    patch: |
      - op: replace
        path: /spec/template/spec/volumes/0/secret/secretName
        value: another
"""


def tagged(tag: str) -> str:
    """An image of the overlay by its tag."""
    return f"newName: registry.example.com/templatesite-server\n    newTag: {tag}"


def by_digest(number: int, registry: str = "registry.example.com") -> str:
    """An image of the overlay by its digest, as deploy/pin.sh writes it."""
    name = f"newName: {registry}/templatesite-server"
    return f"{name}\n    digest: sha256:{number:064}"


# Of each pair, the former and the next release.
RELEASES = {
    "tag": (tagged("0.1.0"), tagged("0.2.0")),
    "digest": (by_digest(1), by_digest(2)),
    "port": (
        by_digest(1, "registry.example.com:5000/team"),
        by_digest(2, "registry.example.com:5000/team"),
    ),
    "registry": (by_digest(1), by_digest(1, "mirror.example.com:5000")),
    "tag to digest": (tagged("0.1.0"), by_digest(1)),
}


@pytest.fixture
def overlay(tree):
    """Renders the sample, changed by a function of its kustomization."""
    folder = tree / "deploy/kubernetes/sample"
    file = folder / "kustomization.yaml"
    text = file.read_text()

    def overlay(change=lambda text: text):
        file.write_text(change(text))
        return render(folder)

    overlay.folder = folder
    return overlay


def with_image(lines):
    """Name the server's image in the overlay itself."""
    return lambda text: IMAGES.sub(f"images:\n  - name: server\n    {lines}\n", text)


def job(text):
    """The name of the Job."""
    return by_name(text)["Job", "migrate"]["metadata"]["name"]


@pytest.fixture(params=["overlay", "component", "patch"])
def released(request, overlay):
    """Renders the overlay with an image, named in each way that the pages show."""

    def released(lines):
        if request.param == "overlay":
            return overlay(with_image(lines))
        if request.param == "component":
            (overlay.folder / "images").mkdir(exist_ok=True)
            (overlay.folder / "images/kustomization.yaml").write_text(
                f"{COMPONENT}  - name: server\n    {lines}\n"
            )
            return overlay(lambda text: IMAGES.sub("components: [images]\n", text))
        return overlay(lambda text: with_image(lines)(f"{AUTHORITY}{text}"))

    return released


@pytest.mark.parametrize("which", RELEASES)
def test_each_image_has_a_job_of_its_own(released, which):
    """A release migrates, though no Job can be changed."""
    former, following = (job(released(lines)) for lines in RELEASES[which])
    assert former != following


@pytest.mark.parametrize("which", RELEASES)
def test_the_same_release_has_the_same_job(released, which):
    """An engine that applies a release each few minutes does not migrate each time."""
    assert released(RELEASES[which][0]) == released(RELEASES[which][0])


def test_each_change_of_a_setting_has_a_job_of_its_own(overlay):
    """A Job that names another ConfigMap is another Job."""
    changed = overlay(lambda text: text.replace("HOST=db", "HOST=other"))
    assert job(changed) != job(overlay())


def test_a_setting_of_the_servers_alone_does_not_migrate(overlay):
    """What only servers read replaces servers."""
    changed = overlay(lambda text: text.replace("10.0.0.0/8", "10.1.0.0/16"))
    assert changed != overlay()
    assert job(changed) == job(overlay())


def test_the_job_has_the_settings_that_name_it(overlay):
    """Its name follows all that it reads but Secrets."""
    found = by_name(overlay())["Job", "migrate"]
    container = found["spec"]["template"]["spec"]["containers"][0]
    sources = [source["configMapRef"]["name"] for source in container["envFrom"]]
    assert sources == [found["metadata"]["name"]]


def test_an_engine_migrates_with_each_release(overlay):
    """Two releases, a setting and the way back: four runs, and one Job is left."""
    cluster = Cluster()
    first = with_image(tagged("0.1.0"))
    second = with_image(tagged("0.2.0"))
    texts = [
        overlay(first),
        overlay(second),
        overlay(lambda text: second(text).replace("HOST=db", "HOST=other")),
        overlay(first),
    ]
    for text in texts:
        cluster.sync(text)
        cluster.sync(text)  # which changes nothing
    assert cluster.ran == [job(text) for text in texts]
    assert [name for kind, name in cluster.objects if kind == "Job"] == [job(texts[-1])]


def test_a_server_of_the_former_release_starts_again(overlay):
    """Until the next release is healthy, a node that fails takes no settings away."""
    cluster = Cluster()
    former = overlay(with_image(tagged("0.1.0")))
    cluster.sync(former)
    cluster.sync(overlay(with_image(tagged("0.2.0"))))
    pod = by_name(former)["Deployment", "server"]["spec"]["template"]["spec"]
    for source in pod["containers"][0]["envFrom"]:
        assert ("ConfigMap", source["configMapRef"]["name"]) in cluster.objects


def test_what_else_changes_makes_the_job_anew(overlay):
    """Such as another Secret for the authority, or a newer template."""
    cluster = Cluster()
    cluster.sync(overlay())
    cluster.sync(overlay(lambda text: f"{AUTHORITY}{text}"))
    assert len(cluster.ran) == 2


def test_a_job_without_a_name_of_its_own_is_refused(overlay):
    """The stand-in has the habit of Kubernetes that this is about."""

    def plain(text):
        found = by_name(text)["Job", "migrate"]
        found["metadata"] = {"name": "migrate"}
        return yaml.safe_dump(found)

    cluster = Cluster()
    cluster.sync(plain(overlay(with_image(tagged("0.1.0")))))
    with pytest.raises(RefusedError, match="field is immutable"):
        cluster.sync(plain(overlay(with_image(tagged("0.2.0")))))


def test_an_overlay_of_an_overlay_names_its_job(overlay):
    """Staging and production may share most: the one with images has replacements."""
    lower = (overlay.folder / "kustomization.yaml").read_text()
    replacements = lower[lower.index("replacements:") :]
    upper = overlay.folder.parent / "production"
    upper.mkdir()

    def named(tag):
        (upper / "kustomization.yaml").write_text(
            f"resources: [../sample]\nimages:\n  - name: {SERVER}\n    newTag: {tag}\n"
            f"{replacements}"
        )
        return job(succeed("kubectl", "kustomize", ".", folder=upper))

    assert named("0.2.0") != named("0.3.0")
