"""What became of a model that was written for another runtime."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OnnxExport:
    """A model as a file of ONNX, and how its answers there differ from those here."""

    model: str
    path: str
    about: str  # the file beside it, which says how a review is cut into tokens
    bytes: int  # of the file with the network
    about_bytes: int
    opset: int
    quantised: bool
    reviews: int  # on which both answered
    largest_difference: float  # of a probability
    same_rating: float  # share of the reviews
