from django.contrib import admin

from tweet.models import Tweet

admin.site.register(Tweet)
