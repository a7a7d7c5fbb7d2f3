"""Articles as the applications of RealWorld show them, and as nobody should."""

from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.urls import path
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ReadOnlyModelViewSet

from tests.models import Article, Comment, Tag, User


class ProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["username"]


class ArticleSerializer(serializers.ModelSerializer):
    author = ProfileSerializer()
    tags = serializers.SlugRelatedField("name", many=True, read_only=True)
    favours = serializers.IntegerField()
    is_favoured = serializers.BooleanField()
    is_followed = serializers.BooleanField()

    class Meta:
        model = Article
        fields = [
            *("slug", "title", "author", "tags"),
            *("favours", "is_favoured", "is_followed"),
        ]


class CommentSerializer(serializers.ModelSerializer):
    author = ProfileSerializer()

    class Meta:
        model = Comment
        fields = ["id", "author", "body"]


class TalkSerializer(CommentSerializer):
    answers = CommentSerializer(many=True)

    class Meta(CommentSerializer.Meta):
        fields = ["id", "author", "body", "answers"]


class TagSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["name"]


def through(field: Any, **keys: Any) -> Exists:
    return Exists(field.through.objects.filter(**keys))


class ArticleViewSet(ReadOnlyModelViewSet):
    """Each answer takes two queries, whatever it shows."""

    serializer_class = ArticleSerializer
    permission_classes = [AllowAny]
    lookup_field = "slug"

    def get_queryset(self):
        me = self.request.user.pk
        favours = through(Article.favoured_by, article=OuterRef("pk"), user=me)
        follows = through(User.following, to_user=OuterRef("author"), from_user=me)
        rows = Article.objects.select_related("author").prefetch_related("tags")
        return rows.annotate(
            favours=Count("favoured_by"), is_favoured=favours, is_followed=follows
        )

    @action(detail=False)
    def feed(self, request):
        """Those of whom the user follows."""
        rows = self.get_queryset().filter(author__followers=request.user)
        return self.get_paginated_response(
            self.get_serializer(self.paginate_queryset(rows), many=True).data
        )

    @action(detail=False)
    def newest(self, request):
        return Response({"title": self.get_queryset().latest("pk").title})


class CommentList(ListAPIView):
    """Of one article, with their answers."""

    serializer_class = TalkSerializer

    def get_queryset(self):
        rows = Comment.objects.filter(
            article__slug=self.kwargs["article_slug"], answered=None, hidden=None
        )
        return rows.select_related("author").prefetch_related("answers__author")


class TagList(ListAPIView):
    """In an envelope, without pages."""

    queryset = Tag.objects.order_by("name")
    serializer_class = TagSerializer
    pagination_class = None

    def list(self, request):
        return Response({"tags": super().list(request).data, "links": []})


# Each of these asks once for each row that it shows, in the line with its name.


class Author(serializers.ModelSerializer):
    author = ProfileSerializer()  # Author

    class Meta:
        model = Article
        fields = ["slug", "author"]


class Tags(serializers.ModelSerializer):
    tags = serializers.SlugRelatedField("name", many=True, read_only=True)  # Tags

    class Meta:
        model = Article
        fields = ["slug", "tags"]


class Favoured(serializers.ModelSerializer):  # Favoured
    """Whose field is not declared."""

    class Meta:
        model = Article
        fields = ["slug", "favoured_by"]


class Counted(serializers.ModelSerializer):
    count = serializers.SerializerMethodField()

    class Meta:
        model = Article
        fields = ["slug", "count"]

    def get_count(self, article):
        return article.favoured_by.count()  # Counted


class Followed(serializers.ModelSerializer):
    followed = serializers.SerializerMethodField()

    class Meta:
        model = Article
        fields = ["slug", "followed"]

    def get_followed(self, article):
        followers = article.author.followers
        return followers.filter(pk=1).exists()  # Followed


class Talked(serializers.ModelSerializer):
    class Talk(serializers.ModelSerializer):
        author = ProfileSerializer()  # Talked

        class Meta:
            model = Comment
            fields = ["author"]

    comments = Talk(many=True)

    class Meta:
        model = Article
        fields = ["slug", "comments"]


def careless(serializer: type, rows: Any) -> type:
    members = {"serializer_class": serializer, "get_queryset": lambda self: rows.all()}
    return type("Careless", (ArticleViewSet,), members)


CARELESS = {
    "Author": careless(Author, Article.objects),
    "Tags": careless(Tags, Article.objects.select_related("author")),
    "Favoured": careless(Favoured, Article.objects),
    "Counted": careless(Counted, Article.objects),
    "Followed": careless(Followed, Article.objects.select_related("author")),
    "Talked": careless(Talked, Article.objects.prefetch_related("comments")),
}


def urls(articles: type = ArticleViewSet) -> tuple[Any, ...]:
    router = SimpleRouter(use_regex_path=False)
    router.register("articles", articles, basename="article")
    comments = CommentList.as_view()
    return (
        *router.urls,
        path("articles/<slug:article_slug>/comments/", comments, name="comment-list"),
        path("tags/", TagList.as_view(), name="tag-list"),
    )
