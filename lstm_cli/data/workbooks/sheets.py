"""What a sheet of a workbook is made from. Nothing heavy is loaded for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# How numbers are shown, as Excel writes it; the cell keeps all their digits.
WHOLE, TWO_DECIMALS, PERCENT, PERCENT_TENTHS = "#,##0", "0.00", "0%", "0.0%"


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: a table below its header."""

    name: str  # what Excel does not allow in it is replaced
    frame: "pl.DataFrame | pl.LazyFrame"
    # By column of numbers: how they are shown. The other columns are shown as Excel does it.
    formats: Mapping[str, str] = field(default_factory=dict)
    # Columns of sentences, which are shown whole on several lines, and how wide each is, in digits.
    wrapped: Mapping[str, int] = field(default_factory=dict)
