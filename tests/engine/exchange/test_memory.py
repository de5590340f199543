"""What an import costs in memory."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from engine.exchange import import_file
from engine.model.values import Reader
from tests.engine.exchange.firms import FIRMS, MODEL_READ, ZONE
from tests.engine.exchange.memory import peak


def test_memory_does_not_grow_with_the_file(session, tmp_path: Path) -> None:
    def cost(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("编号,客户名称,建档日期,次数\n")
            for n in range(rows):
                day = date(2000, 1, 1) + timedelta(days=n)
                file.write(f"K{n},样例商行有限公司{n},{day},{'x' if n % 2 else n}\n")

        def run() -> None:
            report = import_file(session, FIRMS, path, model=MODEL_READ, reader=Reader(ZONE, lenient=True))
            assert report.refused_rows == rows // 2

        return peak(run)

    cost(1_000)
    small, large = cost(6_000), cost(18_000)

    # Eight bytes a row are remembered, to find double keys; what waits for the collector makes it about 110.
    # A list of the keys would make it 170, a list of the rows about 1,000.
    assert large - small < 12_000 * 140
