"""Sanitises `description_html` (§7.1): no scripts, no event attributes, no iframes but video embeds."""

from __future__ import annotations

import re

import nh3

# Players whose embeds stay; the contract names none.
_VIDEO = re.compile(r"https://(www\.)?(youtube\.com/embed|youtube-nocookie\.com/embed|player\.vimeo\.com/video)/")
_EMPTY_FRAME = re.compile(r'<iframe(?![^>]*\ssrc=")[^>]*>.*?</iframe>', re.DOTALL)


def _keep(tag: str, attribute: str, value: str) -> str | None:
    if tag == "iframe" and attribute == "src" and not _VIDEO.match(value):
        return None
    return value


class Sanitiser:
    """Cleans HTML; cheap to keep, dear to make."""

    def __init__(self) -> None:
        self._cleaner = nh3.Cleaner(
            tags=nh3.ALLOWED_TAGS | {"iframe"},
            attributes={
                **nh3.ALLOWED_ATTRIBUTES,
                "iframe": {"src", "width", "height", "title", "allowfullscreen"},
            },
            attribute_filter=_keep,
            # A `rel` added to every link would make each sync look like a change.
            link_rel=None,
        )

    def clean(self, html: str) -> str:
        """Safe HTML; text that is safe already comes back as it was."""
        if "<" not in html and "&" not in html:
            return html
        return _EMPTY_FRAME.sub("", self._cleaner.clean(html))
