"""What the demo shows at its end: tables, differences in words, addresses."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from connector.demo.compare import Comparison
from connector.demo.doors import SHOP_WORLD
from connector.demo.stage import Stage
from connector.demo.tally import Tally


def catalogue_table(console: Console, result: Comparison) -> None:
    """The article's fields, and what only one side has."""
    title = f"ERP and shop compared: {result.products} products, {result.variations} variations"
    show_tallies(console, title, result)
    if result.inactive:
        console.print(f"{result.inactive} more products are inactive in the ERP and were rightly not created")
    for kind, codes in (("missing in the shop", result.missing), ("only in the shop", result.surplus)):
        if codes:
            _red(console, f"{kind}: {', '.join(codes[:20])}")


def show_tallies(console: Console, title: str, *tallies: Tally) -> None:
    """One table of all their rows, and the differences below it."""
    table = Table(title=title)
    for column in ("field", "compared", "equal", ""):
        table.add_column(column, justify="right" if column in ("compared", "equal") else "left")
    for tally in tallies:
        for row in tally.rows:
            mark = "[green]✓[/]" if tally.is_row_equal(row) else "[red]✗[/]"
            table.add_row(row, str(tally.compared[row]), str(tally.equal[row]), mark)
    console.print(table)
    for tally in tallies:
        for difference in tally.differences:
            _red(console, difference)


def _red(console: Console, text: str) -> None:
    # What it quotes may hold brackets, which are no markup.
    console.print(text, style="red", markup=False)


def addresses(stage: Stage) -> None:
    """Where to go on looking while everything stays up."""
    store = stage.platform["stores"][0]
    panel = f"http://127.0.0.1:{stage.ports.shop}/{SHOP_WORLD}/painel/{store['id']}"
    stage.console.print(
        f"Panel:           {panel}  (log in: {store['email']} / {store['password']})\n"
        f"Connector page:  from the panel: Aplicativos > ERP > Configurar > Abrir página do conector\n"
        f"Control doors:   http://127.0.0.1:{stage.ports.erp_door}/__fake__/worlds and "
        f"http://127.0.0.1:{stage.ports.shop_door}/__fake__/worlds\n"
        f"Logs, database:  {stage.folder}",
        soft_wrap=True,
    )
