"""Rows that refer to each other."""

from collections import Counter

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from django.test.utils import isolate_apps

from service_checks import crowd, own
from tests.models import Article, Comment, Note, Tag, Task, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_ten")]


@pytest.fixture
def many() -> crowd.Crowd:
    found = crowd.Crowd()
    found.add_two()
    assert found.faults() == []
    found.add_more(range(2, 12))
    return found


def test_first_rows_refer_to_each_other():
    found = crowd.Crowd()
    user = found.add_two()
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, True, True)
    assert user == User.objects.filter(is_superuser=True).earliest("pk")
    for model in (User, Note, Task, Tag, Article, Comment, Group):
        assert model.objects.count() == 2, model
    article = Article.objects.get(author=user)
    assert article.tags.count() == article.comments.count() == 1
    assert user.following.get() == user.followers.get() != user


def test_many_rows_refer_to_as_many_others(many):
    authors = Counter(Article.objects.values_list("author", flat=True))
    assert len(authors) == 12
    for article in Article.objects.all():
        for related in (article.tags, article.comments, article.favoured_by):
            assert related.exists()


def test_first_row_has_many_related_rows(many):
    user, article = many.rows[User][0], many.rows[Article][0]
    for related in (
        *(user.articles, user.followers, user.following, user.favours, user.comments),
        *(article.comments, article.tags, article.favoured_by),
        many.rows[Comment][0].answers,
    ):
        assert related.count() > 10, related


def test_trees_have_roots_and_no_row_above_itself(many):
    roots = Comment.objects.filter(answered=None)
    assert roots.count() > 10
    assert Comment.objects.filter(answered__in=roots).count() > 10
    assert not Comment.objects.filter(answered__answered__isnull=False).exists()


def test_half_of_the_rows_have_no_more_than_they_need(many):
    with_all = Comment.objects.filter(hidden__isnull=False).count()
    assert with_all == Comment.objects.count() // 2


def test_fields_with_few_values_have_them_all_beside_each_other(many):
    """Else a list of those with both would be empty."""
    field = models.CharField(name="one", choices=[("a", "A"), ("b", "B")])
    other = models.BooleanField(name="two")
    pairs = {(crowd.draw(field, n) % 2, crowd.draw(other, n) % 2) for n in range(20)}
    assert len(pairs) == 4
    assert [crowd.draw(field, number) for number in crowd.TWO] == [0, 1]


def test_rows_of_django_itself_are_as_they_were(many):
    assert not ContentType.objects.filter(model__startswith="x").exists()


def test_model_with_one_row_has_no_more():
    own.SINGLE.add("tests.Note")
    found = crowd.Crowd()
    found.add_two()
    found.add_more(range(2, 12))
    assert Note.objects.count() == 1
    assert Task.objects.count() > 10


def test_row_that_a_migration_made_stays_the_only_one():
    own.SINGLE.add("tests.Note")
    note = Note.objects.create(text="one")
    found = crowd.Crowd()
    found.add_two()
    found.add_more(range(2, 12))
    assert [note] == found.rows[Note] == list(Note.objects.all())


def test_model_without_rows_is_named_with_the_reason():
    own.FIELDS["tests.Tag.name"] = lambda number: "x" * 21
    found = crowd.Crowd()
    found.add_two()
    fault, other = found.faults()
    assert fault.startswith("  tests.Tag: value too long")
    assert other.startswith('  tests.Article_tags: null value in column "tag_id"')


@pytest.fixture
def made():
    """A function that makes models, each by its fields, and their tables."""
    with isolate_apps("tests"):

        def made(called: str, base: type = models.Model, **fields: models.Field):
            meta = type("Meta", (), {"app_label": "tests"})
            names = {"__module__": __name__, "Meta": meta, **fields}
            return type(called, (base,), names)

        yield made


@pytest.fixture
def of(monkeypatch):
    """A function that fills the tables of models that are made for a test."""

    def of(*found: type[models.Model]) -> crowd.Crowd:
        monkeypatch.setattr(crowd, "models", lambda: [*found, User])
        with connection.schema_editor() as editor:
            for model in found:
                editor.create_model(model)
        filled = crowd.Crowd()
        filled.add_two()
        return filled

    return of


def key(to: object, **options: object) -> models.ForeignKey:
    return models.ForeignKey(to, models.CASCADE, related_name="+", **options)


def test_models_that_refer_to_each_other_are_filled(made, of):
    talk = made("Talk", last=key("Word", null=True))
    word = made("Word", talk=key(talk))
    filled = of(talk, word)
    assert [row.last for row in talk.objects.order_by("pk")] == filled.rows[word]
    assert [row.talk for row in word.objects.order_by("pk")] == filled.rows[talk]


def test_model_that_needs_itself_is_named(made, of):
    filled = of(made("Knot", other=key("self")))
    (fault,) = filled.faults()
    assert fault.startswith('  tests.Knot: null value in column "other_id"')


def test_key_without_a_row_is_empty(made, of):
    knot = made("Knot", other=key("self"))
    filled = of(knot, made("End", knot=key(knot, null=True)))
    assert len(filled.faults()) == 1


def test_rows_that_a_constraint_refuses_are_left_out(made, of):
    """Of three days there are three."""
    days = [(number, str(number)) for number in range(3)]
    day = made("Day", number=models.IntegerField(unique=True, choices=days))
    single = made("Single", day=models.OneToOneField(day, models.CASCADE))
    filled = of(day, single)
    filled.add_more(range(2, 12))
    assert day.objects.count() == single.objects.count() == 3


def test_child_is_filled_with_its_parent(made, of):
    parent = made("Parent", name=models.TextField(unique=True))
    filled = of(parent, made("Child", parent, size=models.IntegerField()))
    assert parent.objects.count() == 4
    assert filled.faults() == []


def test_user_model_of_another_application_is_filled(monkeypatch):
    monkeypatch.setattr(own, "models", lambda registry: iter([Note]))
    assert crowd.models() == [Note, User]
