"""Configuration from the environment (CONNECTOR_…) or a file `.env`; every problem is told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from connector.clock import parse_clock
from connector.crash import is_name

ERP_URL = "https://api.tiny.com.br/api2/"


class SettingsError(Exception):
    """What is wrong with the configuration: `problems` are lines for an engineer."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Place(BaseSettings):
    """Where the program keeps its data and listens: what can be tried out before the rest is known."""

    model_config = SettingsConfigDict(env_prefix="CONNECTOR_", env_file=".env", extra="ignore")

    database_url: str = Field(default="sqlite:///connector.sqlite3", description="sqlite:///FILE or postgresql://…")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=1, le=65535, description="port to listen on")

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        try:
            url = sa.make_url(value)
        except (sa.exc.ArgumentError, ValueError):
            raise ValueError("is no database address, try sqlite:///connector.sqlite3") from None
        if (backend := url.get_backend_name()) not in ("sqlite", "postgresql"):
            raise ValueError(f"names {backend}; use sqlite:///FILE or postgresql://…")
        if backend == "sqlite" and url.database in (None, "", ":memory:"):
            raise ValueError("names no file, and what is only in memory is lost; try sqlite:///connector.sqlite3")
        return value

    def redacted_database_url(self) -> str:
        return sa.make_url(self.database_url).render_as_string(hide_password=True)


class Settings(Place):
    """Defaults are those of a deployment against the real ERP."""

    public_url: str = Field(description="address under which the shop and the ERP reach this program, https://…")
    webstore_url: str = Field(description="address of the Webstore platform, without /api/v1")
    app_id: int = Field(description="number of the app at Webstore")
    app_secret: SecretStr = Field(description="client secret of the app at Webstore")
    keys: SecretStr = Field(
        description="encryption keys, comma separated, the newest first; `connector key` prints one"
    )
    erp_url: str = Field(ERP_URL, description="address of the ERP's API 2.0")
    erp_timeout: float = Field(30.0, gt=0, description="seconds for one ERP call, reading included")
    shop_timeout: float = Field(20.0, gt=0, description="seconds for one call of the shop, reading included")
    pull_every_hours: float = Field(24.0, gt=0, description="hours from the end of a pull to the next one")
    reconcile_calls: int = Field(200, ge=0, description="ERP calls a day for comparing both sides; 0 for none")
    # Half a day is more than the late window of stock messages, in which what was claimed before decides.
    keep_messages_days: float = Field(7.0, ge=0.5, description="days for which messages are kept that had their effect")
    keep_records_days: float = Field(30.0, ge=1, description="days for which what is settled is kept, such as alarms")
    work_at_once: int = Field(
        256, ge=1, description="pieces of work under way in one process, of each priority; of the catalogue half"
    )
    clock: str = Field("real", description="real, or scaled:<start>:<scaled start>:<rate> for demo and load")
    crash_at: str | None = Field(
        None, description="for tests: die at a named point such as after-call:pedido.incluir.php"
    )
    log_level: str = Field("info", description="debug, info, warning or error")

    @field_validator("public_url", "webstore_url", "erp_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("must be an address such as https://example.com.br")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("must hold neither a query nor a user name")
        return value.rstrip("/")

    @field_validator("keys")
    @classmethod
    def _keys(cls, value: SecretStr) -> SecretStr:
        keys = [key for key in value.get_secret_value().split(",") if key.strip()]
        if not keys:
            raise ValueError("holds no key: `connector key` prints one")
        for place, key in enumerate(keys, start=1):
            try:
                Fernet(key.strip())
            except ValueError:
                raise ValueError(f"key {place} is no key: `connector key` prints one") from None
        return value

    @field_validator("clock")
    @classmethod
    def _clock(cls, value: str) -> str:
        parse_clock(value)
        return value

    @field_validator("crash_at")
    @classmethod
    def _crash_at(cls, value: str | None) -> str | None:
        if value and not is_name(value):
            raise ValueError("must be before-commit:, after-commit:, before-call: or after-call: and a name")
        return value or None

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.lower() not in ("debug", "info", "warning", "error"):
            raise ValueError("must be debug, info, warning or error")
        return value.lower()

    def key_list(self) -> list[str]:
        return [key.strip() for key in self.keys.get_secret_value().split(",") if key.strip()]


def load(env_file: Path | None = Path(".env"), **given: Any) -> Settings:
    """The settings. Raises SettingsError with every problem, none of which quotes a secret."""
    try:
        return Settings(**{"_env_file": env_file, **given})
    except ValidationError as error:
        raise SettingsError([_line(problem) for problem in error.errors(include_input=False)]) from None


def load_place() -> Place | None:
    """The part that can be tried out, where it holds no mistake itself."""
    try:
        return Place()
    except ValidationError:
        return None


def _line(problem: Any) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else "?"
    field = Settings.model_fields.get(name)
    meaning = f" ({field.description})" if field is not None else ""
    variable = f"CONNECTOR_{name.upper()}"
    if problem["type"] == "missing":
        return f"{variable} is not set{meaning}"
    return f"{variable}: {problem['msg'].removeprefix('Value error, ')}{meaning}"
