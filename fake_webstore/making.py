"""A world from the settings that a caller or the control door gives."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fake_webstore import moods, profiles
from fake_webstore.errands import ACTS
from fake_webstore.fetching import Fetcher, Network, is_address
from fake_webstore.formats import is_web_address
from fake_webstore.orders import checkout
from fake_webstore.orders.wish import Wish
from fake_webstore.records import SCOPES
from fake_webstore.seeding import create_store
from fake_webstore.world import Platform
from scenarios.harness.clock import Clock
from scenarios.harness.worlds import WorldError

STORE_KEYS = {"name", "products", "orders", "installed", "first_order_number"}
_APP_KEYS = {"redirect_uri", "home_url", "client_secret", "app_id", "scopes"}
_MOST_PRODUCTS, _MOST_ORDERS, _HIGHEST_NUMBER = 100_000, 100_000, 999_999_999


def make_world(
    clock: Clock,
    calls: Collection[str],
    *,
    name: Any = None,
    seed: Any = 1,
    app: Any = None,
    stores: Any = None,
    bucket: Any = True,
    public_url: Any = None,
    image_fetching: Any = None,
    **disorder: Any,
) -> Platform:
    """A platform with its app and stores. Raises WorldError for a setting that makes no sense."""
    if not isinstance(name, str) or not isinstance(seed, int) or isinstance(seed, bool):
        raise WorldError("give a name (text) and, if you like, a seed (whole number)")
    world = bare_world(clock, calls, name, seed)
    if public_url is not None:
        world.public_url = _address("public_url", public_url).rstrip("/")
    set_app(world, {} if app is None else app)
    set_bucket(world, bucket)
    set_image_fetching(world, image_fetching)
    set_disorder(world, disorder)
    if not isinstance(stores, list | None):
        raise WorldError("stores must be a list of objects")
    for settings in stores or []:
        make_store(world, settings)
    return world


def bare_world(clock: Clock, calls: Collection[str], name: str, seed: int) -> Platform:
    """A platform without stores. Raises WorldError for a name that none can have."""
    return Platform(name, seed, clock, calls, ACTS)


def make_store(world: Platform, settings: Any) -> int:
    """Add a store; its id. Raises WorldError."""
    checked = _object("store", settings, STORE_KEYS)
    name, products, installed = checked.get("name"), checked.get("products", 0), checked.get("installed", False)
    if name is not None and (not isinstance(name, str) or not name.strip()):
        raise WorldError(f"name of a store must be a text, not {name!r}")
    if not isinstance(products, int) or isinstance(products, bool) or not 0 <= products <= _MOST_PRODUCTS:
        raise WorldError(f"products must be a whole number from 0 to {_MOST_PRODUCTS}, not {products!r}")
    if not isinstance(installed, bool):
        raise WorldError(f"installed must be true or false, not {installed!r}")
    first = checked.get("first_order_number", 1001)
    if not isinstance(first, int) or isinstance(first, bool) or not 1 <= first <= _HIGHEST_NUMBER:
        raise WorldError(f"first_order_number must be a whole number from 1 to {_HIGHEST_NUMBER}, not {first!r}")
    orders = checked.get("orders", 0)
    if not isinstance(orders, int) or isinstance(orders, bool) or not 0 <= orders <= _MOST_ORDERS:
        raise WorldError(f"orders must be a whole number from 0 to {_MOST_ORDERS}, not {orders!r}")
    if orders and not products:
        raise WorldError("orders need products to be sold")
    store = create_store(world, name=name, products=products, installed=installed)
    store.next_order_number = first
    for _ in range(orders):
        checkout.place(world, store, Wish(oversell=True))
    return store.id


def set_app(world: Platform, settings: Any) -> None:
    """Change what is given of the app's registration. Raises WorldError and then changes nothing."""
    checked = _object("app", settings, _APP_KEYS)
    for key in ("redirect_uri", "home_url"):
        if key in checked:
            checked[key] = _address(key, checked[key])
    secret, app_id, scopes = checked.get("client_secret"), checked.get("app_id"), checked.get("scopes")
    if secret is not None and (not isinstance(secret, str) or not secret):
        raise WorldError("client_secret must be a text")
    if app_id is not None and (not isinstance(app_id, int) or isinstance(app_id, bool) or app_id < 1):
        raise WorldError(f"app_id must be a whole number from 1, not {app_id!r}")
    if scopes is not None:
        if not isinstance(scopes, list) or not all(scope in SCOPES for scope in scopes):
            raise WorldError(f"scopes must be a list of {', '.join(SCOPES)}")
        checked["scopes"] = tuple(scopes)
    for key, value in checked.items():
        if value is not None:
            setattr(world.app, key, value)


