"""The arrays that numbers come in, by their type; each docstring gives the shape."""

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]  # weights, memories and gates
Float64Array = NDArray[np.float64]  # probabilities, ratings and what is measured
