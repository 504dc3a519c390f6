"""The migrations make exactly the tables that the code names, on both engines."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from connector.store import schema
from connector.store.engine import DatabaseError, make_engine
from connector.store.tables import metadata


def test_the_migrations_give_the_metadatas_tables(c):
    assert compare_metadata(MigrationContext.configure(c), metadata) == []


def test_the_partial_indexes_keep_their_conditions(c):
    unique = {index["name"] for index in sa.inspect(c).get_indexes("work") if index["unique"]}
    assert unique == {"uq_work_waiting", "uq_work_running"}


def test_a_new_database_is_brought_to_the_newest_schema_and_a_second_time_changes_nothing(tmp_path):
    address = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    schema.migrate(address)
    schema.migrate(address)
    engine = make_engine(address)
    assert set(metadata.tables) <= set(sa.inspect(engine).get_table_names())
    engine.dispose()


def test_an_empty_postgresql_is_brought_to_the_newest_schema(empty_postgres_url):
    schema.migrate(empty_postgres_url)
    engine = make_engine(empty_postgres_url)
    assert set(metadata.tables) <= set(sa.inspect(engine).get_table_names())
    engine.dispose()


def test_a_database_of_a_newer_program_is_refused_with_a_reason(url):
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(DatabaseError, match="newer"):
        schema.migrate(url)


def test_a_file_that_is_no_database_is_refused_with_a_reason(tmp_path):
    file = tmp_path / "letter.sqlite3"
    file.write_text("Prezada senhora, " * 100)
    with pytest.raises(DatabaseError, match=r"letter\.sqlite3 cannot be used .*CONNECTOR_DATABASE_URL"):
        schema.migrate(f"sqlite:///{file}")


def test_a_server_that_is_not_there_is_named_without_its_password():
    with pytest.raises(DatabaseError, match=r"127\.0\.0\.1") as caught:
        schema.migrate("postgresql://ana:segredo@127.0.0.1:1/shop")
    assert "segredo" not in str(caught.value)


@pytest.mark.parametrize("address", ["mysql://host/db", "nothing", "sqlite:////no/such/folder/file"])
def test_an_address_that_cannot_be_used_is_refused(address):
    with pytest.raises(DatabaseError, match="CONNECTOR_DATABASE_URL"):
        make_engine(address)
