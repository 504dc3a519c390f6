import pytest

from scenarios.harness.clock import RealClock
from scenarios.harness.faults import Faults
from scenarios.harness.worlds import NoSuchWorld, World, WorldError, Worlds


class Recorded(World):
    """A world that knows whether it was closed."""

    closed = False

    async def close(self) -> None:
        self.closed = True


def world(name: str = "shop", seed: int = 1) -> Recorded:
    return Recorded(name, seed, RealClock(), Faults((), ()))


@pytest.mark.parametrize("name", ["a", "0", "a-b-9", "x" * 40])
def test_a_plain_name_is_taken(name):
    assert world(name).name == name


@pytest.mark.parametrize("name", ["", "-a", "A", "a b", "a/b", "..", "ç", "x" * 41, "a\n"])
def test_a_name_that_fits_no_address_is_refused(name):
    with pytest.raises(WorldError, match="use 1 to 40"):
        world(name)


def test_worlds_made_alike_draw_alike():
    assert world().random.random() == world().random.random()


@pytest.mark.parametrize("other", [world(name="other"), world(seed=2)])
def test_another_name_or_seed_draws_otherwise(other):
    assert world().random.random() != other.random.random()


def test_a_world_is_found_by_its_name():
    worlds = Worlds()
    shop = worlds.add(world())
    assert worlds.get("shop") is worlds.find("shop") is shop


def test_a_world_that_does_not_exist_is_named_with_those_that_do():
    worlds = Worlds()
    worlds.add(world("b"))
    worlds.add(world("a"))
    assert worlds.find("c") is None
    with pytest.raises(NoSuchWorld, match="no world 'c'; known: a, b"):
        worlds.get("c")


def test_a_name_is_used_once():
    worlds = Worlds()
    worlds.add(world())
    with pytest.raises(WorldError, match="already"):
        worlds.add(world())
    assert len(worlds) == 1


async def test_a_removed_world_is_closed_and_gone():
    worlds = Worlds()
    shop = worlds.add(world())
    await worlds.remove("shop")
    assert shop.closed
    assert list(worlds) == []


async def test_closing_closes_every_world():
    worlds = Worlds()
    made = [worlds.add(world(name)) for name in "abc"]
    await worlds.close()
    assert all(each.closed for each in made)
    assert len(worlds) == 0


def test_two_worlds_share_neither_journal_nor_faults():
    one, other = world("a"), world("b")
    one.journal.append("call")
    one.faults.meet("call")
    assert len(other.journal) == 0
    assert other.faults.counts == {}
