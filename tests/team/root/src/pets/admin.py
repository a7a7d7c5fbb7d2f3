from django.contrib import admin

from pets.models import Kind, Pet

admin.site.register([Kind, Pet])
