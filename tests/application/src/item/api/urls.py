from rest_framework.routers import SimpleRouter

from item.api.views import ItemViewSet

router = SimpleRouter(use_regex_path=False)
router.register("item", ItemViewSet)

urlpatterns = router.urls
