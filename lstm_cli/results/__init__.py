"""What the core hands to the views: plain numbers, no text for people, no arrays.

Ratings are on the user's own scale everywhere here, written as the scale
writes them ("4", "4.5"); shares and probabilities lie in 0..1.

A name is imported with the module it stands in when it is asked for: some thirty
dataclasses take longer to make than a prediction takes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstm_cli.results.advice import (
        Contradictions,
        CurveAdvice,
        CurvePoint,
        NextReview,
        NextReviews,
        Projection,
    )
    from lstm_cli.results.experiments import (
        Arithmetic,
        CellMemory,
        FileOperation,
        Line,
        MemoryTest,
        Operand,
        Operation,
        Reach,
    )
    from lstm_cli.results.export import OnnxExport
    from lstm_cli.results.gate_statistics import (
        HALF_LIFE_SHARES,
        GateStatistics,
        Switch,
        UnitReport,
        UnitStatistics,
        WordStatistics,
    )
    from lstm_cli.results.health import DataHealth, Finding, Suspect, TextHealth
    from lstm_cli.results.lessons import (
        LearningStep,
        LearningTrace,
        StoryTold,
        WeightChange,
        WordGradient,
    )
    from lstm_cli.results.prediction import (
        Prediction,
        as_json_rating,
    )
    from lstm_cli.results.report import (
        Companion,
        Contrast,
        Estimate,
        GroupWords,
        Quote,
        Report,
        ReportCell,
        TermEffect,
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
        StatedPercentage,
        Trust,
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
    from lstm_cli.results.updating import Change, Receipt, VersionSummary
    from lstm_cli.results.worst import (
        HarmfulWord,
        LowReview,
    )

__all__ = [
    "HALF_LIFE_SHARES",
    "Arithmetic",
    "Attempt",
    "CellMemory",
    "Change",
    "Companion",
    "Comparison",
    "Contradictions",
    "Contrast",
    "CurveAdvice",
    "CurvePoint",
    "DataHealth",
    "Difference",
    "EpochReport",
    "Estimate",
    "Evaluation",
    "ExamAnswer",
    "ExamReport",
    "Explanation",
    "FileOperation",
    "Finding",
    "GateStatistics",
    "GateTrace",
    "GroupWords",
    "HarmfulWord",
    "IdleWord",
    "ImportantWord",
    "LanguageReport",
    "LearningStep",
    "LearningTrace",
    "LedgerLine",
    "LedgerTrace",
    "Line",
    "LowReview",
    "MemoryTest",
    "Mistake",
    "ModelSummary",
    "NextReview",
    "NextReviews",
    "OnnxExport",
    "Operand",
    "Operation",
    "Parting",
    "Prediction",
    "Projection",
    "Quote",
    "RatingScores",
    "Reach",
    "Receipt",
    "ReliabilityBin",
    "Report",
    "ReportCell",
    "Routes",
    "Scores",
    "StatedPercentage",
    "StoryTold",
    "Suspect",
    "Switch",
    "TermEffect",
    "TextHealth",
    "Trust",
    "Turn",
    "UnitReport",
    "UnitStatistics",
    "UnitTrace",
    "VersionSummary",
    "WeightChange",
    "WordGradient",
    "WordStatistics",
    "WordTrace",
    "as_json_rating",
    "margin",
]

# Where each name stands: to look for it would load all modules on the way.
_NAMES = {
    "advice": "Contradictions CurveAdvice CurvePoint NextReview NextReviews Projection",
    "experiments": "Arithmetic CellMemory FileOperation Line MemoryTest Operand Operation Reach",
    "export": "OnnxExport",
    "gate_statistics": "HALF_LIFE_SHARES GateStatistics Switch UnitReport UnitStatistics "
    "WordStatistics",
    "health": "DataHealth Finding Suspect TextHealth",
    "lessons": "LearningStep LearningTrace StoryTold WeightChange WordGradient",
    "prediction": "Prediction as_json_rating",
    "report": "Companion Contrast Estimate GroupWords Quote Report ReportCell TermEffect",
    "scores": "Comparison Difference Evaluation ExamAnswer ExamReport Mistake Parting RatingScores "
    "ReliabilityBin Scores StatedPercentage Trust",
    "trace": "Explanation GateTrace IdleWord ImportantWord LedgerLine LedgerTrace Routes Turn "
    "UnitTrace WordTrace margin",
    "training": "Attempt EpochReport LanguageReport ModelSummary",
    "updating": "Change Receipt VersionSummary",
    "worst": "HarmfulWord LowReview",
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """A name of ``__all__``, from the module in which it stands."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
