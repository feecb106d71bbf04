"""How the API asks the same policy as the pages: each view names its permission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission

from network.base.access import can

if TYPE_CHECKING:
    # rest_framework.views imports this module while it is loading.
    from rest_framework.request import Request
    from rest_framework.views import APIView


class PolicyPermission(BasePermission):
    """Let through who holds the view's `permission`; a view that names none lets nobody through."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        permission: str | None = getattr(view, "permission", None)
        return permission is not None and can(request.user, permission)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return can(request.user, view.permission, obj)  # type: ignore[attr-defined]