def set_bucket(world: Platform, on: Any) -> None:
    if not isinstance(on, bool):
        raise WorldError(f"bucket must be true or false, not {on!r}")
    world.bucket_on = on


DISORDER_KEYS = {"moods", "call_profile", "delivery_profile"}


def set_disorder(world: Platform, settings: dict[str, Any]) -> None:
    """What of `moods`, `call_profile`, `delivery_profile` is given. Raises WorldError and then changes nothing."""
    checked = _object("world", settings, DISORDER_KEYS)
    wanted = checked.get("moods", sorted(world.moods))
    chosen = moods.NAMES if wanted is True else () if wanted is False else wanted
    if not isinstance(chosen, list | tuple) or not all(name in moods.NAMES for name in chosen):
        raise WorldError(f"moods must be true, false or a list of {', '.join(moods.NAMES)}, not {wanted!r}")
    calls = checked.get("call_profile", world.call_profile)
    deliveries = checked.get("delivery_profile", world.courier.profile)
    for name, value, known in (
        ("call_profile", calls, profiles.CALLS),
        ("delivery_profile", deliveries, profiles.DELIVERIES),
    ):
        if value not in known:
            raise WorldError(f"{name} must be one of {', '.join(known)}, not {value!r}")
    world.moods, world.call_profile, world.courier.profile = frozenset(chosen), calls, deliveries


def set_image_fetching(world: Platform, settings: Any) -> None:
    """Fetch pictures from now on as it says: `allow` (list of address:port), `hosts` (name → list of addresses),
    `seconds` for each.

    None: as it is. Raises WorldError.
    """
    if settings is None:
        return
    checked = _object("image_fetching", settings, {"allow", "hosts", "seconds"})
    allow, hosts = checked.get("allow", []), checked.get("hosts", {})
    if not isinstance(allow, list) or not isinstance(hosts, dict):
        raise WorldError('image_fetching is {"allow": ["127.0.0.1:8000"], "hosts": {"name": ["address"]}}')
    seconds = checked.get("seconds", 10)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds <= 60:
        raise WorldError(f"seconds of image_fetching must be a number above 0 and up to 60, not {seconds!r}")
    network = Network(
        seconds=seconds,
        allowed=frozenset(_socket(entry) for entry in allow),
        hosts={name.lower(): _addresses(name, entries) for name, entries in hosts.items()},
    )
    if world.fetcher is None:
        world.fetcher = Fetcher(network)
    world.fetcher.network = network
    world.image_settings = checked


def _socket(entry: Any) -> tuple[str, int]:
    host, _, port = entry.rpartition(":") if isinstance(entry, str) else ("", "", "")
    host = host.removeprefix("[").removesuffix("]")
    if not is_address(host) or not port.isdecimal() or not 0 < int(port) < 65536:
        raise WorldError(f"an entry of allow is an address and a port such as 127.0.0.1:8000, not {entry!r}")
    return host, int(port)


def _addresses(name: str, entries: Any) -> tuple[str, ...]:
    is_list = isinstance(entries, list) and entries and all(isinstance(e, str) and is_address(e) for e in entries)
    if not is_list:
        raise WorldError(f"hosts[{name!r}] must be a list of at least one address, not {entries!r}")
    return tuple(entries)


def _object(what: str, settings: Any, known: set[str]) -> dict[str, Any]:
    if not isinstance(settings, dict):
        raise WorldError(f"{what} must be an object")
    if unknown := sorted(set(settings) - known):
        raise WorldError(f"unknown key {unknown[0]!r} in {what}; known: {', '.join(sorted(known))}")
    return dict(settings)


def _address(name: str, value: Any) -> str:
    if not isinstance(value, str) or not is_web_address(value):
        raise WorldError(f"{name} must be an http or https address, not {value!r}")
    return value
