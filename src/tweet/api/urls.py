"""The tweet API's URLs."""

from rest_framework.routers import SimpleRouter

from tweet.api.views import TweetViewSet

router = SimpleRouter(use_regex_path=False)
router.register("", TweetViewSet)

urlpatterns = router.urls
