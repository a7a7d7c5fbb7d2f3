"""The URLs of pets."""

from rest_framework.routers import SimpleRouter

from pets.api.views import KindViewSet, PetViewSet

router = SimpleRouter(use_regex_path=False)
router.register("kind", KindViewSet)
router.register("pet", PetViewSet)

urlpatterns = router.urls
