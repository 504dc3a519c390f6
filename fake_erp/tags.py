"""Tags of products and the groups that they belong to (contract, products §12)."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_GROUP_ID = 4
FIRST_TAG_ID = 31
LONGEST_NAME = 50


@dataclass(slots=True, kw_only=True)
class Group:
    id: int
    nome: str


@dataclass(slots=True, kw_only=True)
class Tag:
    id: int
    nome: str
    group_id: int


class Tags:
    """Groups and tags by their ids."""

    def __init__(self) -> None:
        self.groups: dict[int, Group] = {}
        self.tags: dict[int, Tag] = {}

    def add_group(self, nome: str) -> Group:
        group = Group(id=max(self.groups, default=FIRST_GROUP_ID - 1) + 1, nome=nome)
        self.groups[group.id] = group
        return group

    def add_tag(self, nome: str, group_id: int) -> Tag:
        tag = Tag(id=max(self.tags, default=FIRST_TAG_ID - 1) + 1, nome=nome, group_id=group_id)
        self.tags[tag.id] = tag
        return tag

    def group_taken(self, nome: str, own: int = 0) -> bool:
        """Whether another group has this name, in any case."""
        return any(each.nome.casefold() == nome.casefold() and each.id != own for each in self.groups.values())

    def tag_taken(self, nome: str, group_id: int, own: int = 0) -> bool:
        """Whether another tag of this group has this name, in any case."""
        return any(
            (each.nome.casefold(), each.group_id) == (nome.casefold(), group_id) and each.id != own
            for each in self.tags.values()
        )
