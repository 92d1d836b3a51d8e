"""What the core hands to the views: plain numbers, no text for people, no arrays.

Ratings are on the user's own scale everywhere here, written as the scale
writes them ("4", "4.5"); shares and probabilities lie in 0..1.

A name is imported with the module it stands in when it is asked for: some thirty
dataclasses take longer to make than a prediction takes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstm_cli.results.experiments import (
        Arithmetic,
        CellMemory,
        FileOperation,
        LearningStep,
        LearningTrace,
        Line,
        MemoryTest,
        Operand,
        Operation,
        Reach,
        StoryTold,
        WeightChange,
        WordGradient,
    )
    from lstm_cli.results.gate_statistics import (
        HALF_LIFE_SHARES,
        GateStatistics,
        Switch,
        UnitReport,
        UnitStatistics,
        WordStatistics,
    )
    from lstm_cli.results.health import DataHealth, Finding, Suspect
    from lstm_cli.results.prediction import (
        Prediction,
        as_json_rating,
    )
    from lstm_cli.results.scores import (
        Comparison,
        Difference,
        Evaluation,
        ExamAnswer,
        ExamReport,
        Mistake,
        Parting,
        RatingScores,
        ReliabilityBin,
        Scores,
    )
    from lstm_cli.results.trace import (
        Explanation,
        GateTrace,
        IdleWord,
        ImportantWord,
        LedgerLine,
        LedgerTrace,
        Routes,
        Turn,
        UnitTrace,
        WordTrace,
        margin,
    )
    from lstm_cli.results.training import (
        Attempt,
        EpochReport,
        LanguageReport,
        ModelSummary,
    )

__all__ = [
    "HALF_LIFE_SHARES",
    "Arithmetic",
    "Attempt",
    "CellMemory",
    "Comparison",
    "DataHealth",
    "Difference",
    "EpochReport",
    "Evaluation",
    "ExamAnswer",
    "ExamReport",
    "Explanation",
    "FileOperation",
    "Finding",
    "GateStatistics",
    "GateTrace",
    "IdleWord",
    "ImportantWord",
    "LanguageReport",
    "LearningStep",
    "LearningTrace",
    "LedgerLine",
    "LedgerTrace",
    "Line",
    "MemoryTest",
    "Mistake",
    "ModelSummary",
    "Operand",
    "Operation",
    "Parting",
    "Prediction",
    "RatingScores",
    "Reach",
    "ReliabilityBin",
    "Routes",
    "Scores",
    "StoryTold",
    "Suspect",
    "Switch",
    "Turn",
    "UnitReport",
    "UnitStatistics",
    "UnitTrace",
    "WeightChange",
    "WordGradient",
    "WordStatistics",
    "WordTrace",
    "as_json_rating",
    "margin",
]

_MODULES = ("prediction", "gate_statistics", "training", "scores", "trace", "health", "experiments")


def __getattr__(name: str) -> Any:
    """A name of ``__all__``, from the first module that has it."""
    if name in __all__:
        for module in _MODULES:
            found = vars(import_module(f"{__name__}.{module}")).get(name)
            if found is not None:
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
