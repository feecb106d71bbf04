"""The MDN HTTP Observatory's tariff, computed on an answer of ours.

Base 100; what is missing costs, what goes beyond counts only from 90 on. HSTS preload is a list we
are not on, and scripts of one's own need no integrity: both are worth 0 here.
"""

from http.cookies import Morsel

from django.http import HttpResponseBase

SIX_MONTHS = 15768000
BEYOND_FROM = 90
OWN_SITE = {"same-origin", "same-site"}
PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin"}


def score(answer: HttpResponseBase) -> int:
    changes = [
        _content_policy(answer),
        _cookies([kept for kept in answer.cookies.values() if kept["max-age"] != 0]),
        -50 if answer.headers.get("Access-Control-Allow-Origin") == "*" else 0,
        5 if answer.headers.get("Referrer-Policy") in PRIVATE_REFERRERS else -5,
        _transport(answer.headers.get("Strict-Transport-Security", "")),
        0 if answer.headers.get("X-Content-Type-Options") == "nosniff" else -5,
        5 if "'none'" in _policy(answer).get("frame-ancestors", []) else -20,
        10 if answer.headers.get("Cross-Origin-Resource-Policy") in OWN_SITE else 0,
        10 if answer.headers.get("Cross-Origin-Embedder-Policy") == "require-corp" else 0,
        10 if answer.headers.get("Cross-Origin-Opener-Policy") == "same-origin" else 0,
    ]
    base = 100 + sum(change for change in changes if change < 0)
    beyond = sum(change for change in changes if change > 0)
    return base + beyond if base >= BEYOND_FROM else base


def _policy(answer: HttpResponseBase) -> dict[str, list[str]]:
    parts = answer.headers.get("Content-Security-Policy", "").split(";")
    words = [part.split() for part in parts if part.strip()]
    return {name: values for name, *values in words}


def _content_policy(answer: HttpResponseBase) -> int:
    policy = _policy(answer)
    if not policy:
        return -25
    default = policy.get("default-src", ["*"])
    scripts, styles = policy.get("script-src", default), policy.get("style-src", default)
    if "'unsafe-inline'" in scripts or {"*", "https:", "http:", "data:"} & set(scripts):
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if default == ["'none'"] else 5


def _cookies(cookies: "list[Morsel[str]]") -> int:
    if any("sesion" in cookie.key and not cookie["secure"] for cookie in cookies):
        return -40
    if any("sesion" in cookie.key and not cookie["httponly"] for cookie in cookies):
        return -30
    if any("csrf" in cookie.key and not cookie["samesite"] for cookie in cookies):
        return -20
    if any(not cookie["secure"] for cookie in cookies):
        return -20
    is_whole = all(cookie["httponly"] and cookie["samesite"] for cookie in cookies)
    return 5 if cookies and is_whole else 0


def _transport(value: str) -> int:
    ages = [part.partition("=")[2] for part in value.split(";") if "max-age" in part]
    if not ages:
        return -20
    return 0 if int(ages[0]) >= SIX_MONTHS else -10
