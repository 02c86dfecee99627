"""Article that the project starts from, item by item, and what became of it."""

from __future__ import annotations

import pandas as pd

from licences.reading.dictionary import read_dictionary
from licences.reading.places import find_data_folder
from licences.reading.tables import read_table


def read_article() -> pd.DataFrame:
    """The items ``1`` to ``17`` and ``phase_1`` to ``phase_3`` of the article, indexed by item.

    Columns as ``data/dictionary.yaml`` describes them under ``article.csv``; ``codes`` are tuples.

    Raises: ProblemsError.
    """
    data = find_data_folder()
    table = read_dictionary(data / "dictionary.yaml")["article.csv"]
    return read_table(data / "article.csv", table).set_index("item", drop=False)
